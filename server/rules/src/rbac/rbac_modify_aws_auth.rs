use super::bound;
use super::permission::WILDCARDS;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::Role;
use leastwise_privilege::rbac::Grants;

rule! {
    /// A rule of the role can change the ConfigMap that maps identities of AWS to users of the cluster.
    ///
    /// ## Why
    /// On EKS the ConfigMap `aws-auth` in `kube-system` says which roles and users of AWS are which users and
    /// groups here. Who changes it makes any of them a member of `system:masters`.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [configmaps]
    ///   resourceNames: [aws-auth]
    ///   verbs: [get, update]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [configmaps]
    ///   resourceNames: [aws-auth]
    ///   verbs: [get]
    /// ```
    ///
    /// ## Fix
    /// By hand: drop the write verbs. EKS access entries, which are kept outside of the cluster, take the place
    /// of the ConfigMap.
    ///
    /// ## When it is fine
    /// The tool that keeps the map, bound to nobody else.
    ///
    /// ## References
    /// - [Grant IAM users access to Kubernetes with a ConfigMap](https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html)
    /// - [Using RBAC authorization](https://kubernetes.io/docs/reference/access-authn-authz/rbac/)
    id: "rbac-modify-aws-auth",
    title: "Rule can change the EKS identity map",
    severity: Severity::Error,
    family: Family::Rbac,
    fields: &["rules[*].resourceNames"],
    also: &[(Trivy, "KSV-0115")],
    covered_by: WILDCARDS,
    check: Check::Role(check),
}

fn check(role: &Role<'_>, report: &mut Report<'_, '_>) {
    for rule in &role.rules {
        let Some(place) = rule.resource_names.find("aws-auth") else { continue };
        let grants = Grants::of(rule);
        // `create` and `deletecollection` have no name, so that a rule with names does not grant them.
        let narrowed = ["update", "patch", "delete"].into_iter();
        let verbs: Vec<_> =
            narrowed.filter(|verb| grants.permission(verb, "", "configmaps").is_some()).collect();
        if !verbs.is_empty() {
            let can = verbs.join(", ");
            let message =
                format!("This rule can {can} aws-auth, which makes identities of AWS administrators");
            bound::find(role, rule.resource_names.at(place), message, RULE.severity, report);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn the_permission_is_found_on_its_item() {
        check(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            rules:
            - {apiGroups: [\"\"], resources: [configmaps], resourceNames: [web, aws-auth], verbs: [get, update, patch]}
                                                                              ^^^^^^^^ This rule can update, patch aws-auth
            - {apiGroups: [\"\"], resources: [configmaps], resourceNames: [aws-auth], verbs: [get, create]}
            - {apiGroups: [\"\"], resources: [secrets], resourceNames: [aws-auth], verbs: [update]}
            ",
        );
    }
}

use super::bound;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::Role;
use leastwise_privilege::rbac::ALL;

rule! {
    /// A rule of the role covers every API group.
    ///
    /// ## Why
    /// The rule holds for resources of that name in every group, those of extensions that are not installed yet
    /// included. The author has one group in mind; who installs the next cannot know of this rule.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: ["*"]
    ///   resources: [deployments]
    ///   verbs: [get]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [apps]
    ///   resources: [deployments]
    ///   verbs: [get]
    /// ```
    ///
    /// ## Fix
    /// By hand: name the group of each resource; `kubectl api-resources` lists them. The core group is `""`.
    ///
    /// ## When it is fine
    /// Roles of administrators, and of controllers that work on resources of any kind.
    ///
    /// ## How others differ
    /// Checkov's CKV_K8S_49 looks at the first rule of a role alone; ours at each.
    ///
    /// ## References
    /// - [RBAC good practices: wildcards](https://kubernetes.io/docs/concepts/security/rbac-good-practices/)
    /// - [Using RBAC authorization](https://kubernetes.io/docs/reference/access-authn-authz/rbac/)
    id: "rbac-wildcard-api-group",
    title: "Rule covers every API group",
    family: Family::Rbac,
    fields: &["rules[*].apiGroups"],
    also: &[(Checkov, "CKV_K8S_49"), (Kics, "6b896afb-ca07-467a-b256-1a0077a1c08e")],
    covered_by: &["rbac-all-permissions"],
    check: Check::Role(check),
}

fn check(role: &Role<'_>, report: &mut Report<'_, '_>) {
    for rule in &role.rules {
        if let Some(place) = rule.api_groups.find(ALL) {
            let message = "This rule covers every API group, those of later extensions included";
            bound::find(role, rule.api_groups.at(place), message, RULE.severity, report);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_wildcard_is_found_on_the_item() {
        check(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            rules:
            - apiGroups: [\"\", '*']
                              ^^^ covers every API group
              resources: [pods]
              verbs: [get]
            ",
        );
    }

    #[test]
    fn named_groups_templates_and_other_wildcards_are_fine() {
        check_silent(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            rules:
            - {apiGroups: [\"\", apps], resources: [\"*\"], verbs: [\"*\"]}
            - {apiGroups: [\"{{ .Values.group }}\"], resources: [pods], verbs: [get]}
            ",
        );
    }
}

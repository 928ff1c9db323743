use super::bound;
use super::permission::reach;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{PolicyRule, Role};
use leastwise_privilege::rbac::{ALL, Grants};

rule! {
    /// One rule of the role grants everything.
    ///
    /// ## Why
    /// Whoever is bound to the role can do all that the API can do: read every Secret, run any pod on any node, and
    /// grant the same to others. A program with such a role makes each of its flaws a flaw of the cluster.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: ["*"]
    ///   resources: ["*"]
    ///   verbs: ["*"]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [apps]
    ///   resources: [deployments]
    ///   verbs: [get, list, watch]
    /// ```
    ///
    /// ## Fix
    /// By hand: one rule for each API group that the program uses, with its resources and verbs. The API server's
    /// audit log shows them.
    ///
    /// ## When it is fine
    /// People who administer the cluster; for them there is the built-in `cluster-admin`.
    ///
    /// ## How others differ
    /// Polaris and Kubescape report what is bound; ours the rule of the role, which a binding in the workspace
    /// explains. Names under `resourceNames` make it less than everything; others do not look at them.
    ///
    /// ## References
    /// - [RBAC good practices](https://kubernetes.io/docs/concepts/security/rbac-good-practices/)
    /// - [Using RBAC authorization: user-facing roles](https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles)
    id: "rbac-all-permissions",
    title: "Rule grants everything",
    severity: Severity::Error,
    family: Family::Rbac,
    fields: &["rules"],
    also: &[
        (Polaris, "clusterrolebindingClusterAdmin"),
        (Polaris, "rolebindingClusterAdminClusterRole"),
        (Polaris, "rolebindingClusterAdminRole"),
        (Trivy, "KSV-0044"),
        (Kubescape, "C-0035"),
        (Kubescape, "C-0187"),
    ],
    check: Check::Role(check),
}

fn check(role: &Role<'_>, report: &mut Report<'_, '_>) {
    for rule in role.rules.iter().filter(|rule| rule.verbs.contains(ALL)) {
        let what = if grants_every_resource(rule) {
            "every verb on every resource"
        } else if rule.non_resource_urls.contains(ALL) {
            "every verb on every URL"
        } else {
            continue;
        };
        let message = format!("This rule grants {what} {}", reach(role));
        bound::find(role, rule.path.clone(), message, RULE.severity, report);
    }
}

fn grants_every_resource(rule: &PolicyRule<'_>) -> bool {
    let holds_core_group = Grants::of(rule).group("").is_some();
    rule.resources.contains(ALL) && holds_core_group && rule.resource_names.is_empty()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_rule_is_found_on_its_first_key() {
        check(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            rules:
            - {apiGroups: [\"\"], resources: [pods], verbs: [get]}
            - apiGroups: [\"*\"]
              ^^^^^^^^^ This rule grants every verb on every resource wherever the role is bound
              resources: [\"*\"]
              verbs: [\"*\"]
            - verbs: [get, \"*\"]
              ^^^^^ This rule grants every verb on every URL wherever the role is bound
              nonResourceURLs: [\"*\"]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            rules:
            - {apiGroups: [\"\"], resources: [\"*\"], verbs: [\"*\"]}
               ^^^^^^^^^ in its namespace
            ",
        );
    }

    #[test]
    fn less_than_everything_and_templates_are_fine() {
        check_silent(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            rules:
            - {apiGroups: [\"*\"], resources: [\"*\"], verbs: [get]}
            - {apiGroups: [\"*\"], resources: [pods], verbs: [\"*\"]}
            - {apiGroups: [apps], resources: [\"*\"], verbs: [\"*\"]}
            - {apiGroups: [\"*\"], resources: [\"*\"], verbs: [\"*\"], resourceNames: [web]}
            - {apiGroups: [\"*\"], resources: [\"*\"], verbs: [\"*\"], resourceNames: [\"{{ .Values.name }}\"]}
            - {nonResourceURLs: [\"/api/*\"], verbs: [\"*\"]}
            ",
        );
    }

    /// Two rules that grant everything only taken together grant nothing of the kind.
    #[test]
    fn rules_are_not_mixed() {
        check_silent(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            rules:
            - {apiGroups: [\"*\"], resources: [\"*\"], verbs: [get]}
            - {apiGroups: [\"\"], resources: [pods], verbs: [\"*\"]}
            ",
        );
    }
}

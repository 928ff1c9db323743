use super::permission::{At, Grades, Permission, WRITING};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// A rule of the role can create, change or delete ConfigMaps.
    ///
    /// ## Why
    /// Programs do what their ConfigMaps say. Some say much: `coredns` holds what every name in the cluster
    /// resolves to, others hold proxies, upstreams, log targets or the users of a cloud.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [configmaps]
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
    ///   verbs: [get, list, watch]
    /// ```
    ///
    /// ## Fix
    /// By hand: name the ConfigMaps under `resourceNames`, or drop the verbs. For leader election use `leases`
    /// of `coordination.k8s.io`, which hold nothing else.
    ///
    /// ## When it is fine
    /// Controllers that write ConfigMaps of their own, by name.
    ///
    /// ## How others differ
    /// Trivy's KSV-0049 and Kubescape's C-0037 take every write alike; ours is a warning where no names narrow
    /// the rule or one of them is `coredns`, else information.
    ///
    /// ## References
    /// - [Using RBAC authorization](https://kubernetes.io/docs/reference/access-authn-authz/rbac/)
    /// - [ConfigMaps](https://kubernetes.io/docs/concepts/configuration/configmap/)
    id: "rbac-modify-configmaps",
    title: "Rule can change ConfigMaps",
    severity: Severity::Info,
    family: Family::Rbac,
    fields: &["rules[*].resources"],
    also: &[(Trivy, "KSV-0049"), (Kubescape, "C-0037")],
    covered_by: &[
        "rbac-all-permissions",
        "rbac-modify-aws-auth",
        "rbac-wildcard-resource",
        "rbac-wildcard-verb",
    ],
    check: Check::Role(|role, report| PERMISSION.find(role, report)),
}

const PERMISSION: Permission = Permission {
    verbs: WRITING,
    resources: &[("", &["configmaps"])],
    what: "ConfigMaps",
    so: "which decides what the programs that read them do",
    at: At::Resource,
    severity: Grades {
        in_role: Some(Severity::Warning),
        in_cluster_role: Severity::Warning,
        named: Some(Severity::Info),
        telling: &["coredns"],
    },
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, find};
    use crate::{Settings, Severity};

    #[test]
    fn the_permission_is_found_on_its_item() {
        check(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            rules:
            - {apiGroups: [\"\"], resources: [configmaps], verbs: [get, delete]}
                                            ^^^^^^^^^^ This rule can delete configmaps in its namespace
            - {apiGroups: [\"\"], resources: [configmaps], verbs: [get, list, watch]}
            - {apiGroups: [\"\"], resources: [configmaps], verbs: [create], resourceNames: [web]}
            ",
        );
    }

    #[test]
    fn the_names_say_how_bad_it_is() {
        let severity = |names: &str| {
            let text = format!(
                "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nrules:\n\
                 - {{apiGroups: [''], resources: [configmaps], verbs: [update], resourceNames: [{names}]}}\n"
            );
            find(&RULE, &Settings::default(), &text)[0].1.severity
        };
        assert_eq!(severity(""), Severity::Warning);
        assert_eq!(severity("web"), Severity::Info);
        assert_eq!(severity("web, coredns"), Severity::Warning);
    }

    #[test]
    fn the_identity_map_of_eks_has_a_rule_of_its_own() {
        let text = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nrules:\n\
                    - {apiGroups: [''], resources: [configmaps], verbs: [update], resourceNames: [aws-auth]}\n";
        assert_eq!(find(&RULE, &Settings::default(), text)[0].1.covered_by, Some("rbac-modify-aws-auth"));
    }
}

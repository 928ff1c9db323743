use super::permission::{At, Grades, Permission, WILDCARDS};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// A rule of the role can grant roles whose permissions its holder does not have.
    ///
    /// ## Why
    /// The API server refuses whoever writes a binding to a role that grants more than they hold themselves,
    /// unless they hold `bind` on that role. With the verb, and `create` on bindings, one binds oneself to
    /// `cluster-admin`. It is asked for on the role that is named in the binding, in the binding's namespace.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [rbac.authorization.k8s.io]
    ///   resources: [clusterroles]
    ///   verbs: [bind]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [rbac.authorization.k8s.io]
    ///   resources: [clusterroles]
    ///   verbs: [get, list]
    /// ```
    ///
    /// ## Fix
    /// By hand: name the roles that may be granted under `resourceNames`, or drop the verb and give the holder
    /// the permissions that it hands on.
    ///
    /// ## When it is fine
    /// Controllers that set namespaces up for tenants, with the roles named.
    ///
    /// ## How others differ
    /// Checkov looks for `bind` on `rolebindings`, where the API server never asks for it. Ours counts roles
    /// and cluster roles, and is one step milder where `resourceNames` narrows them.
    ///
    /// ## References
    /// - [RBAC good practices: bind verb](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#bind-verb)
    /// - [Restrictions on role binding creation or update](https://kubernetes.io/docs/reference/access-authn-authz/rbac/#restrictions-on-role-binding-creation-or-update)
    id: "rbac-bind",
    title: "Rule can grant roles it does not hold",
    severity: Severity::Error,
    family: Family::Rbac,
    fields: &["rules[*].verbs"],
    also: &[(Checkov, "CKV_K8S_157"), (Checkov, "CKV2_K8S_1"), (Kics, "8320826e-7a9c-4b0b-9535-578333193432"), (Trivy, "KSV-0050"), (Trivy, "KSV-0051"), (Trivy, "KSV-0052"), (Kubescape, "C-0191"), (Kyverno, "restrict-escalation-verbs-roles")],
    covered_by: WILDCARDS,
    check: Check::Role(|role, report| PERMISSION.find(role, report)),
}

pub(super) const PERMISSION: Permission = Permission {
    verbs: &["bind"],
    resources: &[("rbac.authorization.k8s.io", &["roles", "clusterroles"])],
    what: "roles",
    so: "which grants them to anyone",
    at: At::Verb,
    severity: Grades::even_named(Severity::Error),
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
            - {apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind]}
                                                                                          ^^^^ This rule can bind clusterroles in its namespace, which grants
            - {apiGroups: [rbac.authorization.k8s.io], resources: [rolebindings], verbs: [bind]}
            - {apiGroups: [apps], resources: [roles], verbs: [bind]}
            ",
        );
    }

    #[test]
    fn it_is_milder_where_the_roles_are_named() {
        let text = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nrules:\n\
                    - {apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind], resourceNames: [view]}\n";
        let (_, finding) = &find(&RULE, &Settings::default(), text)[0];
        assert_eq!(finding.severity, Severity::Warning);
        assert!(finding.message.contains("bind clusterroles named view wherever"), "{}", finding.message);
    }
}

use super::permission::{At, Grades, Permission, WILDCARDS};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// A rule of the role can give roles permissions that its holder does not have.
    ///
    /// ## Why
    /// The API server refuses whoever writes a role that grants more than they hold themselves, unless they
    /// hold `escalate` on it. With the verb, and `update` or `patch`, a role of one's own can be widened to
    /// everything.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [rbac.authorization.k8s.io]
    ///   resources: [clusterroles]
    ///   verbs: [get, update, escalate]
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
    ///   verbs: [get, update]
    /// ```
    ///
    /// ## Fix
    /// By hand: drop the verb and give the holder the permissions that it hands on. That keeps the list finite.
    ///
    /// ## When it is fine
    /// Controllers that hand out roles they cannot hold themselves; name the roles under `resourceNames`.
    ///
    /// ## How others differ
    /// A `*` among the verbs holds `escalate`; ours counts it and shows the finding about the wildcard.
    /// Kubescape's C-0191 and Kyverno do not say on which resource the verb counts.
    ///
    /// ## References
    /// - [RBAC good practices: escalate verb](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#escalate-verb)
    /// - [Restrictions on role creation or update](https://kubernetes.io/docs/reference/access-authn-authz/rbac/#restrictions-on-role-creation-or-update)
    id: "rbac-escalate",
    title: "Rule can widen roles",
    severity: Severity::Error,
    family: Family::Rbac,
    fields: &["rules[*].verbs"],
    also: &[(Checkov, "CKV_K8S_158"), (Kics, "8320826e-7a9c-4b0b-9535-578333193432"), (Trivy, "KSV-0050"), (Kubescape, "C-0191"), (Kyverno, "restrict-escalation-verbs-roles")],
    covered_by: WILDCARDS,
    check: Check::Role(|role, report| PERMISSION.find(role, report)),
}

pub(super) const PERMISSION: Permission = Permission {
    verbs: &["escalate"],
    resources: &[("rbac.authorization.k8s.io", &["roles", "clusterroles"])],
    what: "roles",
    so: "which writes any permission into them",
    at: At::Verb,
    severity: Grades::even_named(Severity::Error),
};

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
            kind: ClusterRole
            rules:
            - {apiGroups: [rbac.authorization.k8s.io], resources: [roles, clusterroles], verbs: [get, escalate]}
                                                                                                      ^^^^^^^^ This rule can escalate roles, clusterroles wherever
            - {apiGroups: [rbac.authorization.k8s.io], resources: [rolebindings], verbs: [escalate]}
            - {apiGroups: [\"\"], resources: [roles], verbs: [escalate]}
            ",
        );
    }
}

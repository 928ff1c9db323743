use super::permission::{At, Grades, Permission, WILDCARDS};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// A rule of the role can create or change roles or bindings.
    ///
    /// ## Why
    /// The API server lets nobody grant more than they hold, unless they also have `bind` or `escalate`. But
    /// what one holds is handed on, to accounts that nobody watches, and stays granted when one's own binding
    /// is gone.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [rbac.authorization.k8s.io]
    ///   resources: [rolebindings]
    ///   verbs: [get, create]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [rbac.authorization.k8s.io]
    ///   resources: [rolebindings]
    ///   verbs: [get, list]
    /// ```
    ///
    /// ## Fix
    /// By hand: drop the verbs where the program does not manage access; install its roles along with it.
    ///
    /// ## When it is fine
    /// Operators that set up accounts, and tools that install charts.
    ///
    /// ## How others differ
    /// Trivy's KSV-0051, KSV-0052 and KSV-0055 want several rules in a fixed order or all API groups; ours
    /// takes one rule that has group, resource and verb together. In a Role `clusterroles` and
    /// `clusterrolebindings` grant nothing; ours is a hint there.
    ///
    /// ## References
    /// - [Privilege escalation prevention and bootstrapping](https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping)
    /// - [Using RBAC authorization](https://kubernetes.io/docs/reference/access-authn-authz/rbac/)
    id: "rbac-modify-bindings",
    title: "Rule can change roles or bindings",
    family: Family::Rbac,
    fields: &["rules[*].resources"],
    also: &[(Trivy, "KSV-0050"), (Trivy, "KSV-0051"), (Trivy, "KSV-0052"), (Trivy, "KSV-0055")],
    covered_by: WILDCARDS,
    check: Check::Role(|role, report| PERMISSION.find(role, report)),
}

const PERMISSION: Permission = Permission {
    verbs: &["create", "update", "patch"],
    resources: &[(
        "rbac.authorization.k8s.io",
        &["roles", "clusterroles", "rolebindings", "clusterrolebindings"],
    )],
    what: "roles and bindings",
    so: "which hands on all that its holder may do",
    at: At::Resource,
    severity: Grades::all(Severity::Warning),
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
            kind: Role
            rules:
            - {apiGroups: [rbac.authorization.k8s.io], resources: [roles, rolebindings], verbs: [get, patch]}
                                                                   ^^^^^ This rule can patch roles in its namespace
                                                                          ^^^^^^^^^^^^ This rule can patch rolebindings in its namespace
            - {apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [create]}
                                                                   ^^^^^^^^^^^^ only in a ClusterRole
            - {apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [get, list, delete]}
            - {apiGroups: [\"\"], resources: [rolebindings], verbs: [create]}
            ",
        );
    }
}

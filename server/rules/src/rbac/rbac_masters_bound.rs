use super::bindings::{BINDINGS, title};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Object, binding};

rule! {
    /// A binding grants a role to `system:masters`.
    ///
    /// ## Why
    /// The API server asks no authorizer about members of that group, so the binding adds nothing. It suggests
    /// that people use the group, whose certificates cannot be restricted nor taken back before they end.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata: {name: web, namespace: shop}
    /// roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
    /// subjects:
    /// - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:masters"}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata: {name: web, namespace: shop}
    /// roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
    /// subjects:
    /// - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "operators"}
    /// ```
    ///
    /// ## Fix
    /// By hand: delete the subject, or put a group of your own in its place and give people certificates or
    /// tokens of that group.
    ///
    /// ## When it is fine
    /// The binding `cluster-admin` that the API server makes itself.
    ///
    /// ## How others differ
    /// Trivy's KSV-0123 misspells the kind and so never sees a ClusterRoleBinding; ours sees both kinds.
    ///
    /// ## References
    /// - [RBAC good practices: least privilege](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege)
    /// - [User-facing roles](https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles)
    id: "rbac-masters-bound",
    title: "Role is granted to system:masters",
    family: Family::Rbac,
    fields: &["subjects[*].name"],
    also: &[(Trivy, "KSV-0123"), (Kyverno, "restrict-binding-system-groups")],
    check: Check::Kind(BINDINGS, check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(binding) = binding(object) else { return };
    if object.name() == Some("cluster-admin") {
        return;
    }
    for subject in binding.subjects.iter().filter(|subject| subject.is("Group", "system:masters")) {
        let message = format!(
            "{} grants {} to system:masters, whom nothing is denied anyway",
            title(object),
            binding.role.title()
        );
        report.find(subject.path.key("name"), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn the_subject_is_found_by_its_name() {
        check(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: web}
            roleRef: {kind: ClusterRole, name: view}
            subjects:
            - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: \"system:masters\"}
                                                                       ^^^^^^^^^^^^^^^^ grants ClusterRole view to system:masters
            - {kind: User, name: \"system:masters\"}
            - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: \"masters\"}
            ",
        );
    }
}

use super::bindings::{BINDINGS, title};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Object, binding};

rule! {
    /// A binding grants a role to a default ServiceAccount.
    ///
    /// ## Why
    /// Every pod that names no ServiceAccount runs under the `default` one of its namespace. What is granted to
    /// it is granted to all of them, those that somebody adds later included.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata: {name: web, namespace: shop}
    /// roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
    /// subjects:
    /// - {kind: ServiceAccount, name: default, namespace: shop}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata: {name: web, namespace: shop}
    /// roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
    /// subjects:
    /// - {kind: ServiceAccount, name: web, namespace: shop}
    /// ```
    ///
    /// ## Fix
    /// By hand: make a ServiceAccount for the program, name it under `serviceAccountName`, and bind the role to
    /// that.
    ///
    /// ## When it is fine
    /// Namespaces that hold one program and whose pods cannot name an account.
    ///
    /// ## How others differ
    /// KICS reads RoleBindings only; ours ClusterRoleBindings as well.
    ///
    /// ## References
    /// - [Configure service accounts for pods](https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/)
    /// - [RBAC good practices: least privilege](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege)
    id: "rbac-default-service-account-bound",
    title: "Role is granted to a default ServiceAccount",
    family: Family::Rbac,
    fields: &["subjects[*].name"],
    also: &[(Checkov, "CKV_K8S_42"), (Kics, "1e749bc9-fde8-471c-af0c-8254efd2dee5"), (Kubescape, "C-0225"), (Kubescape, "C-0239")],
    check: Check::Kind(BINDINGS, check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(binding) = binding(object) else { return };
    for subject in binding.subjects.iter().filter(|subject| subject.is("ServiceAccount", "default")) {
        let message = format!(
            "{} grants {} to the default ServiceAccount, and so to every pod of its namespace that names none",
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
            - {kind: ServiceAccount, name: default, namespace: shop}
                                           ^^^^^^^ grants ClusterRole view to the default ServiceAccount
            - {kind: ServiceAccount, name: web, namespace: shop}
            - {kind: User, name: default}
            - {kind: ServiceAccount, name: \"{{ .Values.account }}\", namespace: shop}
            ",
        );
    }
}

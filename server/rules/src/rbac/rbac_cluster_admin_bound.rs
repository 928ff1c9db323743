use super::bindings::{BINDINGS, reach, title};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Object, binding};

rule! {
    /// A binding grants `cluster-admin`.
    ///
    /// ## Why
    /// `cluster-admin` allows everything. Bound for the whole cluster it makes each flaw of its holder a flaw
    /// of the cluster; bound in a namespace it still holds all Secrets, pods, roles and quotas there.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRoleBinding
    /// metadata: {name: web}
    /// roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
    /// subjects:
    /// - {kind: ServiceAccount, name: web, namespace: shop}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata: {name: web, namespace: shop}
    /// roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
    /// subjects:
    /// - {kind: ServiceAccount, name: web, namespace: shop}
    /// ```
    ///
    /// ## Fix
    /// By hand: write a role with what the holder does; the audit log of the API server shows it. A binding
    /// cannot be given another role: make a new one and delete this.
    ///
    /// ## When it is fine
    /// People who administer the cluster, and the tool that installs it. The bindings that the API server makes
    /// itself (`cluster-admin` and those whose name begins with `system:`) are not spoken of.
    ///
    /// ## How others differ
    /// Polaris, Kubescape and KICS report ClusterRoleBindings, some of them only for accounts; ours any
    /// subject, also in a RoleBinding. Trivy's KSV-0111 takes `admin` and `edit` along, which are `rbac-broad-
    /// builtin-role-bound` here.
    ///
    /// ## References
    /// - [User-facing roles](https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles)
    /// - [RBAC good practices: least privilege](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege)
    id: "rbac-cluster-admin-bound",
    title: "cluster-admin is granted",
    severity: Severity::Error,
    family: Family::Rbac,
    fields: &["roleRef.name"],
    also: &[(KubeLinter, "cluster-admin-role-binding"), (Kics, "249328b8-5f0f-409f-b1dd-029f07882e11"), (Polaris, "clusterrolebindingClusterAdmin"), (Polaris, "rolebindingClusterAdminClusterRole"), (Trivy, "KSV-0111"), (Kubescape, "C-0185"), (Kubescape, "C-0035"), (Kyverno, "restrict-binding-clusteradmin")],
    check: Check::Kind(BINDINGS, check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(binding) = binding(object) else { return };
    let is_own = object.name().is_some_and(|name| name == "cluster-admin" || name.starts_with("system:"));
    if !is_own && binding.role.is("ClusterRole", "cluster-admin") {
        let message =
            format!("{} grants cluster-admin, which allows everything {}", title(object), reach(&binding));
        report.find(binding.role.path.key("name"), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_role_is_found_by_its_name() {
        check(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: web}
            roleRef:
              kind: ClusterRole
              name: cluster-admin
                    ^^^^^^^^^^^^^ ClusterRoleBinding \"web\" grants cluster-admin, which allows everything in the whole cluster
            subjects: [{kind: User, name: jane}]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: web, namespace: shop}
            roleRef: {kind: ClusterRole, name: cluster-admin}
                                               ^^^^^^^^^^^^^ in its namespace
            ",
        );
    }

    #[test]
    fn other_roles_and_the_bindings_of_the_api_server_are_fine() {
        let with = |kind: &str, name: &str, role: &str| {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: '{name}'}}\n\
                     roleRef: {{kind: {kind}, name: '{role}'}}\n"
                ),
            );
        };
        with("ClusterRole", "web", "view");
        with("Role", "web", "cluster-admin");
        with("ClusterRole", "web", "{{ .Values.role }}");
        with("ClusterRole", "cluster-admin", "cluster-admin");
        with("ClusterRole", "system:web", "cluster-admin");
    }
}

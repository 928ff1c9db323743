use super::bindings::{BINDINGS, reach, title};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Object, binding};

rule! {
    /// A binding grants `admin` or `edit`.
    ///
    /// ## Why
    /// Both roles read every Secret and run any pod as any ServiceAccount of the namespace; `admin` writes its
    /// roles and bindings as well. Extensions add to them without anyone binding anything. In a
    /// ClusterRoleBinding they hold in every namespace, `kube-system` included.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRoleBinding
    /// metadata: {name: web}
    /// roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
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
    /// By hand: write a role with what the holder does, or bind in the namespaces that it works in.
    ///
    /// ## When it is fine
    /// People who own a namespace, by a RoleBinding in it.
    ///
    /// ## How others differ
    /// Trivy's KSV-0111 reports these together with `cluster-admin`; ours apart, as information in a namespace
    /// and as a warning for the whole cluster.
    ///
    /// ## References
    /// - [User-facing roles](https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles)
    /// - [RBAC good practices: least privilege](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege)
    id: "rbac-broad-builtin-role-bound",
    title: "Broad built-in role is granted",
    severity: Severity::Info,
    family: Family::Rbac,
    fields: &["roleRef.name"],
    also: &[(Trivy, "KSV-0111")],
    check: Check::Kind(BINDINGS, check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(binding) = binding(object) else { return };
    let Some(name) = ["admin", "edit"].into_iter().find(|name| binding.role.is("ClusterRole", name)) else {
        return;
    };
    let severity = if binding.is_cluster_binding() { Severity::Warning } else { RULE.severity };
    let message = format!("{} grants {name}, which reads every Secret {}", title(object), reach(&binding));
    report.find(binding.role.path.key("name"), message).severity(severity);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, find};
    use crate::{Settings, Severity};

    #[test]
    fn the_role_is_found_by_its_name() {
        check(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: web}
            roleRef: {kind: ClusterRole, name: admin}
                                               ^^^^^ grants admin, which reads every Secret in the whole cluster
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            roleRef: {kind: Role, name: edit}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            roleRef: {kind: ClusterRole, name: view}
            ",
        );
    }

    #[test]
    fn it_is_worse_for_the_whole_cluster() {
        for (kind, severity) in [("RoleBinding", Severity::Info), ("ClusterRoleBinding", Severity::Warning)] {
            let text = format!(
                "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nroleRef: {{kind: ClusterRole, name: edit}}\n"
            );
            assert_eq!(find(&RULE, &Settings::default(), &text)[0].1.severity, severity);
        }
    }
}

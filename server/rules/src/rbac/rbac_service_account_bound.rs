use super::bindings::{BINDINGS, title};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, binding};

rule! {
    /// A binding grants a role to a ServiceAccount. An inventory, for those who ask for it.
    ///
    /// ## Why
    /// Whoever runs as the ServiceAccount, or gets hold of its token, has the permissions. The list of such
    /// bindings is where a review of a cluster begins.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata: {name: web, namespace: shop}
    /// roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
    /// subjects:
    /// - {kind: ServiceAccount, name: web, namespace: shop}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata: {name: web, namespace: shop}
    /// roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
    /// subjects:
    /// - {kind: User, name: jane, apiGroup: rbac.authorization.k8s.io}
    /// ```
    ///
    /// ## Fix
    /// By hand: check that the program needs the API at all, and what of it.
    ///
    /// ## When it is fine
    /// Programs that use the API. Off unless it is selected.
    ///
    /// ## How others differ
    /// Kubescape's C-0053 reports each pod whose account holds permissions; ours the subject that gets them.
    ///
    /// ## References
    /// - [Using RBAC authorization](https://kubernetes.io/docs/reference/access-authn-authz/rbac/)
    /// - [RBAC good practices: least privilege](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege)
    id: "rbac-service-account-bound",
    title: "ServiceAccount holds permissions",
    severity: Severity::Hint,
    family: Family::Rbac,
    persona: Persona::Policy,
    fields: &["subjects[*]"],
    also: &[(Kubescape, "C-0053")],
    check: Check::Kind(BINDINGS, check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(binding) = binding(object) else { return };
    for subject in binding.subjects.iter().filter(|subject| subject.kind == Some("ServiceAccount")) {
        let name =
            subject.name.map_or("a ServiceAccount".to_owned(), |name| format!("ServiceAccount \"{name}\""));
        let message = format!("{} grants {} to {name}", title(object), binding.role.title());
        report.find(subject.path.clone(), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn each_account_is_found_on_its_item() {
        check(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: web}
            roleRef: {kind: Role, name: web}
            subjects:
            - kind: ServiceAccount
              ^^^^ RoleBinding \"web\" grants Role web to ServiceAccount \"web\"
              name: web
            - {kind: User, name: jane}
            ",
        );
    }
}

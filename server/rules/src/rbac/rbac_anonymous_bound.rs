use super::bindings::{BINDINGS, title};
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};
use leastwise_manifest::{Object, binding};
use leastwise_yaml::{Emptied, Patch};

rule! {
    /// A binding grants a role to requests that nobody has authenticated.
    ///
    /// ## Why
    /// `system:anonymous` and `system:unauthenticated` are all who reach the API server and show no credentials
    /// at all. On a cluster whose API is open to the Internet that is everyone.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRoleBinding
    /// metadata: {name: web}
    /// roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
    /// subjects:
    /// - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:unauthenticated"}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRoleBinding
    /// metadata: {name: web}
    /// roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
    /// subjects:
    /// - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "auditors"}
    /// ```
    ///
    /// ## Fix
    /// Removes the subject. Whoever relied on it has to log in.
    ///
    /// ## When it is fine
    /// The binding `system:public-info-viewer`, which the API server makes for its version and health; it is
    /// not spoken of. Bootstrap tokens of kubeadm read the ConfigMap `cluster-info` through such a binding.
    ///
    /// ## How others differ
    /// Trivy's KSV-0122 misspells the kind and so never sees a ClusterRoleBinding; ours sees both kinds.
    ///
    /// ## References
    /// - [RBAC good practices: least privilege](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege)
    /// - [Anonymous requests](https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests)
    id: "rbac-anonymous-bound",
    title: "Role is granted to anonymous users",
    severity: Severity::Error,
    family: Family::Rbac,
    fix: FixKind::Behavioural,
    fields: &["subjects[*].name"],
    also: &[(Trivy, "KSV-0122"), (Kubescape, "C-0262"), (Kubesec, "BindingsToSystemAnonymous"), (Kyverno, "restrict-binding-system-groups")],
    check: Check::Kind(BINDINGS, check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(binding) = binding(object) else { return };
    if object.name() == Some("system:public-info-viewer") {
        return;
    }
    for subject in &binding.subjects {
        if subject.is("User", "system:anonymous") || subject.is("Group", "system:unauthenticated") {
            let role = binding.role.title();
            let message = format!("{} grants {role} to everyone who reaches the API server", title(object));
            let removal = Patch::Remove { path: subject.path.clone(), emptied: Emptied::Keep };
            report
                .find(subject.path.key("name"), message)
                .fix(Fix::behavioural("Remove the subject", [removal]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

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
            - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: \"system:unauthenticated\"}
                                                                       ^^^^^^^^^^^^^^^^^^^^^^^^ grants ClusterRole view to everyone who reaches the API server
            - {kind: User, name: \"system:anonymous\"}
                                 ^^^^^^^^^^^^^^^^^^ to everyone
            - {kind: User, name: jane}
            - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: \"system:authenticated\"}
            - {kind: ServiceAccount, name: \"system:anonymous\", namespace: a}
            - {kind: Group, name: \"{{ .Values.group }}\"}
            ",
        );
    }

    #[test]
    fn the_binding_for_version_and_health_is_fine() {
        check_silent(
            &RULE,
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\n\
             metadata: {name: 'system:public-info-viewer'}\n\
             roleRef: {kind: ClusterRole, name: 'system:public-info-viewer'}\n\
             subjects:\n- {kind: Group, name: 'system:unauthenticated'}\n",
        );
    }

    #[test]
    fn the_subject_goes() {
        check_fix(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: web}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
            subjects:
            # Staff.
            - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: staff}
            - apiGroup: rbac.authorization.k8s.io
              kind: Group
              name: system:unauthenticated
            ",
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: web}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
            subjects:
            # Staff.
            - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: staff}
            ",
        );
    }
}

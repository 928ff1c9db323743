use super::listed_value::{Cure, ListLacks};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};

rule! {
    /// The API server does not use RBAC.
    ///
    /// ## Why
    /// Roles and bindings, those of the system among them, are then mere text: what is allowed is decided by
    /// the other modes, which cannot be read from manifests.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-apiserver, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-apiserver
    ///     image: registry.k8s.io/kube-apiserver:v1.34.0
    ///     command:
    ///     - kube-apiserver
    ///     - --authorization-mode=Webhook
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-apiserver, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-apiserver
    ///     image: registry.k8s.io/kube-apiserver:v1.34.0
    ///     command:
    ///     - kube-apiserver
    ///     - --authorization-mode=Webhook,RBAC
    /// ```
    ///
    /// ## Fix
    /// Appends `RBAC` to the list. Where the flag is missing altogether, `apiserver-authorization-always-allow`
    /// offers the whole list.
    ///
    /// ## When it is fine
    /// Clusters whose webhook does all authorization.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [Using RBAC authorization](https://kubernetes.io/docs/reference/access-authn-authz/rbac/)
    /// - [Authorization](https://kubernetes.io/docs/reference/access-authn-authz/authorization/)
    id: "apiserver-authorization-rbac-missing",
    title: "API server does not use RBAC",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --authorization-mode"],
    also: &[(Checkov, "CKV_K8S_77"), (Kics, "1aa4a1ae-5dbb-48a1-9aa2-630ea4be208e"), (Trivy, "KCV-0009"), (Kubescape, "C-0120"), (Kubescape, "C-0088")],
    covered_by: &["apiserver-authorization-always-allow"],
    check: Check::Container(|_, container, report| LIST.check(container, report)),
}

const LIST: ListLacks = ListLacks {
    names: &["authorization-mode"],
    values: &["RBAC"],
    unless: &["authorization-config"],
    consequence: "Roles and their bindings have no effect",
    cure: Cure::AppendToGiven,
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn a_list_without_it_and_no_list_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kube-apiserver
                - --authorization-mode=Webhook
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" does not list RBAC here, so Roles and their bindings have no effect
              - name: b
                command:
                ^^^^^^^ container \"b\" does not list RBAC in --authorization-mode, so Roles and their bindings have no effect
                - kube-apiserver
                - --v=2
            ",
        );
    }

    #[test]
    fn a_list_with_it_and_hidden_ones_are_fine() {
        for command in [
            "kube-apiserver, \"--authorization-mode=Webhook,RBAC\"",
            "kube-apiserver, \"--authorization-mode={{ .Values.x }}\"",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, --authorization-mode=Webhook, --authorization-mode=RBAC",
            "kube-apiserver, --authorization-config=/etc/x",
            "kube-scheduler",
            "web",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {{name: a, command: [{command}]}}\n"
                ),
            );
        }
    }

    #[test]
    fn the_fix_appends_it() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --authorization-mode=Webhook # why
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --authorization-mode=Webhook,RBAC # why
            ",
        );
    }
}

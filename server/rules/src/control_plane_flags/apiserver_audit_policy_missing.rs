use super::component::Component;
use super::required_flags::RequiredFlags;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};

rule! {
    /// The API server has no audit policy.
    ///
    /// ## Why
    /// Without a policy no event is recorded, even where a log or webhook is configured to take it.
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
    ///     - --v=2
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
    ///     - --audit-policy-file=/etc/kubernetes/audit-policy.yaml
    /// ```
    ///
    /// ## Fix
    /// By hand: write a Policy, mount it, and name it here beside `--audit-log-path` or a webhook.
    ///
    /// ## When it is fine
    /// Throw-away clusters. Managed control planes, which keep their own.
    ///
    /// ## References
    /// - [Auditing](https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/)
    /// - [Audit policy](https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/)
    id: "apiserver-audit-policy-missing",
    title: "API server has no audit policy",
    family: Family::ControlPlaneFlags,
    fields: &["C[*].command: --audit-policy-file"],
    also: &[(Kics, "13a49a2e-488e-4309-a7c0-d6b05577a5fb"), (Kubescape, "C-0160")],
    check: Check::Container(|_, container, report| FLAGS.check(container, report)),
}

const FLAGS: RequiredFlags = RequiredFlags {
    component: Component::ApiServer,
    names: &["audit-policy-file"],
    unless: &[],
    consequence: "nothing is audited",
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn absent_and_empty_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                ^^^^^^^ container \"a\" does not set --audit-policy-file, so nothing is audited
                - kube-apiserver
                - --v=2
              - name: b
                command:
                - kube-apiserver
                - --audit-policy-file=
                  ^^^^^^^^^^^^^^^^^^^^ container \"b\" does not set --audit-policy-file, so nothing is audited
            ",
        );
    }

    #[test]
    fn given_in_any_form_or_hidden_is_fine() {
        for command in [
            "kube-apiserver, --audit-policy-file=/etc/kubernetes/audit-policy.yaml",
            "kube-apiserver, \"--audit-policy-file={{ .Values.a }}\"",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, --audit-policy-file, /etc/kubernetes/audit-policy.yaml",
            "web",
            "pgrep, kube-apiserver",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {{name: a, command: [{command}]}}\n"
                ),
            );
        }
    }
}

use super::component::Component;
use super::required_flags::RequiredFlags;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};

rule! {
    /// The API server writes no audit log and sends none to a webhook.
    ///
    /// ## Why
    /// After a break-in the audit log is the only record of who asked for what. Nothing is kept unless a
    /// backend is configured.
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
    ///     - --audit-log-path=/var/log/kubernetes/audit.log
    /// ```
    ///
    /// ## Fix
    /// By hand: name a path (`-` is standard output) and mount a volume for it, beside a policy.
    ///
    /// ## When it is fine
    /// Throw-away clusters. Managed control planes, which keep their own.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [Auditing](https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/)
    /// - [kube-apiserver](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/)
    id: "apiserver-audit-log-path",
    title: "API server writes no audit log",
    family: Family::ControlPlaneFlags,
    fields: &["C[*].command: --audit-log-path"],
    also: &[(Checkov, "CKV_K8S_91"), (Kics, "73e251f0-363d-4e53-86e2-0a93592437eb"), (Trivy, "KCV-0019"), (Kubescape, "C-0130"), (Kubescape, "C-0067")],
    check: Check::Container(|_, container, report| FLAGS.check(container, report)),
}

const FLAGS: RequiredFlags = RequiredFlags {
    component: Component::ApiServer,
    names: &["audit-log-path"],
    unless: &["audit-webhook-config-file"],
    consequence: "nobody can tell afterwards who did what",
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
                ^^^^^^^ container \"a\" does not set --audit-log-path, so nobody can tell afterwards who did what
                - kube-apiserver
                - --v=2
              - name: b
                command:
                - kube-apiserver
                - --audit-log-path=
                  ^^^^^^^^^^^^^^^^^ container \"b\" does not set --audit-log-path, so nobody can tell afterwards who did what
            ",
        );
    }

    #[test]
    fn given_in_any_form_or_hidden_is_fine() {
        for command in [
            "kube-apiserver, --audit-log-path=/var/log/kubernetes/audit.log",
            "kube-apiserver, \"--audit-log-path={{ .Values.a }}\"",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, --audit-webhook-config-file=/etc/x",
            "kube-apiserver, --audit-log-path, /var/log/kubernetes/audit.log",
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

use super::boolean_flag::BooleanFlag;
use super::component::Component;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};

rule! {
    /// The API server talks to kubelets without TLS.
    ///
    /// ## Why
    /// Logs, `exec` sessions and the credentials that open them then cross the network readable and changeable
    /// by anyone on it. Current API servers always use TLS and do not know the flag.
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
    ///     - --kubelet-https=false
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
    /// ```
    ///
    /// ## Fix
    /// Removes `--kubelet-https`, so that the default `true` holds.
    ///
    /// ## When it is fine
    /// Never.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [Communication between nodes and the control plane](https://kubernetes.io/docs/concepts/architecture/control-plane-node-communication/)
    /// - [kube-apiserver](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/)
    id: "apiserver-kubelet-https",
    title: "API server reaches kubelets without TLS",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --kubelet-https"],
    also: &[(Checkov, "CKV_K8S_71"), (Kics, "cdc8b54e-6b16-4538-a1b0-35849dbe29cf"), (Trivy, "KCV-0004")],
    check: Check::Container(|_, container, report| FLAG.check(container, report)),
}

const FLAG: BooleanFlag = BooleanFlag {
    components: &[Component::ApiServer],
    name: "kubelet-https",
    wanted: true,
    default: true,
    unless: &[],
    consequence: "the API server talks to kubelets in clear text",
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn the_unsafe_value_is_found() {
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
                - --v=2
                - --kubelet-https=false
                  ^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --kubelet-https=false, so the API server talks to kubelets in clear text
            ",
        );
    }

    #[test]
    fn the_safe_value_and_hidden_ones_are_fine() {
        for command in [
            "kube-apiserver, --kubelet-https=true",
            "kube-apiserver, \"--kubelet-https={{ .Values.x }}\"",
            "kube-apiserver",
            "web, --kubelet-https=false",
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
    fn the_fix_removes_it() {
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
                - --kubelet-https=false
                - --v=2 # more
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --v=2 # more
            ",
        );
    }
}

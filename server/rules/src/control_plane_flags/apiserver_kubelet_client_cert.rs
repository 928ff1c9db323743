use super::component::Component;
use super::required_flags::RequiredFlags;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};

rule! {
    /// The API server has no client certificate for kubelets.
    ///
    /// ## Why
    /// Without one its requests are anonymous, so `logs` and `exec` work only while kubelets let anonymous
    /// requests in, and then for everybody.
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
    ///     - --kubelet-client-certificate=/etc/kubernetes/pki/apiserver-kubelet-client.crt
    ///     - --kubelet-client-key=/etc/kubernetes/pki/apiserver-kubelet-client.key
    /// ```
    ///
    /// ## Fix
    /// By hand: issue a client certificate for the API server and name it and its key.
    ///
    /// ## When it is fine
    /// Where another proxy authenticates to kubelets.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [Communication between nodes and the control plane](https://kubernetes.io/docs/concepts/architecture/control-plane-node-communication/)
    /// - [PKI certificates and requirements](https://kubernetes.io/docs/setup/best-practices/certificates/)
    /// - [kube-apiserver](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/)
    id: "apiserver-kubelet-client-cert",
    title: "API server has no client certificate for kubelets",
    family: Family::ControlPlaneFlags,
    fields: &["C[*].command: --kubelet-client-certificate", "C[*].command: --kubelet-client-key"],
    also: &[(Checkov, "CKV_K8S_72"), (Kics, "36a27826-1bf5-49da-aeb0-a60a30c0e834"), (Trivy, "KCV-0005"), (Kubescape, "C-0116")],
    check: Check::Container(|_, container, report| FLAGS.check(container, report)),
}

const FLAGS: RequiredFlags = RequiredFlags {
    component: Component::ApiServer,
    names: &["kubelet-client-certificate", "kubelet-client-key"],
    unless: &[],
    consequence: "the API server has no certificate to show to kubelets",
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
                ^^^^^^^ container \"a\" does not set --kubelet-client-certificate and --kubelet-client-key, so the API server has no certificate to show to kubelets
                - kube-apiserver
                - --v=2
              - name: b
                command:
                - kube-apiserver
                - --kubelet-client-certificate=/etc/kubernetes/pki/apiserver-kubelet-client.crt
                - --kubelet-client-key=
                  ^^^^^^^^^^^^^^^^^^^^^ container \"b\" does not set --kubelet-client-key, so the API server has no certificate to show to kubelets
              - name: c
                command:
                ^^^^^^^ container \"c\" does not set --kubelet-client-key, so
                - kube-apiserver
                - --kubelet-client-certificate=/etc/kubernetes/pki/apiserver-kubelet-client.crt
            ",
        );
    }

    #[test]
    fn given_in_any_form_or_hidden_is_fine() {
        for command in [
            "kube-apiserver, --kubelet-client-certificate=/etc/kubernetes/pki/apiserver-kubelet-client.crt, --kubelet-client-key=/etc/kubernetes/pki/apiserver-kubelet-client.key",
            "kube-apiserver, \"--kubelet-client-certificate={{ .Values.a }}\", \"--kubelet-client-key={{ .Values.b }}\"",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, --kubelet-client-certificate, /etc/kubernetes/pki/apiserver-kubelet-client.crt, --kubelet-client-key, /etc/kubernetes/pki/apiserver-kubelet-client.key",
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

use super::component::Component;
use super::required_flags::RequiredFlags;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};

rule! {
    /// The API server does not verify the certificates of kubelets.
    ///
    /// ## Why
    /// Someone between the API server and a node can then pose as the kubelet, read what `exec` and `logs`
    /// carry, and answer in its place.
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
    ///     - --kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt
    /// ```
    ///
    /// ## Fix
    /// By hand: name the authority that signs the kubelets' serving certificates. Kubelets with self-signed
    /// ones become unreachable until they have signed ones.
    ///
    /// ## When it is fine
    /// Where the way from the control plane to nodes is protected otherwise, as by a tunnel.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [Communication between nodes and the control plane](https://kubernetes.io/docs/concepts/architecture/control-plane-node-communication/)
    /// - [kube-apiserver](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/)
    id: "apiserver-kubelet-ca",
    title: "API server does not verify kubelet certificates",
    family: Family::ControlPlaneFlags,
    fields: &["C[*].command: --kubelet-certificate-authority"],
    also: &[(Checkov, "CKV_K8S_73"), (Kics, "ec18a0d3-0069-4a58-a7fb-fbfe0b4bbbe0"), (Trivy, "KCV-0006"), (Kubescape, "C-0117")],
    check: Check::Container(|_, container, report| FLAGS.check(container, report)),
}

const FLAGS: RequiredFlags = RequiredFlags {
    component: Component::ApiServer,
    names: &["kubelet-certificate-authority"],
    unless: &[],
    consequence: "the API server believes any kubelet certificate",
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
                ^^^^^^^ container \"a\" does not set --kubelet-certificate-authority, so the API server believes any kubelet certificate
                - kube-apiserver
                - --v=2
              - name: b
                command:
                - kube-apiserver
                - --kubelet-certificate-authority=
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"b\" does not set --kubelet-certificate-authority, so the API server believes any kubelet certificate
            ",
        );
    }

    #[test]
    fn given_in_any_form_or_hidden_is_fine() {
        for command in [
            "kube-apiserver, --kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt",
            "kube-apiserver, \"--kubelet-certificate-authority={{ .Values.a }}\"",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, --kubelet-certificate-authority, /etc/kubernetes/pki/ca.crt",
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

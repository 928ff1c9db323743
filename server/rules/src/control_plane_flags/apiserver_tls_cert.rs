use super::component::Component;
use super::required_flags::RequiredFlags;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};

rule! {
    /// The API server serves with a self-signed certificate.
    ///
    /// ## Why
    /// Clients then either switch verification off or trust a certificate that is made anew with the server, so
    /// that anyone between can pose as the API server.
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
    ///     - --tls-cert-file=/etc/kubernetes/pki/apiserver.crt
    ///     - --tls-private-key-file=/etc/kubernetes/pki/apiserver.key
    /// ```
    ///
    /// ## Fix
    /// By hand: issue a serving certificate from the authority that clients know, and name it and its key.
    ///
    /// ## When it is fine
    /// Clusters for tests.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [PKI certificates and requirements](https://kubernetes.io/docs/setup/best-practices/certificates/)
    /// - [kube-apiserver](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/)
    id: "apiserver-tls-cert",
    title: "API server uses a self-signed serving certificate",
    family: Family::ControlPlaneFlags,
    fields: &["C[*].command: --tls-cert-file", "C[*].command: --tls-private-key-file"],
    also: &[(Checkov, "CKV_K8S_100"), (Kics, "fa750c81-93c2-4fab-9c6d-d3fd3ce3b89f"), (Trivy, "KCV-0027"), (Kubescape, "C-0138")],
    check: Check::Container(|_, container, report| FLAGS.check(container, report)),
}

const FLAGS: RequiredFlags = RequiredFlags {
    component: Component::ApiServer,
    names: &["tls-cert-file", "tls-private-key-file"],
    unless: &[],
    consequence: "the API server makes a certificate of its own that nobody can verify",
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
                ^^^^^^^ container \"a\" does not set --tls-cert-file and --tls-private-key-file, so the API server makes a certificate of its own that nobody can verify
                - kube-apiserver
                - --v=2
              - name: b
                command:
                - kube-apiserver
                - --tls-cert-file=/etc/kubernetes/pki/apiserver.crt
                - --tls-private-key-file=
                  ^^^^^^^^^^^^^^^^^^^^^^^ container \"b\" does not set --tls-private-key-file, so the API server makes a certificate of its own that nobody can verify
              - name: c
                command:
                ^^^^^^^ container \"c\" does not set --tls-private-key-file, so
                - kube-apiserver
                - --tls-cert-file=/etc/kubernetes/pki/apiserver.crt
            ",
        );
    }

    #[test]
    fn given_in_any_form_or_hidden_is_fine() {
        for command in [
            "kube-apiserver, --tls-cert-file=/etc/kubernetes/pki/apiserver.crt, --tls-private-key-file=/etc/kubernetes/pki/apiserver.key",
            "kube-apiserver, \"--tls-cert-file={{ .Values.a }}\", \"--tls-private-key-file={{ .Values.b }}\"",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, --tls-cert-file, /etc/kubernetes/pki/apiserver.crt, --tls-private-key-file, /etc/kubernetes/pki/apiserver.key",
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

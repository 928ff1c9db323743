use super::component::Component;
use super::tls_ciphers::check_suites;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};

rule! {
    /// The API server accepts TLS cipher suites without forward secrecy or authenticated encryption.
    ///
    /// ## Why
    /// What is recorded today under a suite without forward secrecy can be read when the server's key leaks,
    /// and suites of the CBC kind have a record of attacks. Left out, the defaults of Go hold, which still have
    /// some of these.
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
    ///     - --tls-cipher-suites=TLS_AES_128_GCM_SHA256,TLS_RSA_WITH_AES_128_GCM_SHA256
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
    ///     - --tls-cipher-suites=TLS_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
    /// ```
    ///
    /// ## Fix
    /// By hand: list suites with ECDHE and AES-GCM or ChaCha20, which all current clients know; or set
    /// `--tls-min-version=VersionTLS13`, under which suites are not chosen.
    ///
    /// ## When it is fine
    /// Where an old client knows nothing better.
    ///
    /// ## How others differ
    /// Peers have lists of different length, some with RSA key exchange or CBC. Ours has forward secrecy and
    /// authenticated encryption only. checkov reads `command` alone, so flags in `args` pass or fail it by
    /// chance. Here `command` and `args` are one list, `--flag=value` and `--flag` `value` are the same, and a
    /// template makes what cannot be seen unknown.
    ///
    /// ## References
    /// - [kube-apiserver](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/)
    id: "apiserver-weak-ciphers",
    title: "API server accepts weak TLS ciphers",
    severity: Severity::Info,
    family: Family::ControlPlaneFlags,
    persona: Persona::Pedantic,
    fields: &["C[*].command: --tls-cipher-suites"],
    also: &[(Checkov, "CKV_K8S_105"), (Kics, "510d5810-9a30-443a-817d-5c1fa527b110"), (Kubescape, "C-0143"), (Kubescape, "C-0277")],
    check: Check::Container(|_, container, report| check_suites(container, Component::ApiServer, &[], report)),
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn weak_suites_and_none_are_found() {
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
                - --tls-cipher-suites=TLS_AES_128_GCM_SHA256,TLS_RSA_WITH_AES_128_CBC_SHA
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" accepts weak cipher suites: TLS_RSA_WITH_AES_128_CBC_SHA
              - name: b
                command:
                ^^^^^^^ container \"b\" does not set --tls-cipher-suites, so the defaults of Go hold
                - kube-apiserver
            ",
        );
    }

    #[test]
    fn strong_suites_and_hidden_ones_are_fine() {
        for command in [
            "kube-apiserver, \"--tls-cipher-suites=TLS_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384\"",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, \"--tls-cipher-suites={{ .Values.x }}\"",
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
}

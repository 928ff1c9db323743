use super::component::Component;
use super::required_flags::RequiredFlags;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};

rule! {
    /// No key of its own verifies ServiceAccount tokens.
    ///
    /// ## Why
    /// Without the flag the API server takes its TLS key for that. Whoever renews or leaks the one then breaks
    /// or forges the other, and keys cannot be rotated apart.
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
    ///     - --service-account-key-file=/etc/kubernetes/pki/sa.pub
    /// ```
    ///
    /// ## Fix
    /// By hand: make a pair of keys for tokens, sign with the one and name the other here.
    ///
    /// ## When it is fine
    /// Where an external signer holds the keys (`--service-account-signing-endpoint`).
    ///
    /// ## How others differ
    /// checkov wants the file to be named `.pem`; kubeadm writes `.pub`. The name does not matter. checkov
    /// reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args` are one
    /// list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [Managing ServiceAccounts](https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/)
    /// - [PKI certificates and requirements](https://kubernetes.io/docs/setup/best-practices/certificates/)
    /// - [kube-apiserver](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/)
    id: "apiserver-service-account-key-file",
    title: "No dedicated key verifies ServiceAccount tokens",
    family: Family::ControlPlaneFlags,
    fields: &["C[*].command: --service-account-key-file"],
    also: &[(Checkov, "CKV_K8S_97"), (Kics, "dab4ec72-ce2e-4732-b7c3-1757dcce01a1"), (Trivy, "KCV-0025"), (Kubescape, "C-0136")],
    check: Check::Container(|_, container, report| FLAGS.check(container, report)),
}

const FLAGS: RequiredFlags = RequiredFlags {
    component: Component::ApiServer,
    names: &["service-account-key-file"],
    unless: &[],
    consequence: "ServiceAccount tokens are verified with the key of the serving certificate",
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
                ^^^^^^^ container \"a\" does not set --service-account-key-file, so ServiceAccount tokens are verified with the key of the serving certificate
                - kube-apiserver
                - --v=2
              - name: b
                command:
                - kube-apiserver
                - --service-account-key-file=
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"b\" does not set --service-account-key-file, so ServiceAccount tokens are verified with the key of the serving certificate
            ",
        );
    }

    #[test]
    fn given_in_any_form_or_hidden_is_fine() {
        for command in [
            "kube-apiserver, --service-account-key-file=/etc/kubernetes/pki/sa.pub",
            "kube-apiserver, \"--service-account-key-file={{ .Values.a }}\"",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, --service-account-key-file, /etc/kubernetes/pki/sa.pub",
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

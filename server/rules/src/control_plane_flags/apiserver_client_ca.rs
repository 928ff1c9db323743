use super::component::Component;
use super::required_flags::RequiredFlags;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};

rule! {
    /// The API server verifies no client certificates.
    ///
    /// ## Why
    /// Kubelets, controllers and administrators then cannot prove who they are by certificate, which leaves
    /// static tokens and passwords.
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
    ///     - --client-ca-file=/etc/kubernetes/pki/ca.crt
    /// ```
    ///
    /// ## Fix
    /// By hand: name the authority that signs client certificates.
    ///
    /// ## When it is fine
    /// Where every client comes through OpenID Connect or a front proxy.
    ///
    /// ## References
    /// - [Authenticating](https://kubernetes.io/docs/reference/access-authn-authz/authentication/)
    /// - [PKI certificates and requirements](https://kubernetes.io/docs/setup/best-practices/certificates/)
    /// - [kube-apiserver](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/)
    id: "apiserver-client-ca",
    title: "API server verifies no client certificates",
    family: Family::ControlPlaneFlags,
    fields: &["C[*].command: --client-ca-file"],
    also: &[(Kics, "e0e00aba-5f1c-4981-a542-9a9563c0ee20"), (Trivy, "KCV-0028"), (Kubescape, "C-0139")],
    check: Check::Container(|_, container, report| FLAGS.check(container, report)),
}

const FLAGS: RequiredFlags = RequiredFlags {
    component: Component::ApiServer,
    names: &["client-ca-file"],
    unless: &[],
    consequence: "no client certificate is accepted",
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
                ^^^^^^^ container \"a\" does not set --client-ca-file, so no client certificate is accepted
                - kube-apiserver
                - --v=2
              - name: b
                command:
                - kube-apiserver
                - --client-ca-file=
                  ^^^^^^^^^^^^^^^^^ container \"b\" does not set --client-ca-file, so no client certificate is accepted
            ",
        );
    }

    #[test]
    fn given_in_any_form_or_hidden_is_fine() {
        for command in [
            "kube-apiserver, --client-ca-file=/etc/kubernetes/pki/ca.crt",
            "kube-apiserver, \"--client-ca-file={{ .Values.a }}\"",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, --client-ca-file, /etc/kubernetes/pki/ca.crt",
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

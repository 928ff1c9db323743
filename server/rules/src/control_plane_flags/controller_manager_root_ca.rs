use super::component::Component;
use super::required_flags::RequiredFlags;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};

rule! {
    /// Pods get no bundle to verify the API server with.
    ///
    /// ## Why
    /// The controller manager publishes the authority in every namespace, from where it is mounted beside the
    /// token. Without it clients in pods must send that token to whoever answers.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-controller-manager, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-controller-manager
    ///     image: registry.k8s.io/kube-controller-manager:v1.34.0
    ///     command:
    ///     - kube-controller-manager
    ///     - --v=2
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-controller-manager, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-controller-manager
    ///     image: registry.k8s.io/kube-controller-manager:v1.34.0
    ///     command:
    ///     - kube-controller-manager
    ///     - --root-ca-file=/etc/kubernetes/pki/ca.crt
    /// ```
    ///
    /// ## Fix
    /// By hand: name the authority that signed the API server's serving certificate.
    ///
    /// ## When it is fine
    /// Where the serving certificate is of a public authority.
    ///
    /// ## How others differ
    /// checkov wants the file to be named `.pem`; kubeadm writes `.crt`. The name does not matter. checkov
    /// reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args` are one
    /// list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [PKI certificates and requirements](https://kubernetes.io/docs/setup/best-practices/certificates/)
    /// - [kube-controller-manager](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/)
    id: "controller-manager-root-ca",
    title: "Pods get no cluster CA bundle",
    family: Family::ControlPlaneFlags,
    fields: &["C[*].command: --root-ca-file"],
    also: &[(Checkov, "CKV_K8S_111"), (Kics, "05fb986f-ac73-4ebb-a5b2-7faafa93d882"), (Trivy, "KCV-0037"), (Kubescape, "C-0148")],
    check: Check::Container(|_, container, report| FLAGS.check(container, report)),
}

const FLAGS: RequiredFlags = RequiredFlags {
    component: Component::ControllerManager,
    names: &["root-ca-file"],
    unless: &[],
    consequence: "pods cannot verify the API server",
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
                ^^^^^^^ container \"a\" does not set --root-ca-file, so pods cannot verify the API server
                - kube-controller-manager
                - --v=2
              - name: b
                command:
                - kube-controller-manager
                - --root-ca-file=
                  ^^^^^^^^^^^^^^^ container \"b\" does not set --root-ca-file, so pods cannot verify the API server
            ",
        );
    }

    #[test]
    fn given_in_any_form_or_hidden_is_fine() {
        for command in [
            "kube-controller-manager, --root-ca-file=/etc/kubernetes/pki/ca.crt",
            "kube-controller-manager, \"--root-ca-file={{ .Values.a }}\"",
            "kube-controller-manager, \"{{ .Values.flags }}\"",
            "kube-controller-manager, --root-ca-file, /etc/kubernetes/pki/ca.crt",
            "web",
            "pgrep, kube-controller-manager",
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

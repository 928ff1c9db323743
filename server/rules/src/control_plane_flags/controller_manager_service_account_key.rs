use super::component::Component;
use super::required_flags::RequiredFlags;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};

rule! {
    /// The controller manager has no key to sign ServiceAccount tokens.
    ///
    /// ## Why
    /// Without a pair of keys for tokens there is nothing to rotate apart from the certificates, and no token
    /// for accounts whose clients still want one in a Secret.
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
    ///     - --service-account-private-key-file=/etc/kubernetes/pki/sa.key
    /// ```
    ///
    /// ## Fix
    /// By hand: name the private half of the pair whose public half `--service-account-key-file` of the API
    /// server names.
    ///
    /// ## When it is fine
    /// Where no token is kept in a Secret.
    ///
    /// ## How others differ
    /// checkov wants the file to be named `.pem`; kubeadm writes `.key`. The name does not matter. checkov
    /// reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args` are one
    /// list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [Managing ServiceAccounts](https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/)
    /// - [PKI certificates and requirements](https://kubernetes.io/docs/setup/best-practices/certificates/)
    /// - [kube-controller-manager](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/)
    id: "controller-manager-service-account-key",
    title: "No key signs ServiceAccount tokens",
    family: Family::ControlPlaneFlags,
    fields: &["C[*].command: --service-account-private-key-file"],
    also: &[(Checkov, "CKV_K8S_110"), (Kics, "ccc98ff7-68a7-436e-9218-185cb0b0b780"), (Trivy, "KCV-0036"), (Kubescape, "C-0147")],
    check: Check::Container(|_, container, report| FLAGS.check(container, report)),
}

const FLAGS: RequiredFlags = RequiredFlags {
    component: Component::ControllerManager,
    names: &["service-account-private-key-file"],
    unless: &[],
    consequence: "no key of its own signs ServiceAccount tokens",
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
                ^^^^^^^ container \"a\" does not set --service-account-private-key-file, so no key of its own signs ServiceAccount tokens
                - kube-controller-manager
                - --v=2
              - name: b
                command:
                - kube-controller-manager
                - --service-account-private-key-file=
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"b\" does not set --service-account-private-key-file, so no key of its own signs ServiceAccount tokens
            ",
        );
    }

    #[test]
    fn given_in_any_form_or_hidden_is_fine() {
        for command in [
            "kube-controller-manager, --service-account-private-key-file=/etc/kubernetes/pki/sa.key",
            "kube-controller-manager, \"--service-account-private-key-file={{ .Values.a }}\"",
            "kube-controller-manager, \"{{ .Values.flags }}\"",
            "kube-controller-manager, --service-account-private-key-file, /etc/kubernetes/pki/sa.key",
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

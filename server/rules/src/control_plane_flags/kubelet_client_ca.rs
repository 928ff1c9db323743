use super::component::Component;
use super::configuration_field::{KUBELET, RequiredFields};
use super::required_flags::RequiredFlags;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};

rule! {
    /// The kubelet verifies no client certificates.
    ///
    /// ## Why
    /// The API server proves to kubelets who it is by certificate. Where they cannot verify one, it is
    /// anonymous like everybody else, and works only as long as everybody may.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// readOnlyPort: 0
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// authentication:
    ///   x509:
    ///     clientCAFile: /etc/kubernetes/pki/ca.crt
    /// ```
    ///
    /// ## Fix
    /// By hand: name the authority that signed the API server's client certificate.
    ///
    /// ## When it is fine
    /// Where the API server authenticates by token, which the webhook checks.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [Kubelet authentication and authorization](https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/)
    /// - [KubeletConfiguration](https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/)
    /// - [kubelet](https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/)
    id: "kubelet-client-ca",
    title: "Kubelet verifies no client certificates",
    family: Family::ControlPlaneFlags,
    fields: &["C[*].command: --client-ca-file", "authentication.x509.clientCAFile"],
    also: &[(Checkov, "CKV_K8S_140"), (Kics, "e0e00aba-5f1c-4981-a542-9a9563c0ee20"), (Trivy, "KCV-0081"), (Kubescape, "C-0174"), (Kubescape, "C-0070")],
    check: Check::ContainerOrKind(
        |_, container, report| FLAGS.check(container, report),
        &["KubeletConfiguration"],
        |object, report| FIELDS.check(object, report),
    ),
}

const CONSEQUENCE: &str = "the kubelet accepts no client certificate";

const FLAGS: RequiredFlags = RequiredFlags {
    component: Component::Kubelet,
    names: &["client-ca-file"],
    unless: &["config", "config-dir"],
    consequence: CONSEQUENCE,
};

const FIELDS: RequiredFields = RequiredFields {
    group: KUBELET,
    fields: &[&["authentication", "x509", "clientCAFile"]],
    unless: None,
    consequence: CONSEQUENCE,
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn files_and_flags_without_are_found() {
        check(
            &RULE,
            "
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            ^^^^ authentication.x509.clientCAFile is left out, so the kubelet accepts no client certificate
            ---
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            authentication:
            ^^^^^^^^^^^^^^ authentication.x509.clientCAFile is left out
              webhook: {enabled: true}
            ---
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                ^^^^^^^ container \"a\" does not set --client-ca-file, so the kubelet accepts no client certificate
                - kubelet
                - --v=2
            ",
        );
    }

    #[test]
    fn given_hidden_or_decided_elsewhere_is_fine() {
        for text in [
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nauthentication:\n  x509:\n    clientCAFile: /etc/kubernetes/pki/ca.crt\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [kubelet, --config=/etc/x.yaml]\n  - command: [kubelet, --client-ca-file=/etc/kubernetes/pki/ca.crt]\n",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n{{- toYaml .Values.kubelet }}\n",
        ] {
            check_silent(&RULE, text);
        }
    }
}

use super::component::Component;
use super::configuration_field::{KUBELET, RequiredFields};
use super::required_flags::RequiredFlags;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};

rule! {
    /// The kubelet serves with a self-signed certificate.
    ///
    /// ## Why
    /// Nobody can verify it, so whoever stands between the API server and the node can pose as the kubelet.
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
    /// tlsCertFile: /var/lib/kubelet/pki/kubelet.crt
    /// tlsPrivateKeyFile: /var/lib/kubelet/pki/kubelet.key
    /// ```
    ///
    /// ## Fix
    /// By hand: set `serverTLSBootstrap: true` and approve the requests for certificates that follow, or name a
    /// certificate and its key.
    ///
    /// ## When it is fine
    /// Where the way to nodes is protected otherwise, as by a tunnel.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [TLS bootstrapping](https://kubernetes.io/docs/reference/access-authn-authz/kubelet-tls-bootstrapping/)
    /// - [KubeletConfiguration](https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/)
    /// - [kubelet](https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/)
    id: "kubelet-serving-cert",
    title: "Kubelet uses a self-signed serving certificate",
    severity: Severity::Info,
    family: Family::ControlPlaneFlags,
    persona: Persona::Pedantic,
    fields: &["C[*].command: --tls-cert-file", "C[*].command: --tls-private-key-file", "tlsCertFile", "tlsPrivateKeyFile"],
    also: &[(Checkov, "CKV_K8S_148"), (Kics, "fa750c81-93c2-4fab-9c6d-d3fd3ce3b89f"), (Trivy, "KCV-0088"), (Trivy, "KCV-0089"), (Kubescape, "C-0181")],
    check: Check::ContainerOrKind(
        |_, container, report| FLAGS.check(container, report),
        &["KubeletConfiguration"],
        |object, report| FIELDS.check(object, report),
    ),
}

const CONSEQUENCE: &str = "the kubelet makes a serving certificate that nobody can verify";

const FLAGS: RequiredFlags = RequiredFlags {
    component: Component::Kubelet,
    names: &["tls-cert-file", "tls-private-key-file"],
    unless: &["config", "config-dir", "rotate-server-certificates"],
    consequence: CONSEQUENCE,
};

const FIELDS: RequiredFields = RequiredFields {
    group: KUBELET,
    fields: &[&["tlsCertFile"], &["tlsPrivateKeyFile"]],
    unless: Some(&["serverTLSBootstrap"]),
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
            ^^^^ tlsCertFile is left out, so the kubelet makes a serving certificate that nobody can verify
            ---
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                ^^^^^^^ container \"a\" does not set --tls-cert-file and --tls-private-key-file, so the kubelet makes a serving certificate that nobody can verify
                - kubelet
                - --v=2
            ",
        );
    }

    #[test]
    fn given_hidden_or_decided_elsewhere_is_fine() {
        for text in [
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\ntlsCertFile: /var/lib/kubelet/pki/kubelet.crt\ntlsPrivateKeyFile: /var/lib/kubelet/pki/kubelet.key\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [kubelet, --config=/etc/x.yaml]\n  - command: [kubelet, --tls-cert-file=/var/lib/kubelet/pki/kubelet.crt, --tls-private-key-file=/var/lib/kubelet/pki/kubelet.key]\n",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n{{- toYaml .Values.kubelet }}\n",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nserverTLSBootstrap: true\n",
        ] {
            check_silent(&RULE, text);
        }
    }
}

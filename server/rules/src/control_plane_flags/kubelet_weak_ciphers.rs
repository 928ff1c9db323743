use super::component::Component;
use super::configuration_field::{KUBELET, find_field};
use super::tls_ciphers::{check_suites, weak};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::Object;
use leastwise_yaml::Field;

rule! {
    /// The kubelet accepts TLS cipher suites without forward secrecy or authenticated encryption.
    ///
    /// ## Why
    /// Logs and `exec` sessions that are recorded today under a suite without forward secrecy can be read when
    /// the kubelet's key leaks. Left out, the defaults of Go hold, which still have suites of the CBC kind.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// tlsCipherSuites:
    /// - TLS_AES_128_GCM_SHA256
    /// - TLS_RSA_WITH_AES_256_GCM_SHA384
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: kubelet.config.k8s.io/v1beta1
    /// kind: KubeletConfiguration
    /// tlsCipherSuites:
    /// - TLS_AES_128_GCM_SHA256
    /// - TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
    /// ```
    ///
    /// ## Fix
    /// By hand: list suites with ECDHE and AES-GCM or ChaCha20; or set `tlsMinVersion: VersionTLS13`, under
    /// which suites are not chosen.
    ///
    /// ## When it is fine
    /// Where an old client knows nothing better.
    ///
    /// ## How others differ
    /// Peers have lists of different length, some with RSA key exchange. Ours has forward secrecy and
    /// authenticated encryption only. checkov reads `command` alone, so flags in `args` pass or fail it by
    /// chance. Here `command` and `args` are one list, `--flag=value` and `--flag` `value` are the same, and a
    /// template makes what cannot be seen unknown.
    ///
    /// ## References
    /// - [KubeletConfiguration](https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/)
    /// - [kubelet](https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/)
    id: "kubelet-weak-ciphers",
    title: "Kubelet accepts weak TLS ciphers",
    severity: Severity::Info,
    family: Family::ControlPlaneFlags,
    persona: Persona::Pedantic,
    fields: &["C[*].command: --tls-cipher-suites", "tlsCipherSuites"],
    also: &[(Checkov, "CKV_K8S_151"), (Kics, "510d5810-9a30-443a-817d-5c1fa527b110"), (Trivy, "KCV-0092"), (Kubescape, "C-0184")],
    check: Check::ContainerOrKind(
        |_, container, report| check_suites(container, Component::Kubelet, &["config", "config-dir"], report),
        &["KubeletConfiguration"],
        check_file,
    ),
}

const FIELD: &str = "tlsCipherSuites";

fn check_file(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if object.api_group() != Some(KUBELET) {
        return;
    }
    let message = match object.node.get(FIELD) {
        Field::Unknown => return,
        Field::Present(entry) if !entry.value.is_null() => {
            let suites = entry.value.items().filter_map(|item| item.value.as_str());
            let Some(weak) = weak(suites) else { return };
            format!("{FIELD} has weak cipher suites: {weak}")
        }
        Field::Present(_) | Field::Absent => format!("{FIELD} is left out, so the defaults of Go hold"),
    };
    find_field(object, report, &[FIELD], message);
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
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            tlsCipherSuites: [TLS_AES_128_GCM_SHA256, TLS_RSA_WITH_AES_256_GCM_SHA384]
            ^^^^^^^^^^^^^^^ tlsCipherSuites has weak cipher suites: TLS_RSA_WITH_AES_256_GCM_SHA384
            ---
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            ^^^^ tlsCipherSuites is left out, so the defaults of Go hold
            ---
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kubelet
                - --tls-cipher-suites=TLS_RSA_WITH_AES_128_CBC_SHA
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" accepts weak cipher suites
              - name: b
                command:
                ^^^^^^^ container \"b\" does not set --tls-cipher-suites
                - kubelet
            ",
        );
    }

    #[test]
    fn strong_suites_and_hidden_ones_are_fine() {
        for text in [
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\ntlsCipherSuites: [TLS_AES_128_GCM_SHA256]\n",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\ntlsCipherSuites: {{ .Values.x }}\n",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [kubelet, --config=/x]\n  - command: [kubelet, --tls-cipher-suites=TLS_AES_128_GCM_SHA256]\n",
        ] {
            check_silent(&RULE, text);
        }
    }
}

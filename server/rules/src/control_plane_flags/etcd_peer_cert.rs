use super::component::Component;
use super::required_flags::RequiredFlags;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// Members of etcd talk to each other without TLS.
    ///
    /// ## Why
    /// Replication carries all of the cluster's data, Secrets among it, and a member that is believed can
    /// change all of it.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: etcd, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: etcd
    ///     image: registry.k8s.io/etcd:3.6.4-0
    ///     command:
    ///     - etcd
    ///     - --name=a
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: etcd, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: etcd
    ///     image: registry.k8s.io/etcd:3.6.4-0
    ///     command:
    ///     - etcd
    ///     - --peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt
    ///     - --peer-key-file=/etc/kubernetes/pki/etcd/peer.key
    /// ```
    ///
    /// ## Fix
    /// By hand: issue a peer certificate for each member, name it and its key, and make the peer addresses
    /// `https`.
    ///
    /// ## When it is fine
    /// An etcd of one member, which has no peers. Its configuration file is not read: where `--config-file` is
    /// given, nothing is said.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [etcd: transport security model](https://etcd.io/docs/v3.5/op-guide/security/)
    /// - [Operating etcd clusters for Kubernetes](https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/)
    /// - [etcd: configuration options](https://etcd.io/docs/v3.5/op-guide/configuration/)
    id: "etcd-peer-cert",
    title: "etcd peers talk without TLS",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fields: &["C[*].command: --peer-cert-file", "C[*].command: --peer-key-file"],
    also: &[(Checkov, "CKV_K8S_119"), (Kics, "09bb9e96-8da3-4736-b89a-b36814acca60"), (Trivy, "KCV-0045"), (Kubescape, "C-0156")],
    check: Check::Container(|_, container, report| FLAGS.check(container, report)),
}

const FLAGS: RequiredFlags = RequiredFlags {
    component: Component::Etcd,
    names: &["peer-cert-file", "peer-key-file"],
    unless: &[],
    consequence: "etcd members talk to each other without TLS",
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
                ^^^^^^^ container \"a\" does not set --peer-cert-file and --peer-key-file, so etcd members talk to each other without TLS
                - etcd
                - --v=2
              - name: b
                command:
                - etcd
                - --peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt
                - --peer-key-file=
                  ^^^^^^^^^^^^^^^^ container \"b\" does not set --peer-key-file, so etcd members talk to each other without TLS
              - name: c
                command:
                ^^^^^^^ container \"c\" does not set --peer-key-file, so
                - etcd
                - --peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt
            ",
        );
    }

    #[test]
    fn given_in_any_form_or_hidden_is_fine() {
        for command in [
            "etcd, --peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt, --peer-key-file=/etc/kubernetes/pki/etcd/peer.key",
            "etcd, \"--peer-cert-file={{ .Values.a }}\", \"--peer-key-file={{ .Values.b }}\"",
            "etcd, \"{{ .Values.flags }}\"",
            "etcd, --peer-cert-file, /etc/kubernetes/pki/etcd/peer.crt, --peer-key-file, /etc/kubernetes/pki/etcd/peer.key",
            "web",
            "pgrep, etcd",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {{name: a, command: [{command}]}}\n"
                ),
            );
        }
    }

    #[test]
    fn a_variable_of_etcd_does_as_well() {
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command: [etcd]
                env:
                - {name: ETCD_PEER_CERT_FILE, value: /etc/kubernetes/pki/etcd/peer.crt}
                - {name: ETCD_PEER_KEY_FILE, value: /etc/kubernetes/pki/etcd/peer.key}
            ",
        );
    }
}

use super::component::Component;
use super::required_flags::RequiredFlags;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// etcd serves clients without TLS.
    ///
    /// ## Why
    /// Every Secret of the cluster crosses the network in clear text, and nothing tells clients that it is etcd
    /// that answers.
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
    ///     - --cert-file=/etc/kubernetes/pki/etcd/server.crt
    ///     - --key-file=/etc/kubernetes/pki/etcd/server.key
    /// ```
    ///
    /// ## Fix
    /// By hand: issue a serving certificate for each member, name it and its key, and make the client addresses
    /// `https`.
    ///
    /// ## When it is fine
    /// An etcd that listens on localhost alone for tests. Its configuration file is not read: where
    /// `--config-file` is given, nothing is said.
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
    id: "etcd-server-cert",
    title: "etcd serves clients without TLS",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fields: &["C[*].command: --cert-file", "C[*].command: --key-file"],
    also: &[(Checkov, "CKV_K8S_116"), (Kics, "075ca296-6768-4322-aea2-ba5063b969a9"), (Trivy, "KCV-0042"), (Kubescape, "C-0153")],
    check: Check::Container(|_, container, report| FLAGS.check(container, report)),
}

const FLAGS: RequiredFlags = RequiredFlags {
    component: Component::Etcd,
    names: &["cert-file", "key-file"],
    unless: &[],
    consequence: "etcd serves its clients without TLS",
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
                ^^^^^^^ container \"a\" does not set --cert-file and --key-file, so etcd serves its clients without TLS
                - etcd
                - --v=2
              - name: b
                command:
                - etcd
                - --cert-file=/etc/kubernetes/pki/etcd/server.crt
                - --key-file=
                  ^^^^^^^^^^^ container \"b\" does not set --key-file, so etcd serves its clients without TLS
              - name: c
                command:
                ^^^^^^^ container \"c\" does not set --key-file, so
                - etcd
                - --cert-file=/etc/kubernetes/pki/etcd/server.crt
            ",
        );
    }

    #[test]
    fn given_in_any_form_or_hidden_is_fine() {
        for command in [
            "etcd, --cert-file=/etc/kubernetes/pki/etcd/server.crt, --key-file=/etc/kubernetes/pki/etcd/server.key",
            "etcd, \"--cert-file={{ .Values.a }}\", \"--key-file={{ .Values.b }}\"",
            "etcd, \"{{ .Values.flags }}\"",
            "etcd, --cert-file, /etc/kubernetes/pki/etcd/server.crt, --key-file, /etc/kubernetes/pki/etcd/server.key",
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
                - {name: ETCD_CERT_FILE, value: /etc/kubernetes/pki/etcd/server.crt}
                - {name: ETCD_KEY_FILE, value: /etc/kubernetes/pki/etcd/server.key}
            ",
        );
    }
}

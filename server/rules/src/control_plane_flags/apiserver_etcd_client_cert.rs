use super::component::Component;
use super::required_flags::RequiredFlags;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// The API server talks to etcd without a client certificate.
    ///
    /// ## Why
    /// etcd holds every Secret and every Role. If the API server needs no certificate to write there, neither
    /// does anyone else who reaches the port.
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
    ///     - --etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt
    ///     - --etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key
    /// ```
    ///
    /// ## Fix
    /// By hand: issue a client certificate from the authority of etcd and name it and its key.
    ///
    /// ## When it is fine
    /// Where etcd listens on a socket that only the API server can reach.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [Operating etcd clusters for Kubernetes](https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/)
    /// - [etcd: transport security model](https://etcd.io/docs/v3.5/op-guide/security/)
    /// - [kube-apiserver](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/)
    id: "apiserver-etcd-client-cert",
    title: "API server talks to etcd without a client certificate",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fields: &["C[*].command: --etcd-certfile", "C[*].command: --etcd-keyfile"],
    also: &[(Checkov, "CKV_K8S_99"), (Kics, "895a5a95-3756-4b04-9924-2f3bc93181bd"), (Trivy, "KCV-0026"), (Kubescape, "C-0137")],
    check: Check::Container(|_, container, report| FLAGS.check(container, report)),
}

const FLAGS: RequiredFlags = RequiredFlags {
    component: Component::ApiServer,
    names: &["etcd-certfile", "etcd-keyfile"],
    unless: &[],
    consequence: "etcd cannot tell the API server from anyone else",
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
                ^^^^^^^ container \"a\" does not set --etcd-certfile and --etcd-keyfile, so etcd cannot tell the API server from anyone else
                - kube-apiserver
                - --v=2
              - name: b
                command:
                - kube-apiserver
                - --etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt
                - --etcd-keyfile=
                  ^^^^^^^^^^^^^^^ container \"b\" does not set --etcd-keyfile, so etcd cannot tell the API server from anyone else
              - name: c
                command:
                ^^^^^^^ container \"c\" does not set --etcd-keyfile, so
                - kube-apiserver
                - --etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt
            ",
        );
    }

    #[test]
    fn given_in_any_form_or_hidden_is_fine() {
        for command in [
            "kube-apiserver, --etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt, --etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key",
            "kube-apiserver, \"--etcd-certfile={{ .Values.a }}\", \"--etcd-keyfile={{ .Values.b }}\"",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, --etcd-certfile, /etc/kubernetes/pki/apiserver-etcd-client.crt, --etcd-keyfile, /etc/kubernetes/pki/apiserver-etcd-client.key",
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

use super::component::Component;
use super::required_flags::RequiredFlags;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// The API server does not verify etcd's certificate.
    ///
    /// ## Why
    /// Someone between the two can then pose as etcd and hand the API server Roles, Secrets and pods of their
    /// own making.
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
    ///     - --etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt
    /// ```
    ///
    /// ## Fix
    /// By hand: name the authority that signed etcd's serving certificates.
    ///
    /// ## When it is fine
    /// Where etcd listens on a socket that only the API server can reach, or its certificate is of a public
    /// authority.
    ///
    /// ## How others differ
    /// checkov wants the file to be named `.pem`; kubeadm writes `.crt`. The name does not matter. checkov
    /// reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args` are one
    /// list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [Operating etcd clusters for Kubernetes](https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/)
    /// - [etcd: transport security model](https://etcd.io/docs/v3.5/op-guide/security/)
    /// - [kube-apiserver](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/)
    id: "apiserver-etcd-ca",
    title: "API server does not verify etcd",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fields: &["C[*].command: --etcd-cafile"],
    also: &[(Checkov, "CKV_K8S_102"), (Kics, "3f5ff8a7-5ad6-4d02-86f5-666307da1b20"), (Trivy, "KCV-0029"), (Kubescape, "C-0140")],
    check: Check::Container(|_, container, report| FLAGS.check(container, report)),
}

const FLAGS: RequiredFlags = RequiredFlags {
    component: Component::ApiServer,
    names: &["etcd-cafile"],
    unless: &[],
    consequence: "the API server believes any etcd certificate",
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
                ^^^^^^^ container \"a\" does not set --etcd-cafile, so the API server believes any etcd certificate
                - kube-apiserver
                - --v=2
              - name: b
                command:
                - kube-apiserver
                - --etcd-cafile=
                  ^^^^^^^^^^^^^^ container \"b\" does not set --etcd-cafile, so the API server believes any etcd certificate
            ",
        );
    }

    #[test]
    fn given_in_any_form_or_hidden_is_fine() {
        for command in [
            "kube-apiserver, --etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt",
            "kube-apiserver, \"--etcd-cafile={{ .Values.a }}\"",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, --etcd-cafile, /etc/kubernetes/pki/etcd/ca.crt",
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

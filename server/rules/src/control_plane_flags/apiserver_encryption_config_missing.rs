use super::component::Component;
use super::required_flags::RequiredFlags;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};

rule! {
    /// Secrets are stored in etcd in clear text.
    ///
    /// ## Why
    /// A copy of etcd's files, a backup or a disk is then a copy of every password and key in the cluster.
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
    ///     - --encryption-provider-config=/etc/kubernetes/encryption.yaml
    /// ```
    ///
    /// ## Fix
    /// By hand: write an EncryptionConfiguration whose first provider encrypts, mount it, name it here, and
    /// write all Secrets again.
    ///
    /// ## When it is fine
    /// Where Secrets hold nothing of worth, since they are fetched at run time from elsewhere, or the disk is
    /// encrypted and backups are, too.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [Encrypting confidential data at rest](https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/)
    /// - [kube-apiserver](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/)
    id: "apiserver-encryption-config-missing",
    title: "Secrets are stored unencrypted in etcd",
    family: Family::ControlPlaneFlags,
    fields: &["C[*].command: --encryption-provider-config"],
    also: &[(Checkov, "CKV_K8S_104"), (Kics, "cbd2db69-0b21-4c14-8a40-7710a50571a9"), (Trivy, "KCV-0030"), (Kubescape, "C-0141"), (Kubescape, "C-0066")],
    check: Check::Container(|_, container, report| FLAGS.check(container, report)),
}

const FLAGS: RequiredFlags = RequiredFlags {
    component: Component::ApiServer,
    names: &["encryption-provider-config"],
    unless: &[],
    consequence: "Secrets lie in etcd in clear text",
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
                ^^^^^^^ container \"a\" does not set --encryption-provider-config, so Secrets lie in etcd in clear text
                - kube-apiserver
                - --v=2
              - name: b
                command:
                - kube-apiserver
                - --encryption-provider-config=
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"b\" does not set --encryption-provider-config, so Secrets lie in etcd in clear text
            ",
        );
    }

    #[test]
    fn given_in_any_form_or_hidden_is_fine() {
        for command in [
            "kube-apiserver, --encryption-provider-config=/etc/kubernetes/encryption.yaml",
            "kube-apiserver, \"--encryption-provider-config={{ .Values.a }}\"",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, --encryption-provider-config, /etc/kubernetes/encryption.yaml",
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

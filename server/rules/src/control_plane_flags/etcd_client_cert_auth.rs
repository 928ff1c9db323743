use super::boolean_flag::BooleanFlag;
use super::component::Component;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};

rule! {
    /// etcd accepts clients without a certificate.
    ///
    /// ## Why
    /// etcd knows no RBAC of Kubernetes: who may read it has every Secret, who may write it is the
    /// administrator. Client certificates are the only lock on that door, and off by default.
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
    ///     - --client-cert-auth=false
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
    ///     - --client-cert-auth=true
    /// ```
    ///
    /// ## Fix
    /// Sets `--client-cert-auth=true`. Clients without a certificate of the authority in `--trusted-ca-file`
    /// are refused then.
    ///
    /// ## When it is fine
    /// An etcd that listens on localhost alone for tests, or has users and passwords of its own.
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
    id: "etcd-client-cert-auth",
    title: "etcd accepts unauthenticated clients",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --client-cert-auth"],
    also: &[(Checkov, "CKV_K8S_117"), (Kics, "9391103a-d8d7-4671-ac5d-606ba7ccb0ac"), (Trivy, "KCV-0043"), (Kubescape, "C-0154")],
    check: Check::Container(|_, container, report| FLAG.check(container, report)),
}

const FLAG: BooleanFlag = BooleanFlag {
    components: &[Component::Etcd],
    name: "client-cert-auth",
    wanted: true,
    default: false,
    unless: &[],
    consequence: "whoever reaches etcd can read and write the whole cluster",
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn the_unsafe_value_is_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - etcd
                - --v=2
                - --client-cert-auth=false
                  ^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --client-cert-auth=false, so whoever reaches etcd can read and write the whole cluster
              - name: b
                command:
                ^^^^^^^ container \"b\" leaves --client-cert-auth out, so whoever reaches etcd can read and write the whole cluster
                - etcd
                - --v=2
            ",
        );
    }

    #[test]
    fn the_safe_value_and_hidden_ones_are_fine() {
        for command in [
            "etcd, --client-cert-auth=true",
            "etcd, \"--client-cert-auth={{ .Values.x }}\"",
            "etcd, \"{{ .Values.flags }}\"",
            "web, --client-cert-auth=false",
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
    fn the_fix_sets_it() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - etcd
                - --v=2 # more
                - --client-cert-auth=false # why
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - etcd
                - --v=2 # more
                - --client-cert-auth=true # why
            ",
        );
    }

    #[test]
    fn the_fix_adds_it() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - etcd
                - --v=2 # more
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - etcd
                - --v=2 # more
                - --client-cert-auth=true
            ",
        );
    }
}

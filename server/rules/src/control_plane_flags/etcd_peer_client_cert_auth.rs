use super::boolean_flag::BooleanFlag;
use super::component::Component;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};

rule! {
    /// etcd accepts peers without a certificate.
    ///
    /// ## Why
    /// Whoever is taken for a member gets all data and can change it. The check of peers' certificates is off
    /// by default.
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
    ///     - --peer-client-cert-auth=false
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
    ///     - --peer-client-cert-auth=true
    /// ```
    ///
    /// ## Fix
    /// Sets `--peer-client-cert-auth=true`. Members without a certificate of the authority in
    /// `--peer-trusted-ca-file` are refused then.
    ///
    /// ## When it is fine
    /// An etcd of one member, whose peer port nobody reaches.
    ///
    /// ## How others differ
    /// checkov reads the flag in `args` of a pod that is named etcd. checkov reads `command` alone, so flags in
    /// `args` pass or fail it by chance. Here `command` and `args` are one list, `--flag=value` and `--flag`
    /// `value` are the same, and a template makes what cannot be seen unknown.
    ///
    /// ## References
    /// - [etcd: transport security model](https://etcd.io/docs/v3.5/op-guide/security/)
    /// - [Operating etcd clusters for Kubernetes](https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/)
    /// - [etcd: configuration options](https://etcd.io/docs/v3.5/op-guide/configuration/)
    id: "etcd-peer-client-cert-auth",
    title: "etcd accepts unauthenticated peers",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --peer-client-cert-auth"],
    also: &[(Checkov, "CKV_K8S_121"), (Kics, "b7d0181d-0a9b-4611-9d1c-1ad4f0b620ff"), (Trivy, "KCV-0046"), (Kubescape, "C-0157")],
    check: Check::Container(|_, container, report| FLAG.check(container, report)),
}

const FLAG: BooleanFlag = BooleanFlag {
    components: &[Component::Etcd],
    name: "peer-client-cert-auth",
    wanted: true,
    default: false,
    unless: &[],
    consequence: "anyone who reaches the peer port can join as a member",
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
                - --peer-client-cert-auth=false
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --peer-client-cert-auth=false, so anyone who reaches the peer port can join as a member
              - name: b
                command:
                ^^^^^^^ container \"b\" leaves --peer-client-cert-auth out, so anyone who reaches the peer port can join as a member
                - etcd
                - --v=2
            ",
        );
    }

    #[test]
    fn the_safe_value_and_hidden_ones_are_fine() {
        for command in [
            "etcd, --peer-client-cert-auth=true",
            "etcd, \"--peer-client-cert-auth={{ .Values.x }}\"",
            "etcd, \"{{ .Values.flags }}\"",
            "web, --peer-client-cert-auth=false",
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
                - --peer-client-cert-auth=false # why
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
                - --peer-client-cert-auth=true # why
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
                - --peer-client-cert-auth=true
            ",
        );
    }
}

use super::boolean_flag::BooleanFlag;
use super::component::Component;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};

rule! {
    /// Members of etcd use self-signed certificates with each other.
    ///
    /// ## Why
    /// Nobody can verify a certificate that each member makes for itself, so anyone between can pose as a
    /// member.
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
    ///     - --peer-auto-tls=true
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
    /// ```
    ///
    /// ## Fix
    /// Removes `--peer-auto-tls`, so that the default `false` holds. Without `--peer-cert-file` and
    /// `--peer-key-file` members then talk without TLS: name them first.
    ///
    /// ## When it is fine
    /// Clusters for tests.
    ///
    /// ## References
    /// - [etcd: transport security model](https://etcd.io/docs/v3.5/op-guide/security/)
    /// - [etcd: configuration options](https://etcd.io/docs/v3.5/op-guide/configuration/)
    id: "etcd-peer-auto-tls",
    title: "etcd uses self-signed peer TLS",
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --peer-auto-tls"],
    also: &[(Kics, "ae8827e2-4af9-4baa-9998-87539ae0d6f0"), (Trivy, "KCV-0047"), (Kubescape, "C-0158")],
    check: Check::Container(|_, container, report| FLAG.check(container, report)),
}

const FLAG: BooleanFlag = BooleanFlag {
    components: &[Component::Etcd],
    name: "peer-auto-tls",
    wanted: false,
    default: false,
    unless: &[],
    consequence: "etcd makes peer certificates of its own that nobody can verify",
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
                - --peer-auto-tls=true
                  ^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --peer-auto-tls=true, so etcd makes peer certificates of its own that nobody can verify
            ",
        );
    }

    #[test]
    fn the_safe_value_and_hidden_ones_are_fine() {
        for command in [
            "etcd, --peer-auto-tls=false",
            "etcd, \"--peer-auto-tls={{ .Values.x }}\"",
            "etcd",
            "web, --peer-auto-tls=true",
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
    fn the_fix_removes_it() {
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
                - --peer-auto-tls=true
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
            ",
        );
    }
}

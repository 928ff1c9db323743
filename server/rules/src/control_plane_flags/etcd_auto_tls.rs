use super::boolean_flag::BooleanFlag;
use super::component::Component;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};

rule! {
    /// etcd serves clients with self-signed certificates.
    ///
    /// ## Why
    /// Nobody can verify a certificate that each member makes for itself, so anyone between can pose as etcd.
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
    ///     - --auto-tls=true
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
    /// Removes `--auto-tls`, so that the default `false` holds. Without `--cert-file` and `--key-file` etcd
    /// then serves without TLS: name them first.
    ///
    /// ## When it is fine
    /// Clusters for tests.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [etcd: transport security model](https://etcd.io/docs/v3.5/op-guide/security/)
    /// - [etcd: configuration options](https://etcd.io/docs/v3.5/op-guide/configuration/)
    id: "etcd-auto-tls",
    title: "etcd uses self-signed client TLS",
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --auto-tls"],
    also: &[(Checkov, "CKV_K8S_118"), (Kics, "98ce8b81-7707-4734-aa39-627c6db3d84b"), (Trivy, "KCV-0044"), (Kubescape, "C-0155")],
    check: Check::Container(|_, container, report| FLAG.check(container, report)),
}

const FLAG: BooleanFlag = BooleanFlag {
    components: &[Component::Etcd],
    name: "auto-tls",
    wanted: false,
    default: false,
    unless: &[],
    consequence: "etcd makes client certificates of its own that nobody can verify",
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
                - --auto-tls=true
                  ^^^^^^^^^^^^^^^ container \"a\" sets --auto-tls=true, so etcd makes client certificates of its own that nobody can verify
            ",
        );
    }

    #[test]
    fn the_safe_value_and_hidden_ones_are_fine() {
        for command in
            ["etcd, --auto-tls=false", "etcd, \"--auto-tls={{ .Values.x }}\"", "etcd", "web, --auto-tls=true"]
        {
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
                - --auto-tls=true
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

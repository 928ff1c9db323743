use super::component::Component;
use super::number_flag::{Cure, NumberFlag};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};

rule! {
    /// The API server closes the secure port.
    ///
    /// ## Why
    /// With 0 it does not serve HTTPS at all, so whatever still works does so without authentication. Current
    /// servers refuse the value.
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
    ///     - --secure-port=0
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
    ///     - --secure-port=6443
    /// ```
    ///
    /// ## Fix
    /// Removes `--secure-port`, so that 6443 holds.
    ///
    /// ## When it is fine
    /// Never.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [kube-apiserver](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/)
    id: "apiserver-secure-port-zero",
    title: "API server closes the secure port",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --secure-port"],
    also: &[(Checkov, "CKV_K8S_89"), (Kics, "3d24b204-b73d-42cb-b0bf-1a5438c5f71e"), (Trivy, "KCV-0017"), (Kubescape, "C-0128")],
    check: Check::Container(|_, container, report| FLAG.check(container, report)),
}

const FLAG: NumberFlag = NumberFlag {
    component: Component::ApiServer,
    name: "secure-port",
    is_wrong: |port| port == 0,
    cure: Cure::Delete,
    consequence: "the API server serves no TLS",
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn the_number_is_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kube-apiserver
                - --v=2
                - --secure-port=0
                  ^^^^^^^^^^^^^^^ container \"a\" sets --secure-port=0, so the API server serves no TLS
            ",
        );
    }

    #[test]
    fn other_numbers_and_none_are_fine() {
        for command in [
            "kube-apiserver",
            "kube-apiserver, --secure-port=6443",
            "kube-apiserver, \"--secure-port={{ .Values.x }}\"",
            "web, --secure-port=0",
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
                - kube-apiserver
                - --secure-port=0
                - --v=2 # more
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --v=2 # more
            ",
        );
    }
}

use super::component::Component;
use super::number_flag::{Cure, NumberFlag};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};

rule! {
    /// The API server opens the insecure port.
    ///
    /// ## Why
    /// Requests to it skip authentication and authorization altogether, so whoever reaches the port is the
    /// administrator. Kubernetes 1.24 removed the flag.
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
    ///     - --insecure-port=8080
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
    ///     - --insecure-port=0
    /// ```
    ///
    /// ## Fix
    /// Removes `--insecure-port`. On servers below 1.20, where the port was open by default, write
    /// `--insecure-port=0` instead.
    ///
    /// ## When it is fine
    /// Never.
    ///
    /// ## How others differ
    /// checkov fails where the flag is left out. Since 1.20 there is no insecure port, so left out is safe.
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [kube-apiserver](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/)
    /// - [Authenticating](https://kubernetes.io/docs/reference/access-authn-authz/authentication/)
    id: "apiserver-insecure-port",
    title: "API server opens the insecure port",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --insecure-port"],
    also: &[(Checkov, "CKV_K8S_88"), (Kics, "fa4def8c-1898-4a35-a139-7b76b1acdef0"), (Kubescape, "C-0005")],
    check: Check::Container(|_, container, report| FLAG.check(container, report)),
}

const FLAG: NumberFlag = NumberFlag {
    component: Component::ApiServer,
    name: "insecure-port",
    is_wrong: |port| port != 0,
    cure: Cure::Delete,
    consequence: "the API server serves without authentication there",
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
                - --insecure-port=8080
                  ^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --insecure-port=8080, so the API server serves without authentication there
            ",
        );
    }

    #[test]
    fn other_numbers_and_none_are_fine() {
        for command in [
            "kube-apiserver",
            "kube-apiserver, --insecure-port=0",
            "kube-apiserver, \"--insecure-port={{ .Values.x }}\"",
            "web, --insecure-port=8080",
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
                - --insecure-port=8080
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

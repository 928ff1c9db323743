use super::component::Component;
use super::forbidden_flag::ForbiddenFlag;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};

rule! {
    /// The API server binds the insecure port to an address.
    ///
    /// ## Why
    /// Requests to the insecure port skip authentication and authorization altogether. Kubernetes 1.24 removed
    /// the flag, so newer API servers do not start with it.
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
    ///     - --insecure-bind-address=0.0.0.0
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
    /// ```
    ///
    /// ## Fix
    /// Removes `--insecure-bind-address`.
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
    /// - [Authenticating](https://kubernetes.io/docs/reference/access-authn-authz/authentication/)
    id: "apiserver-insecure-bind-address",
    title: "API server binds an insecure address",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --insecure-bind-address"],
    also: &[(Checkov, "CKV_K8S_86"), (Kics, "b9380fd3-5ffe-4d10-9290-13e18e71eee1")],
    check: Check::Container(|_, container, report| FLAG.check(container, report)),
}

const FLAG: ForbiddenFlag = ForbiddenFlag {
    component: Component::ApiServer,
    name: "insecure-bind-address",
    removable: true,
    consequence: "the API server serves without authentication there",
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn the_flag_is_found_in_both_lists_and_forms() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command: [kube-apiserver]
                args:
                - --insecure-bind-address=0.0.0.0
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --insecure-bind-address, so the API server serves without authentication there
              - name: b
                command: [kube-apiserver, --insecure-bind-address, \"{{ .Values.x }}\"]
                                          ^^^^^^^^^^^^^^^^^^^^^^^ container \"b\" sets --insecure-bind-address
            ",
        );
    }

    #[test]
    fn without_it_all_is_fine() {
        for command in [
            "kube-apiserver",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, --insecure-bind-address-other=x",
            "web, --insecure-bind-address=x",
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
                - --insecure-bind-address=0.0.0.0 # why
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

    #[test]
    fn the_fix_removes_its_value_too() {
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
                - --insecure-bind-address
                - \"0.0.0.0\"
                - --v=2
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a # the one
                command:
                - kube-apiserver
                - --v=2
            ",
        );
    }
}

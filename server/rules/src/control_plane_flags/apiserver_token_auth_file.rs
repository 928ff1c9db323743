use super::component::Component;
use super::forbidden_flag::ForbiddenFlag;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};

rule! {
    /// The API server reads static tokens in clear text from a file.
    ///
    /// ## Why
    /// The tokens last until the file is changed and the server restarted, and whoever reads the file is
    /// whoever it names.
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
    ///     - --token-auth-file=/etc/kubernetes/tokens.csv
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
    /// Removes `--token-auth-file`. Who comes with one of its tokens is refused then: give them client
    /// certificates, OpenID Connect, or ServiceAccount tokens.
    ///
    /// ## When it is fine
    /// For the first minutes of a cluster that is being set up; bootstrap tokens serve better, for they expire.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [Authenticating](https://kubernetes.io/docs/reference/access-authn-authz/authentication/)
    /// - [kube-apiserver](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/)
    id: "apiserver-token-auth-file",
    title: "API server reads a static token file",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --token-auth-file"],
    also: &[(Checkov, "CKV_K8S_70"), (Kics, "32ecd76e-7bbf-402e-bf48-8b9485749558"), (Trivy, "KCV-0002"), (Kubescape, "C-0114")],
    check: Check::Container(|_, container, report| FLAG.check(container, report)),
}

const FLAG: ForbiddenFlag = ForbiddenFlag {
    component: Component::ApiServer,
    name: "token-auth-file",
    removable: true,
    consequence: "the API server accepts tokens that never expire",
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
                - --token-auth-file=/etc/kubernetes/tokens.csv
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --token-auth-file, so the API server accepts tokens that never expire
              - name: b
                command: [kube-apiserver, --token-auth-file, \"{{ .Values.x }}\"]
                                          ^^^^^^^^^^^^^^^^^ container \"b\" sets --token-auth-file
            ",
        );
    }

    #[test]
    fn without_it_all_is_fine() {
        for command in [
            "kube-apiserver",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, --token-auth-file-other=x",
            "web, --token-auth-file=x",
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
                - --token-auth-file=/etc/kubernetes/tokens.csv # why
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
                - --token-auth-file
                - \"/etc/kubernetes/tokens.csv\"
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

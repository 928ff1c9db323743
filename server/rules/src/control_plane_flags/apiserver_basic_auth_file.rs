use super::component::Component;
use super::forbidden_flag::ForbiddenFlag;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};

rule! {
    /// The API server reads passwords in clear text from a file.
    ///
    /// ## Why
    /// The passwords never expire, are changed only by a restart, and lie readable on the node. Kubernetes 1.19
    /// removed the flag, so newer API servers do not start with it.
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
    ///     - --basic-auth-file=/etc/kubernetes/users.csv
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
    /// Removes `--basic-auth-file`. Who logs in with a password needs another way: client certificates, OpenID
    /// Connect.
    ///
    /// ## When it is fine
    /// Never; a server that still knows the flag no longer gets security fixes.
    ///
    /// ## How others differ
    /// checkov reads `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args`
    /// are one list, `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen
    /// unknown.
    ///
    /// ## References
    /// - [Authenticating](https://kubernetes.io/docs/reference/access-authn-authz/authentication/)
    /// - [kube-apiserver](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/)
    id: "apiserver-basic-auth-file",
    title: "API server reads a basic-auth password file",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --basic-auth-file"],
    also: &[(Checkov, "CKV_K8S_69"), (Kics, "5da47109-f8d6-4585-9e2b-96a8958a12f5")],
    check: Check::Container(|_, container, report| FLAG.check(container, report)),
}

const FLAG: ForbiddenFlag = ForbiddenFlag {
    component: Component::ApiServer,
    name: "basic-auth-file",
    removable: true,
    consequence: "the API server accepts passwords from a file in clear text",
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
                - --basic-auth-file=/etc/kubernetes/users.csv
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --basic-auth-file, so the API server accepts passwords from a file in clear text
              - name: b
                command: [kube-apiserver, --basic-auth-file, \"{{ .Values.x }}\"]
                                          ^^^^^^^^^^^^^^^^^ container \"b\" sets --basic-auth-file
            ",
        );
    }

    #[test]
    fn without_it_all_is_fine() {
        for command in [
            "kube-apiserver",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "kube-apiserver, --basic-auth-file-other=x",
            "web, --basic-auth-file=x",
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
                - --basic-auth-file=/etc/kubernetes/users.csv # why
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
                - --basic-auth-file
                - \"/etc/kubernetes/users.csv\"
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

use super::boolean_flag::BooleanFlag;
use super::component::Component;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Severity};

rule! {
    /// Tokens stay valid after their ServiceAccount is deleted.
    ///
    /// ## Why
    /// With the look-up the API server checks that the account, or Secret, behind a token is still there.
    /// Without it there is no way to revoke a legacy token.
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
    ///     - --service-account-lookup=false
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
    /// Removes `--service-account-lookup`, so that the default `true` holds.
    ///
    /// ## When it is fine
    /// Never.
    ///
    /// ## How others differ
    /// checkov fails where the flag is left out, though the default is true. checkov reads `command` alone, so
    /// flags in `args` pass or fail it by chance. Here `command` and `args` are one list, `--flag=value` and
    /// `--flag` `value` are the same, and a template makes what cannot be seen unknown.
    ///
    /// ## References
    /// - [Managing ServiceAccounts](https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/)
    /// - [kube-apiserver](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/)
    id: "apiserver-service-account-lookup-off",
    title: "Deleted ServiceAccount tokens stay valid",
    severity: Severity::Error,
    family: Family::ControlPlaneFlags,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --service-account-lookup"],
    also: &[(Checkov, "CKV_K8S_96"), (Kics, "a5530bd7-225a-48f9-91bb-f40b04200165"), (Trivy, "KCV-0024"), (Kubescape, "C-0135")],
    check: Check::Container(|_, container, report| FLAG.check(container, report)),
}

const FLAG: BooleanFlag = BooleanFlag {
    components: &[Component::ApiServer],
    name: "service-account-lookup",
    wanted: true,
    default: true,
    unless: &[],
    consequence: "tokens of deleted ServiceAccounts stay valid",
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
                - kube-apiserver
                - --v=2
                - --service-account-lookup=false
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --service-account-lookup=false, so tokens of deleted ServiceAccounts stay valid
            ",
        );
    }

    #[test]
    fn the_safe_value_and_hidden_ones_are_fine() {
        for command in [
            "kube-apiserver, --service-account-lookup=true",
            "kube-apiserver, \"--service-account-lookup={{ .Values.x }}\"",
            "kube-apiserver",
            "web, --service-account-lookup=false",
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
                - --service-account-lookup=false
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

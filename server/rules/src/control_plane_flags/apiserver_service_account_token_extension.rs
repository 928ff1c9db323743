use super::boolean_flag::BooleanFlag;
use super::component::Component;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};

rule! {
    /// Projected ServiceAccount tokens are good for a year, though they say one hour.
    ///
    /// ## Why
    /// For old clients that never read their token again the API server gives tokens in pods a year of grace. A
    /// stolen one is good for as long. The flag is on by default.
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
    ///     - --service-account-extend-token-expiration=true
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
    ///     - --service-account-extend-token-expiration=false
    /// ```
    ///
    /// ## Fix
    /// Sets `--service-account-extend-token-expiration=false`. Programs that never read their token again are
    /// refused after an hour: the metric `serviceaccount_stale_tokens_total` counts them.
    ///
    /// ## When it is fine
    /// While such old clients are still about.
    ///
    /// ## References
    /// - [Managing ServiceAccounts](https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/)
    /// - [kube-apiserver](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/)
    id: "apiserver-service-account-token-extension",
    title: "ServiceAccount tokens are extended to a year",
    severity: Severity::Info,
    family: Family::ControlPlaneFlags,
    persona: Persona::Pedantic,
    fix: FixKind::Behavioural,
    fields: &["C[*].command: --service-account-extend-token-expiration"],
    also: &[(Kubescape, "C-0290")],
    check: Check::Container(|_, container, report| FLAG.check(container, report)),
}

const FLAG: BooleanFlag = BooleanFlag {
    components: &[Component::ApiServer],
    name: "service-account-extend-token-expiration",
    wanted: false,
    default: true,
    unless: &[],
    consequence: "projected tokens stay valid for a year",
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
                - --service-account-extend-token-expiration=true
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --service-account-extend-token-expiration=true, so projected tokens stay valid for a year
              - name: b
                command:
                ^^^^^^^ container \"b\" leaves --service-account-extend-token-expiration out, so projected tokens stay valid for a year
                - kube-apiserver
                - --v=2
            ",
        );
    }

    #[test]
    fn the_safe_value_and_hidden_ones_are_fine() {
        for command in [
            "kube-apiserver, --service-account-extend-token-expiration=false",
            "kube-apiserver, \"--service-account-extend-token-expiration={{ .Values.x }}\"",
            "kube-apiserver, \"{{ .Values.flags }}\"",
            "web, --service-account-extend-token-expiration=true",
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
                - kube-apiserver
                - --v=2 # more
                - --service-account-extend-token-expiration=true # why
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
                - --service-account-extend-token-expiration=false # why
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
                - kube-apiserver
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
                - --service-account-extend-token-expiration=false
            ",
        );
    }
}

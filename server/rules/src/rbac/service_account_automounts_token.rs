use super::account_token;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};

rule! {
    /// A ServiceAccount leaves its token to every pod that runs under it.
    ///
    /// ## Why
    /// Unless the account says `automountServiceAccountToken: false`, each of its pods that does not say so
    /// itself gets a login to the API, whether its program uses the API or not. What breaks into the program
    /// gets it as well.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: web}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: web}
    /// automountServiceAccountToken: false
    /// ```
    ///
    /// ## Fix
    /// Sets `automountServiceAccountToken: false`. Pods whose program calls the API then need
    /// `automountServiceAccountToken: true` themselves.
    ///
    /// ## When it is fine
    /// Accounts whose every pod calls the API.
    ///
    /// ## How others differ
    /// KICS, Polaris and Kubescape judge the account together with its pods; what a pod gets in the end is
    /// `service-account-token-mounted` here.
    ///
    /// ## References
    /// - [Configure service accounts for pods](https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting)
    /// - [RBAC good practices: least privilege](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege)
    id: "service-account-automounts-token",
    title: "ServiceAccount leaves token mounting on",
    severity: Severity::Info,
    family: Family::Rbac,
    persona: Persona::Pedantic,
    fix: FixKind::Behavioural,
    fields: &["automountServiceAccountToken"],
    also: &[(Kics, "48471392-d4d0-47c0-b135-cdec95eb3eef"), (Polaris, "automountServiceAccountToken"), (Kubescape, "C-0034"), (Kyverno, "restrict-sa-automount-sa-token")],
    covered_by: &["default-service-account-automounts-token"],
    check: Check::Kind(&["ServiceAccount"], account_token::find),
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn what_is_missing_is_found_at_the_name_and_what_is_wrong_at_the_value() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: ServiceAccount
            metadata:
              name: web
              ^^^^ ServiceAccount \"web\" gives its token to every pod that does not refuse it
            ---
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: job}
            automountServiceAccountToken: true
                                          ^^^^ ServiceAccount \"job\" gives its token
            ",
        );
    }

    #[test]
    fn false_and_what_nobody_knows_are_fine() {
        for value in ["false", "{{ .Values.automount }}"] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: ServiceAccount\nautomountServiceAccountToken: {value}\n"),
            );
        }
        check_silent(&RULE, "apiVersion: example.com/v1\nkind: ServiceAccount\nmetadata: {name: web}\n");
    }

    #[test]
    fn the_token_is_refused() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: ServiceAccount
            metadata:
              name: web # ours
            ",
            "
            apiVersion: v1
            kind: ServiceAccount
            metadata:
              name: web # ours
            automountServiceAccountToken: false
            ",
        );
    }
}

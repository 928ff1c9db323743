use super::service_accounts::{AUTOMOUNT, DEFAULT_ACCOUNT, account_path, gives_none};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{PodSpec, Setting};

rule! {
    /// The pod runs as the ServiceAccount `default` and gets its token.
    ///
    /// ## Why
    /// Every pod of the namespace that names no account shares this one. What one of them is granted all have, and
    /// the audit log cannot tell them apart.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   serviceAccountName: web
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// By hand: create a ServiceAccount for the workload and name it; or set `automountServiceAccountToken: false`,
    /// if it does not talk to the API.
    ///
    /// ## When it is fine
    /// For pods without a token, which the rule leaves in peace.
    ///
    /// ## How others differ
    /// Some find every pod without a name, token or not. Here a pod that is given no token, by itself or by a
    /// ServiceAccount of the workspace, is left in peace.
    ///
    /// ## References
    /// - [Service accounts](https://kubernetes.io/docs/concepts/security/service-accounts/)
    /// - [Configure service accounts for pods](https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/)
    id: "default-service-account-used",
    title: "Pod runs as the default ServiceAccount",
    severity: Severity::Info,
    family: Family::PodSecurity,
    persona: Persona::Pedantic,
    fields: &["P.serviceAccountName"],
    also: &[
        (KubeLinter, "default-service-account"),
        (Kics, "591ade62-d6b0-4580-b1ae-209f80ba1cd9"),
        (Kubesec, "ServiceAccountName"),
    ],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    if pod.service_account() != Some(DEFAULT_ACCOUNT) {
        return;
    }
    let gets_token = match pod.boolean(&[AUTOMOUNT]) {
        Setting::Set(asked_for, _) => asked_for,
        Setting::Unset => {
            let declared = report.workspace().named("ServiceAccount", pod.object.home(), DEFAULT_ACCOUNT);
            !declared.is_some_and(gives_none)
        }
        Setting::Unknown => false,
    };
    if gets_token {
        report.find(account_path(pod), "the pod runs as the ServiceAccount \"default\" and gets its token");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn default_is_found_on_the_value_and_absent_on_the_pod_spec() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              serviceAccountName: default
                                  ^^^^^^^ The pod runs as the ServiceAccount \"default\"
              containers: []
            ---
            apiVersion: v1
            kind: Pod
            spec:
              serviceAccount: default
                              ^^^^^^^ and gets its token
              automountServiceAccountToken: true
              containers: []
            ---
            apiVersion: batch/v1
            kind: Job
            spec:
              template:
                spec:
                ^^^^ runs as the ServiceAccount
                  containers: []
            ",
        );
    }

    #[test]
    fn other_accounts_no_token_and_templates_are_fine() {
        for setting in [
            "serviceAccountName: web",
            "serviceAccount: web",
            "automountServiceAccountToken: false",
            "automountServiceAccountToken: {{ .Values.token }}",
            "serviceAccountName: {{ .Values.account }}",
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec:\n  {setting}\n  containers: []\n"),
            );
        }
    }

    #[test]
    fn an_account_of_the_workspace_may_give_no_token() {
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: default, namespace: shop}
            automountServiceAccountToken: false
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: web, namespace: shop}
            spec: {containers: []}
            ",
        );
    }
}

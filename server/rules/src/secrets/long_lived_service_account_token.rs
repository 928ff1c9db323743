use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Object, string};

rule! {
    /// A token of a ServiceAccount is kept that never ends.
    ///
    /// ## Why
    /// Such a token is bound to no pod and has no end: who has once read it, from a backup or a log, can use it until
    /// somebody deletes the Secret. Pods get short-lived tokens without it.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Secret
    /// metadata:
    ///   name: deploy-token
    ///   annotations: {kubernetes.io/service-account.name: deploy}
    /// type: kubernetes.io/service-account-token
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: deploy}
    /// ```
    ///
    /// ## Fix
    /// By hand: let pods use the token that the kubelet mounts, let others ask for one with an end (`kubectl create
    /// token`, the TokenRequest API) or come with the identity of their own platform; then delete the Secret.
    ///
    /// ## When it is fine
    /// For a system outside of the cluster that knows no other way. Then watch its use, and renew it. Secrets of other
    /// types that an account lists are left in peace where they are at hand.
    ///
    /// ## References
    /// - [Long-lived tokens of ServiceAccounts](https://kubernetes.io/docs/concepts/security/service-accounts/)
    /// - [Managing ServiceAccounts](https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/)
    id: "long-lived-service-account-token",
    title: "Long-lived ServiceAccount token is declared",
    family: Family::Secrets,
    fields: &["type", "secrets"],
    also: &[(Kyverno, "deny-secret-service-account-token-type"), (Kyverno, "check-serviceaccount-secrets")],
    check: Check::Kind(&["Secret", "ServiceAccount"], check),
}

const TYPE: &str = "kubernetes.io/service-account-token";

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if object.api_version() != Some("v1") {
        return;
    }
    if object.kind() == Some("Secret") {
        if string(object.node, &["type"]).known() == Some(TYPE) {
            let message = "this Secret holds a token of a ServiceAccount that never ends";
            report.find(object.path.key("type"), message);
        }
        return;
    }
    let Some(secrets) = object.node.get("secrets").value() else { return };
    let names = secrets.items().filter_map(|item| string(item.value, &["name"]).known());
    let names: Vec<_> = names.filter(|name| may_be_token(object, name, report)).collect();
    if !names.is_empty() {
        let message =
            format!("this ServiceAccount keeps {}, where tokens that never end lie", names.join(", "));
        report.find(object.path.key("secrets"), message);
    }
}

/// Whether the Secret is not at hand, or is a token.
fn may_be_token(account: &Object<'_>, name: &str, report: &Report<'_, '_>) -> bool {
    let secret = report.workspace().named("Secret", account.home(), name);
    secret.is_none_or(|secret| string(secret.object().node, &["type"]).known() == Some(TYPE))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn tokens_in_secrets_and_accounts_that_list_secrets_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Secret
            type: kubernetes.io/service-account-token
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this Secret holds a token
            ---
            apiVersion: v1
            kind: ServiceAccount
            secrets:
            ^^^^^^^ this ServiceAccount keeps deploy-token
            - name: deploy-token
            ",
        );
    }

    #[test]
    fn other_types_empty_lists_and_templates_are_fine() {
        for text in [
            "kind: Secret\ntype: Opaque",
            "kind: Secret",
            "kind: Secret\ntype: \"{{ .Values.type }}\"",
            "kind: ServiceAccount\nsecrets: []",
            "kind: ServiceAccount\nsecrets: [{name: s3}]\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s3}",
            "kind: ServiceAccount\nimagePullSecrets: [{name: registry}]",
            "kind: ServiceAccount\nsecrets: \"{{ .Values.secrets }}\"",
        ] {
            check_silent(&RULE, &format!("apiVersion: v1\n{text}\n"));
        }
    }
}

use super::account_token;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::Object;

rule! {
    /// The `default` ServiceAccount of a namespace leaves its token to every pod that names no account.
    ///
    /// ## Why
    /// Pods that name no ServiceAccount are those whose authors did not think of the API. Each of them gets a
    /// login to it, with whatever somebody grants to `default` or to all accounts.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: default, namespace: shop}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: default, namespace: shop}
    /// automountServiceAccountToken: false
    /// ```
    ///
    /// ## Fix
    /// Sets `automountServiceAccountToken: false`. A program that calls the API gets an account of its own.
    ///
    /// ## When it is fine
    /// Namespaces whose pods all call the API under `default`, which is better changed.
    ///
    /// ## References
    /// - [Configure service accounts for pods](https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting)
    /// - [RBAC good practices: least privilege](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege)
    id: "default-service-account-automounts-token",
    title: "The default ServiceAccount leaves token mounting on",
    family: Family::Rbac,
    fix: FixKind::Behavioural,
    fields: &["automountServiceAccountToken"],
    also: &[(Checkov, "CKV_K8S_41"), (Kubescape, "C-0189"), (Kubescape, "C-0225")],
    check: Check::Kind(&["ServiceAccount"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if object.name() == Some("default") {
        account_token::find(object, report);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn the_default_account_is_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: ServiceAccount
            metadata: {namespace: shop, name: default}
                                        ^^^^ ServiceAccount \"default\" gives its token to every pod
            ",
        );
    }

    #[test]
    fn others_and_what_nobody_knows_are_fine() {
        check_silent(&RULE, "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n");
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\nautomountServiceAccountToken: false\n",
        );
        check_silent(&RULE, "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: '{{ .Values.name }}'}\n");
    }

    #[test]
    fn the_token_is_refused() {
        check_fix(
            &RULE,
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\nautomountServiceAccountToken: true # why\n",
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\nautomountServiceAccountToken: false # why\n",
        );
    }
}

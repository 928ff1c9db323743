use super::spokesman::may_be_in;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Namespace, Object};

rule! {
    /// The namespace has no ServiceAccount but default.
    ///
    /// ## Why
    /// Programs that share the account `default` share all that is ever granted to it, and one cannot tell them apart
    /// in the audit log.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata: {name: shop}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata: {name: shop}
    /// ---
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: web, namespace: shop}
    /// ```
    ///
    /// ## Fix
    /// By hand: give each program an account of its own, and name it in its pods.
    ///
    /// ## When it is fine
    /// Where no program of the namespace talks to the API, or its accounts are declared elsewhere.
    ///
    /// ## References
    /// - [Service accounts](https://kubernetes.io/docs/concepts/security/service-accounts/)
    id: "namespace-without-service-account",
    title: "Namespace has only the default ServiceAccount",
    severity: Severity::Hint,
    family: Family::NamespaceHygiene,
    persona: Persona::Pedantic,
    fields: &["metadata.name"],
    also: &[(Kubescape, "C-0189")],
    check: Check::Kind(&["Namespace"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if object.api_version() != Some("v1") {
        return;
    }
    let Some(name) = object.name() else { return };
    let has_own = report.workspace().of_kind("ServiceAccount").any(|account| {
        account.object().name() != Some("default") && may_be_in(account, Namespace::Named(name), report)
    });
    if !has_own {
        let message =
            format!("namespace \"{name}\" has no ServiceAccount but default, which all its pods share");
        report.find(object.path.keys(&["metadata", "name"]), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn namespaces_without_an_account_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
                             ^^^^ namespace \"shop\" has no ServiceAccount but default
            ---
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: default, namespace: shop}
            ---
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: web, namespace: other}
            ",
        );
    }

    #[test]
    fn an_account_that_may_be_in_it_is_enough() {
        for namespace in ["shop", "\"{{ .Release.Namespace }}\"", "null"] {
            let account = format!(
                "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: web, namespace: {namespace}}}\n"
            );
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop}}\n---\n{account}"),
            );
        }
    }
}

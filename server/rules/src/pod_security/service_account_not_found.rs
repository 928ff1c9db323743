use super::service_accounts::{account_path, own_account};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Confidence, Family};
use leastwise_manifest::PodSpec;

rule! {
    /// The pod names a ServiceAccount that the workspace does not declare.
    ///
    /// ## Why
    /// Pods of a ServiceAccount that does not exist are refused, and a controller tries again without a word in the
    /// manifest. If the name is a slip, the rights that were meant for the pod stand on another account.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: web}
    /// automountServiceAccountToken: false
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   serviceAccountName: wbe
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: {name: web}
    /// automountServiceAccountToken: false
    /// ---
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
    /// By hand: correct the name, or declare the account.
    ///
    /// ## When it is fine
    /// For accounts that an operator, or a chart elsewhere, brings. The rule is silent where the workspace declares
    /// no ServiceAccount at all.
    ///
    /// ## References
    /// - [Configure service accounts for pods](https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/)
    id: "service-account-not-found",
    title: "ServiceAccount is not declared in the workspace",
    family: Family::PodSecurity,
    confidence: Confidence::Medium,
    fields: &["P.serviceAccountName"],
    also: &[(KubeLinter, "non-existent-service-account"), (Kubescape, "C-0307")],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let Some(account) = own_account(pod) else { return };
    let (workspace, home) = (report.workspace(), pod.object.home());
    // Accounts of other folders tell nothing of those that belong to this one.
    let declares_some = workspace.of_kind("ServiceAccount").any(|declared| workspace.is_near(declared));
    if declares_some && !workspace.may_have("ServiceAccount", home, account) {
        let message = format!("ServiceAccount \"{account}\" is not declared in the workspace");
        report.find(account_path(pod), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_name_that_no_account_of_the_namespace_has_is_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: web, namespace: shop}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: web, namespace: shop}
            spec: {serviceAccountName: wbe}
                                       ^^^ ServiceAccount \"wbe\" is not declared in the workspace
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: web, namespace: other}
            spec: {serviceAccount: web}
                                   ^^^ ServiceAccount \"web\" is not declared
            ",
        );
    }

    #[test]
    fn declared_default_and_hidden_names_are_fine() {
        for (account, pod, name) in [
            ("{name: web}", "{name: web}", "web"),
            ("{name: web}", "{name: web, namespace: shop}", "web"), // where it is applied may be there
            ("{name: \"{{ .Values.name }}\"}", "{name: web}", "web"),
            ("{name: web}", "{name: web}", "default"),
            ("{name: web}", "{name: web}", "\"{{ .Values.account }}\""),
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: ServiceAccount\nmetadata: {account}\n---\napiVersion: v1\nkind: Pod\n\
                     metadata: {pod}\nspec: {{serviceAccountName: {name}}}\n"
                ),
            );
        }
    }

    #[test]
    fn nothing_is_found_where_no_account_is_declared() {
        check_silent(&RULE, "apiVersion: v1\nkind: Pod\nspec: {serviceAccountName: web}\n");
    }
}

use super::other_workloads::{others, title};
use super::service_accounts::{account_path, own_account};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{PodSpec, RunsAs};

rule! {
    /// Two workloads run as the same ServiceAccount.
    ///
    /// ## Why
    /// What one of them needs, the other may do as well, and the audit log cannot tell them apart. With an account
    /// for each workload a role holds what that one needs.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   serviceAccountName: shop
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: database}
    /// spec:
    ///   serviceAccountName: shop
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
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: database}
    /// spec:
    ///   serviceAccountName: database
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// By hand: create an account for each workload, and give each the part of the rights that it needs.
    ///
    /// ## When it is fine
    /// Workloads that are one program in several parts, or that need no right at all.
    ///
    /// ## References
    /// - [Service accounts](https://kubernetes.io/docs/concepts/security/service-accounts/)
    /// - [Configure service accounts for pods](https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/)
    id: "service-account-shared",
    title: "Two workloads share one ServiceAccount",
    severity: Severity::Hint,
    family: Family::PodSecurity,
    persona: Persona::Pedantic,
    fields: &["P.serviceAccountName"],
    also: &[(Kics, "c1032cf7-3628-44e2-bd53-38c17cf31b6b")],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let Some(account) = own_account(pod) else { return };
    let home = pod.object.home();
    let has_account = |runs_as: &RunsAs| runs_as.service_accounts.iter().any(|name| name == account);
    let workspace = report.workspace();
    let mut sharing =
        others(workspace, &pod.object, has_account).filter(|declared| workspace.is_in(declared, home));
    let Some(first) = sharing.next() else { return };
    let more = match sharing.count() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!("ServiceAccount \"{account}\" is also that of {}{more}", title(first));
    let name = first.path.keys(&["metadata", "name"]);
    report.find(account_path(pod), message).related_in(first, &name, "Runs as the same ServiceAccount");
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn an_account_of_other_workloads_is_found_on_its_name() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            metadata: {name: web, namespace: shop}
            spec:
              serviceAccountName: shop
                                  ^^^^ ServiceAccount \"shop\" is also that of Deployment \"web\" and 1 more
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec: {template: {spec: {serviceAccount: shop}}}
                                                     ^^^^ is also that of Pod \"web\" and 1 more
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: database, namespace: shop}
            spec: {template: {spec: {serviceAccountName: shop}}}
                                                         ^^^^ is also that of Pod \"web\"
            ",
        );
    }

    #[test]
    fn itself_other_namespaces_the_default_and_templates_are_fine() {
        for (metadata, account) in [
            ("{name: web}", "shop"), // an overlay, say
            ("{name: other, namespace: other}", "shop"),
            ("{name: other, namespace: \"{{ .Values.namespace }}\"}", "shop"),
            ("{name: \"{{ .Values.name }}\"}", "shop"),
            ("{name: other}", "other"),
            ("{name: other}", "\"{{ .Values.account }}\""),
        ] {
            let pod = |metadata, account| {
                format!(
                    "apiVersion: v1\nkind: Pod\nmetadata: {metadata}\nspec: {{serviceAccountName: {account}}}\n"
                )
            };
            check_silent(&RULE, &format!("{}---\n{}", pod("{name: web}", "shop"), pod(metadata, account)));
        }
        let pod = |name| {
            format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{containers: []}}\n")
        };
        check_silent(&RULE, &format!("{}---\n{}", pod("web"), pod("other")));
    }
}

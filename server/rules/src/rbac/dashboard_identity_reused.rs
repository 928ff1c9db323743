use super::bindings::{BINDINGS, title};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Object, binding, pod_specs};

rule! {
    /// The role of the Kubernetes dashboard is granted to somebody else, or its ServiceAccount runs another
    /// workload.
    ///
    /// ## Why
    /// The dashboard used to be given wide roles, and is known to attackers by its names. Whoever shares its
    /// role or account gets all that the dashboard is ever granted.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata: {name: web, namespace: kubernetes-dashboard}
    /// roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: kubernetes-dashboard}
    /// subjects:
    /// - {kind: ServiceAccount, name: web, namespace: shop}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata: {name: kubernetes-dashboard, namespace: kubernetes-dashboard}
    /// roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: kubernetes-dashboard}
    /// subjects:
    /// - {kind: ServiceAccount, name: kubernetes-dashboard, namespace: kubernetes-dashboard}
    /// ```
    ///
    /// ## Fix
    /// By hand: give the other program a role and an account of its own.
    ///
    /// ## When it is fine
    /// Programs that are part of the dashboard under another name.
    ///
    /// ## References
    /// - [Deploy and access the Kubernetes dashboard](https://kubernetes.io/docs/tasks/access-application-cluster/web-ui-dashboard/)
    /// - [Using RBAC authorization](https://kubernetes.io/docs/reference/access-authn-authz/rbac/)
    id: "dashboard-identity-reused",
    title: "Dashboard role or ServiceAccount is used elsewhere",
    family: Family::Rbac,
    fields: &["subjects[*].name", "P.serviceAccountName"],
    also: &[(Kubescape, "C-0014")],
    check: Check::Object(check),
}

const DASHBOARD: &str = "kubernetes-dashboard";

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if object.kind().is_some_and(|kind| BINDINGS.contains(&kind)) {
        check_binding(object, report);
    } else if object.name().is_some_and(|name| !name.starts_with(DASHBOARD)) {
        for pod in pod_specs(object).iter().filter(|pod| pod.service_account() == Some(DASHBOARD)) {
            let path = pod.path.key("serviceAccountName");
            report.find(path, "The pod runs as the ServiceAccount of the dashboard, which it is no part of");
        }
    }
}

fn check_binding(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(binding) = binding(object).filter(|binding| binding.role.name == Some(DASHBOARD)) else {
        return;
    };
    for subject in &binding.subjects {
        let (Some(kind), Some(name)) = (subject.kind, subject.name) else { continue };
        if !subject.is("ServiceAccount", DASHBOARD) {
            let message = format!("{} grants the role of the dashboard to {kind} {name}", title(object));
            report.find(subject.path.key("name"), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn subjects_and_workloads_that_are_not_the_dashboard_are_found() {
        check(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: d}
            roleRef: {kind: ClusterRole, name: kubernetes-dashboard}
            subjects:
            - {kind: ServiceAccount, name: kubernetes-dashboard, namespace: kubernetes-dashboard}
            - {kind: User, name: jane}
                                 ^^^^ grants the role of the dashboard to User jane
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              template:
                spec:
                  serviceAccountName: kubernetes-dashboard
                                      ^^^^^^^^^^^^^^^^^^^^ The pod runs as the ServiceAccount of the dashboard
                  containers: [{name: web}]
            ",
        );
    }

    #[test]
    fn the_dashboard_itself_and_what_nobody_knows_are_fine() {
        let pod = |name: &str, account: &str| {
            format!(
                "apiVersion: v1\nkind: Pod\nmetadata: {{name: '{name}'}}\n\
                 spec: {{serviceAccountName: '{account}', containers: [{{name: web}}]}}\n"
            )
        };
        check_silent(&RULE, &pod("kubernetes-dashboard-api", "kubernetes-dashboard"));
        check_silent(&RULE, &pod("web", "{{ .Values.account }}"));
        check_silent(&RULE, &pod("{{ .Release.Name }}", "kubernetes-dashboard"));
        check_silent(
            &RULE,
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nroleRef: {kind: Role, name: web}\n\
             subjects: [{kind: User, name: jane}]\n",
        );
    }
}

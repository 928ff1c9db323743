use super::bindings::title;
use super::{granted, takeover};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Confidence, Family, Severity};
use leastwise_manifest::{PodSpec, ServiceAccount, Setting, binding};

rule! {
    /// A workload runs with the token of a ServiceAccount that can take the namespace or the cluster over.
    ///
    /// ## Why
    /// Whoever breaks into the program finds the token in its file system, and with it reads Secrets, starts
    /// pods under any account, or widens their own rights. The way from the pod over the account and its
    /// bindings to the role is followed through all files of the workspace.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   serviceAccountName: web
    ///   containers: [{name: web, image: web:1.2}]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRoleBinding
    /// metadata: {name: web}
    /// roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
    /// subjects:
    /// - {kind: ServiceAccount, name: web, namespace: shop}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   serviceAccountName: web
    ///   containers: [{name: web, image: web:1.2}]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata: {name: web, namespace: shop}
    /// roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
    /// subjects:
    /// - {kind: ServiceAccount, name: web, namespace: shop}
    /// ```
    ///
    /// ## Fix
    /// By hand: give the account a role with what the program does, or the pod `automountServiceAccountToken:
    /// false` where it does not call the API.
    ///
    /// ## When it is fine
    /// Operators that install other programs, and tools that administer the cluster. Keep what they listen on
    /// small.
    ///
    /// ## How others differ
    /// Kubescape's C-0267 and C-0272 look at bound roles in the same way; ours also follows groups of accounts,
    /// aggregated ClusterRoles and the built-in `admin` and `edit`, and leaves pods alone that mount no token.
    /// A role that the workspace does not hold is not judged.
    ///
    /// ## References
    /// - [RBAC good practices](https://kubernetes.io/docs/concepts/security/rbac-good-practices/)
    /// - [Configure service accounts for pods](https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting)
    id: "workload-privileged-service-account",
    title: "Workload runs with an administrative ServiceAccount",
    severity: Severity::Error,
    family: Family::Rbac,
    confidence: Confidence::Medium,
    fields: &["P.serviceAccountName", "P.automountServiceAccountToken"],
    also: &[(Kubescape, "C-0267"), (Kubescape, "C-0272")],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let (home, workspace) = (pod.object.home(), report.workspace());
    let Some(account) = pod.service_account() else { return };
    let bindings = granted::bindings_to(home, account, workspace);
    if bindings.is_empty() {
        return;
    }
    let declared = workspace.named("ServiceAccount", home, account).map(|declared| declared.object());
    let inherited = declared.as_ref().and_then(ServiceAccount::of).map(|account| account.automount_token());
    let mounted = pod.boolean(&["automountServiceAccountToken"]).or(inherited.unwrap_or(Setting::Unset));
    if matches!(mounted, Setting::Set(false, _) | Setting::Unknown) {
        return;
    }
    for declared in bindings {
        let object = declared.object();
        let Some(binding) = binding(&object) else { continue };
        let roles = granted::roles(&binding, workspace);
        let by_role =
            roles.iter().find_map(|(role, lens)| Some((*role, takeover::declared(&binding, lens)?)));
        let can = match &by_role {
            Some((_, (can, _))) => can.as_str(),
            None => match takeover::built_in(&binding) {
                Some(can) => can,
                None => continue,
            },
        };
        let message = format!(
            "The pod runs as ServiceAccount \"{account}\", which can {can} through {} to {}",
            title(&object),
            binding.role.title(),
        );
        // Bound in a namespace, it takes no more than that over.
        let severity = if binding.is_cluster_binding() { RULE.severity } else { Severity::Warning };
        let found = report.find(pod.path.key("serviceAccountName"), message).severity(severity).related_in(
            declared,
            &declared.path.keys(&["roleRef", "name"]),
            "The binding",
        );
        if let Some((role, (_, path))) = &by_role {
            found.related_in(role, path, "What the role grants");
        }
        return;
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent, find};
    use crate::{Settings, Severity};

    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\n\
                       spec: {serviceAccountName: web, containers: [{name: web}]}\n";

    /// The pod of ServiceAccount shop/web, a binding and a ClusterRole with one rule.
    fn workspace(kind: &str, role: &str, subject: &str, rule: &str) -> String {
        format!(
            "{POD}---\napiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: b, namespace: shop}}\n\
             roleRef: {role}\nsubjects: [{subject}]\n---\n\
             apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n\
             metadata: {{name: web, labels: {{gathered: 'yes'}}}}\nrules: [{rule}]\n---\n\
             apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: web, namespace: shop}}\n\
             rules: [{rule}]\n---\n\
             apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: all}}\nrules: []\n\
             aggregationRule: {{clusterRoleSelectors: [{{matchLabels: {{gathered: 'yes'}}}}]}}\n"
        )
    }

    const ACCOUNT: &str = "{kind: ServiceAccount, name: web, namespace: shop}";
    const SECRETS: &str = "{apiGroups: [''], resources: [secrets], verbs: [list]}";
    const CLUSTER_ROLE: &str = "{kind: ClusterRole, name: web}";

    #[test]
    fn the_account_is_found_with_the_way_to_the_role() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              template:
                spec:
                  serviceAccountName: web
                                      ^^^ runs as ServiceAccount \"web\", which can create deployments through RoleBinding \"b\" to Role web
                  containers: [{name: web}]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: b, namespace: shop}
            roleRef: {kind: Role, name: web}
            subjects: [{kind: ServiceAccount, name: web, namespace: shop}]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: web, namespace: shop}
            rules: [{apiGroups: [apps], resources: [deployments], verbs: [create]}]
            ",
        );
        let text = workspace("ClusterRoleBinding", CLUSTER_ROLE, ACCOUNT, SECRETS);
        let found = find(&RULE, &Settings::default(), &text);
        let related: Vec<_> = found[0].1.related.iter().map(|related| related.message.as_str()).collect();
        assert_eq!(related, ["The binding", "What the role grants"]);
    }

    #[test]
    fn every_way_to_a_role_is_followed() {
        for (kind, role, subject) in [
            ("RoleBinding", "{kind: ClusterRole, name: web}", ACCOUNT),
            ("RoleBinding", "{kind: Role, name: web}", "{kind: ServiceAccount, name: web}"),
            ("ClusterRoleBinding", "{kind: ClusterRole, name: all}", ACCOUNT),
            ("ClusterRoleBinding", "{kind: ClusterRole, name: cluster-admin}", ACCOUNT),
            ("ClusterRoleBinding", CLUSTER_ROLE, "{kind: Group, name: 'system:serviceaccounts'}"),
            ("ClusterRoleBinding", CLUSTER_ROLE, "{kind: Group, name: 'system:serviceaccounts:shop'}"),
        ] {
            let text = workspace(kind, role, subject, SECRETS);
            assert_eq!(find(&RULE, &Settings::default(), &text).len(), 1, "{kind} of {role} to {subject}");
        }
    }

    #[test]
    fn what_leads_elsewhere_or_to_less_is_fine() {
        for (kind, role, subject, rule) in [
            (
                "ClusterRoleBinding",
                CLUSTER_ROLE,
                ACCOUNT,
                "{apiGroups: [''], resources: [pods], verbs: [list]}",
            ),
            (
                "ClusterRoleBinding",
                CLUSTER_ROLE,
                "{kind: ServiceAccount, name: web, namespace: other}",
                SECRETS,
            ),
            ("ClusterRoleBinding", CLUSTER_ROLE, "{kind: User, name: web}", SECRETS),
            ("ClusterRoleBinding", "{kind: ClusterRole, name: unknown}", ACCOUNT, SECRETS),
            // Nodes belong to no namespace.
            (
                "RoleBinding",
                CLUSTER_ROLE,
                ACCOUNT,
                "{apiGroups: [''], resources: [nodes/proxy], verbs: [get]}",
            ),
        ] {
            check_silent(&RULE, &workspace(kind, role, subject, rule));
        }
    }

    #[test]
    fn it_is_milder_in_a_namespace_and_the_binding_for_the_cluster_is_told_first() {
        let text = workspace("RoleBinding", CLUSTER_ROLE, ACCOUNT, SECRETS);
        let found = find(&RULE, &Settings::default(), &text);
        assert_eq!(found[0].1.severity, Severity::Warning);
        let cluster = workspace("ClusterRoleBinding", CLUSTER_ROLE, ACCOUNT, SECRETS).replace(POD, "");
        let found = find(&RULE, &Settings::default(), &format!("{text}{cluster}"));
        assert_eq!(found[0].1.severity, Severity::Error);
        assert!(found[0].1.message.contains("through ClusterRoleBinding"), "{}", found[0].1.message);
    }

    #[test]
    fn a_pod_without_a_token_is_fine() {
        let text = workspace("ClusterRoleBinding", CLUSTER_ROLE, ACCOUNT, SECRETS);
        check_silent(&RULE, &text.replace("spec: {", "spec: {automountServiceAccountToken: false, "));
        let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: shop}\n\
                       automountServiceAccountToken: false\n";
        check_silent(&RULE, &format!("{text}---\n{account}"));
    }
}

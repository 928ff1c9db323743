use super::bindings::{BINDINGS, title};
use super::granted;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Binding, Object, PolicyRule, binding};
use leastwise_privilege::rbac::Grants;

rule! {
    /// A binding grants a role to every user and every ServiceAccount that has logged in.
    ///
    /// ## Why
    /// `system:authenticated` holds each pod of the cluster that has a token, and on some clouds, where any
    /// account of the provider counts as logged in, the whole Internet. What is granted to it is granted to
    /// whatever is broken into first.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRoleBinding
    /// metadata: {name: web}
    /// roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: web}
    /// subjects:
    /// - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:authenticated"}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRoleBinding
    /// metadata: {name: web}
    /// roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: web}
    /// subjects:
    /// - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "developers"}
    /// ```
    ///
    /// ## Fix
    /// By hand: put the groups and accounts that need the role in its place.
    ///
    /// ## When it is fine
    /// What is meant to be known to all who log in. The bindings `system:basic-user`, `system:discovery` and
    /// `system:public-info-viewer` that the API server makes are not spoken of.
    ///
    /// ## How others differ
    /// Trivy's KSV-01011 is about GKE alone and misspells the kind; ours looks at both kinds of bindings, and
    /// is an error where the role is known to reach pods, Secrets or workloads.
    ///
    /// ## References
    /// - [RBAC good practices: least privilege](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege)
    /// - [Default roles and role bindings](https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings)
    id: "rbac-authenticated-bound",
    title: "Role is granted to every authenticated user",
    family: Family::Rbac,
    fields: &["subjects[*].name"],
    also: &[(Trivy, "KSV-01011"), (Kubescape, "C-0265")],
    check: Check::Kind(BINDINGS, check),
}

/// The bindings to the group that the API server makes itself.
const OWN: [&str; 3] = ["system:basic-user", "system:discovery", "system:public-info-viewer"];

/// What makes it worse to have granted any verb on it, by API group.
const TELLING: &[(&str, &[&str])] = &[
    ("", &["pods", "secrets", "replicationcontrollers"]),
    ("apps", &["deployments", "daemonsets", "statefulsets", "replicasets"]),
    ("batch", &["jobs", "cronjobs"]),
];

/// Built-in roles that reach them.
const BUILT_IN: [&str; 4] = ["cluster-admin", "admin", "edit", "view"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(binding) = binding(object) else { return };
    let is_own = OWN.iter().any(|name| object.name() == Some(name) && binding.role.is("ClusterRole", name));
    let mut subjects = binding.subjects.iter().filter(|subject| subject.is("Group", "system:authenticated"));
    let Some(subject) = subjects.next().filter(|_| !is_own) else { return };
    let (role, path) = (binding.role.title(), subject.path.key("name"));
    let message = format!("{} grants {role} to everyone who has logged in", title(object));
    if BUILT_IN.iter().any(|name| binding.role.is("ClusterRole", name)) {
        report.find(path, message).severity(Severity::Error);
    } else if let Some((declared, rule, what)) = telling(&binding, report) {
        let message = format!("{message}, who so reach {what}");
        let found = report.find(path, message).severity(Severity::Error);
        found.related_in(declared, &rule, "The role grants it here");
    } else {
        report.find(path, message);
    }
}

/// The rule by which the role reaches pods, Secrets or workloads, where the workspace holds the role.
fn telling<'r>(
    binding: &Binding<'_>,
    report: &Report<'r, '_>,
) -> Option<(&'r leastwise_manifest::Declared, leastwise_yaml::Path, &'static str)> {
    let roles = granted::roles(binding, report.workspace());
    roles.into_iter().find_map(|(declared, role)| {
        role.rules.iter().find_map(|rule| Some((declared, rule.path.clone(), reached(rule)?)))
    })
}

fn reached(rule: &PolicyRule<'_>) -> Option<&'static str> {
    let grants = Grants::of(rule);
    if rule.verbs.known.is_empty() || !rule.resource_names.is_empty() {
        return None;
    }
    let groups = TELLING.iter().filter(|(group, _)| grants.group(group).is_some());
    groups.flat_map(|(_, resources)| *resources).find(|resource| grants.resource(resource).is_some()).copied()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent, find};
    use crate::{Settings, Severity};

    #[test]
    fn the_subject_is_found_by_its_name() {
        check(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: web}
            roleRef: {kind: ClusterRole, name: view}
            subjects:
            - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: \"system:authenticated\"}
                                                                       ^^^^^^^^^^^^^^^^^^^^^^ grants ClusterRole view to everyone who has logged in
            - {kind: User, name: \"system:authenticated\"}
            - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: \"staff\"}
            - {kind: Group, name: \"{{ .Values.group }}\"}
            ",
        );
    }

    #[test]
    fn the_bindings_of_the_api_server_are_fine() {
        check_silent(
            &RULE,
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: 'system:discovery'}\n\
             roleRef: {kind: ClusterRole, name: 'system:discovery'}\n\
             subjects: [{kind: Group, name: 'system:authenticated'}]\n",
        );
    }

    #[test]
    fn it_is_worse_where_the_role_reaches_pods_or_secrets() {
        for (resource, severity, related) in [("pods", Severity::Error, 1), ("widgets", Severity::Warning, 0)]
        {
            let text = format!(
                "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: web}}\n\
                 roleRef: {{kind: ClusterRole, name: web}}\n\
                 subjects: [{{kind: Group, name: 'system:authenticated'}}]\n---\n\
                 apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: web}}\n\
                 rules: [{{apiGroups: [''], resources: [{resource}], verbs: [list]}}]\n"
            );
            let (_, finding) = &find(&RULE, &Settings::default(), &text)[0];
            assert_eq!((finding.severity, finding.related.len()), (severity, related));
        }
    }
}

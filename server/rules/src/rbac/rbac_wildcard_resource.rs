use super::bound;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{PolicyRule, Role};
use leastwise_privilege::rbac::{ALL, IdleBecause, idle};

rule! {
    /// A rule of the role covers every resource of its API groups.
    ///
    /// ## Why
    /// In the core group that is Secrets, the `exec` of every pod and the tokens of every ServiceAccount; in any
    /// group it is also what a later version adds. `*/scale` covers the same subresource of every resource. But
    /// `pods/*` is no pattern that RBAC knows: it matches nothing, so its author grants less than was meant.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [apps]
    ///   resources: ["*"]
    ///   verbs: [get]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [apps]
    ///   resources: [deployments, deployments/scale]
    ///   verbs: [get]
    /// ```
    ///
    /// ## Fix
    /// By hand: name the resources that the program uses. The API server's audit log shows them.
    ///
    /// ## When it is fine
    /// Roles of administrators, and of controllers that work on resources of any kind: backup, garbage collection.
    ///
    /// ## How others differ
    /// Checkov's CKV_K8S_49 looks at the first rule of a role alone; ours at each. KICS and Kubescape take
    /// `pods/*` for a wildcard; RBAC matches `*`, a name, a name with its subresource and `*/subresource`, so
    /// ours says that it matches nothing.
    ///
    /// ## References
    /// - [RBAC good practices: wildcards](https://kubernetes.io/docs/concepts/security/rbac-good-practices/)
    /// - [Using RBAC authorization: referring to resources](https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources)
    id: "rbac-wildcard-resource",
    title: "Rule grants every resource",
    severity: Severity::Error,
    family: Family::Rbac,
    fields: &["rules[*].resources"],
    also: &[
        (Checkov, "CKV_K8S_49"),
        (KubeLinter, "wildcard-in-rules"),
        (Kics, "6b896afb-ca07-467a-b256-1a0077a1c08e"),
        (Trivy, "KSV-0046"),
        (Trivy, "KSV-0112"),
        (Kyverno, "restrict-wildcard-resources"),
    ],
    covered_by: &["rbac-all-permissions"],
    check: Check::Role(check),
}

fn check(role: &Role<'_>, report: &mut Report<'_, '_>) {
    // A ClusterRole can be bound for the whole cluster, a Role for its namespace only.
    let severity = if role.is_cluster_role() { Severity::Error } else { Severity::Warning };
    for rule in &role.rules {
        for (resource, place) in &rule.resources.known {
            let what = match resource.split_once('/') {
                None if *resource == ALL => "every resource of its API groups".to_owned(),
                Some((ALL, subresource)) if subresource != ALL => {
                    format!("the subresource {subresource} of every resource")
                }
                _ => continue,
            };
            let message = format!("This rule grants {}{what}", verbs(rule));
            bound::find(role, rule.resources.at(*place), message, severity, report);
        }
        for idle in idle(rule).into_iter().filter(|idle| idle.why == IdleBecause::NoPattern) {
            let message = format!("{} matches nothing: RBAC knows no such pattern", idle.resource);
            report.find(idle.path, message).severity(Severity::Hint);
        }
    }
}

fn verbs(rule: &PolicyRule<'_>) -> String {
    let verbs: Vec<_> = rule.verbs.texts().collect();
    match verbs[..] {
        [] => String::new(),
        _ if verbs.contains(&ALL) => "every verb on ".to_owned(),
        _ => format!("{} on ", verbs.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent, find};
    use crate::{Settings, Severity};

    #[test]
    fn wildcards_are_found_on_the_item() {
        check(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            rules:
            - apiGroups: [apps]
              resources: [deployments, \"*\"]
                                       ^^^ This rule grants get on every resource of its API groups
              verbs: [get]
            - apiGroups: [apps]
              resources:
              - \"*/scale\"
                ^^^^^^^^^ This rule grants every verb on the subresource scale of every resource
              - \"deployments/*\"
                ^^^^^^^^^^^^^^^ deployments/* matches nothing
              verbs: [\"*\"]
            ",
        );
    }

    #[test]
    fn it_is_worse_in_a_cluster_role() {
        let severities = |kind| {
            let text = format!(
                "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nrules:\n\
                 - {{apiGroups: [apps], resources: [\"*\", \"pods/*\"], verbs: [get]}}\n"
            );
            let found = find(&RULE, &Settings::default(), &text);
            found.into_iter().map(|(_, finding)| finding.severity).collect::<Vec<_>>()
        };
        assert_eq!(severities("Role"), [Severity::Warning, Severity::Hint]);
        assert_eq!(severities("ClusterRole"), [Severity::Error, Severity::Hint]);
    }

    #[test]
    fn named_resources_and_templates_are_fine() {
        check_silent(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            rules:
            - {apiGroups: [\"*\"], resources: [pods, pods/log], verbs: [\"*\"]}
            - {apiGroups: [apps], resources: [\"{{ .Values.resource }}\"], verbs: [get]}
            - {nonResourceURLs: [\"*\"], verbs: [get]}
            ",
        );
    }
}

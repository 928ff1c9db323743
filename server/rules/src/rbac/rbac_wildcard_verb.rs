use super::bound;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::Role;
use leastwise_privilege::rbac::ALL;

rule! {
    /// A rule of the role grants every verb.
    ///
    /// ## Why
    /// `*` is more than reading and writing: it holds `deletecollection`, the verbs that hand out rights (`escalate`,
    /// `bind`, `impersonate`) and every verb that a later version or an extension brings.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [configmaps]
    ///   verbs: ["*"]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [configmaps]
    ///   verbs: [get, list, watch]
    /// ```
    ///
    /// ## Fix
    /// By hand: name the verbs that the program uses. The API server's audit log shows them.
    ///
    /// ## When it is fine
    /// Roles of administrators.
    ///
    /// ## How others differ
    /// Checkov's CKV_K8S_49 looks at the first rule of a role alone; ours at each. What the wildcard grants
    /// beside others, such as `escalate`, is told by this finding and not by further ones.
    ///
    /// ## References
    /// - [RBAC good practices: wildcards](https://kubernetes.io/docs/concepts/security/rbac-good-practices/)
    /// - [Using RBAC authorization](https://kubernetes.io/docs/reference/access-authn-authz/rbac/)
    id: "rbac-wildcard-verb",
    title: "Rule grants every verb",
    severity: Severity::Error,
    family: Family::Rbac,
    fields: &["rules[*].verbs"],
    also: &[
        (Checkov, "CKV_K8S_49"),
        (KubeLinter, "wildcard-in-rules"),
        (Kics, "6b896afb-ca07-467a-b256-1a0077a1c08e"),
        (Trivy, "KSV-0045"),
        (Kyverno, "restrict-wildcard-verbs"),
    ],
    covered_by: &["rbac-all-permissions"],
    check: Check::Role(check),
}

fn check(role: &Role<'_>, report: &mut Report<'_, '_>) {
    for rule in &role.rules {
        let Some(place) = rule.verbs.find(ALL) else { continue };
        let resources: Vec<_> = rule.resources.texts().collect();
        let on = match resources[..] {
            [] => String::new(),
            _ if resources.contains(&ALL) => " on every resource".to_owned(),
            _ => format!(" on {}", resources.join(", ")),
        };
        let message = format!("This rule grants every verb{on}");
        bound::find(role, rule.verbs.at(place), message, RULE.severity, report);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn every_rule_is_looked_at_and_the_item_is_found() {
        check(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            rules:
            - {apiGroups: [\"\"], resources: [pods], verbs: [get]}
            - apiGroups: [\"\"]
              resources: [pods, pods/log]
              verbs:
              - get
              - '*'
                ^^^ This rule grants every verb on pods, pods/log
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            rules:
            - {nonResourceURLs: [/metrics], verbs: [\"*\"]}
                                                    ^^^ This rule grants every verb
            ",
        );
    }

    #[test]
    fn named_verbs_templates_and_other_kinds_are_fine() {
        check_silent(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            rules:
            - {apiGroups: [\"*\"], resources: [\"*\"], verbs: [get, list]}
            - {apiGroups: [\"\"], resources: [pods], verbs: [\"{{ .Values.verb }}\"]}
            - {apiGroups: [\"\"], resources: [pods], verbs: }
            ---
            apiVersion: example.com/v1
            kind: Role
            rules:
            - {verbs: [\"*\"]}
            ",
        );
    }
}

use super::permission::{At, Grades, Permission, WILDCARDS};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// A rule of the role can act in the name of other users, groups or ServiceAccounts.
    ///
    /// ## Why
    /// The API server takes a request with impersonation headers for one of the impersonated: who may
    /// impersonate any group may impersonate `system:masters`, which nothing is denied to. What follows is more
    /// than any other grant of the role says.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [users, groups]
    ///   verbs: [impersonate]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [users, groups]
    ///   verbs: [get]
    /// ```
    ///
    /// ## Fix
    /// By hand: name the users or groups under `resourceNames`; that narrows the verb.
    ///
    /// ## When it is fine
    /// Proxies that authenticate users themselves, and administrators who drop to a weaker identity by default.
    ///
    /// ## How others differ
    /// Checkov speaks of bound accounts only. Trivy's KSV-0043 wants all API groups. Ours counts `userextras`
    /// and `uids` as well, and is one step milder where `resourceNames` narrows the verb. Users and groups
    /// belong to no namespace, so that a Role grants nothing on them: there ours is a hint.
    ///
    /// ## References
    /// - [RBAC good practices: impersonate verb](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#impersonate-verb)
    /// - [User impersonation](https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation)
    id: "rbac-impersonate",
    title: "Rule can impersonate other identities",
    severity: Severity::Error,
    family: Family::Rbac,
    fields: &["rules[*].verbs"],
    also: &[(Checkov, "CKV2_K8S_3"), (Kics, "9f85c3f6-26fd-4007-938a-2e0cb0100980"), (Trivy, "KSV-0043"), (Trivy, "KSV-0050"), (Kubescape, "C-0065"), (Kubescape, "C-0191"), (Kyverno, "restrict-escalation-verbs-roles")],
    covered_by: WILDCARDS,
    check: Check::Role(|role, report| PERMISSION.find(role, report)),
}

pub(super) const PERMISSION: Permission = Permission {
    verbs: &["impersonate"],
    resources: &[
        ("", &["users", "groups", "serviceaccounts"]),
        ("authentication.k8s.io", &["userextras/", "uids"]),
    ],
    what: "users, groups and ServiceAccounts",
    so: "which does whatever they may do",
    at: At::Verb,
    severity: Grades::even_named(Severity::Error),
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, find};
    use crate::{Settings, Severity};

    #[test]
    fn the_permission_is_found_on_its_item() {
        check(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            rules:
            - {apiGroups: [\"\"], resources: [users, groups, pods], verbs: [get, impersonate]}
                                                                               ^^^^^^^^^^^ This rule can impersonate users, groups wherever
            - {apiGroups: [authentication.k8s.io], resources: [userextras/scopes], verbs: [impersonate]}
                                                                                           ^^^^^^^^^^^ impersonate userextras/scopes
            - {apiGroups: [\"\"], resources: [serviceaccounts], verbs: [\"*\"]}
                                                                      ^^^ This rule can impersonate serviceaccounts
            - {apiGroups: [authentication.k8s.io], resources: [userextras, userextras/*], verbs: [impersonate]}
            - {apiGroups: [\"\"], resources: [serviceaccounts], verbs: [get]}
            - {apiGroups: [\"\"], resources: [pods], verbs: [impersonate]}
            ",
        );
    }

    #[test]
    fn names_narrow_it_and_a_role_cannot_grant_it() {
        let severity = |kind: &str, names: &str| {
            let text = format!(
                "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nrules:\n\
                 - {{apiGroups: [''], resources: [groups], verbs: [impersonate]{names}}}\n"
            );
            find(&RULE, &Settings::default(), &text)[0].1.severity
        };
        assert_eq!(severity("ClusterRole", ""), Severity::Error);
        assert_eq!(severity("ClusterRole", ", resourceNames: [developers]"), Severity::Warning);
        assert_eq!(severity("Role", ""), Severity::Hint);
    }
}

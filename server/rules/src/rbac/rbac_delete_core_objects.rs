use super::permission::{At, Grades, Permission};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// A rule of the role can delete Secrets, Services, pods or workloads.
    ///
    /// ## Why
    /// Deleting is quick and seldom undone: a workload that is gone serves nobody, and a Secret that is gone
    /// may exist nowhere else. Rules that say the same and more of the same item (`rbac-write-secrets`, `rbac-
    /// modify-workloads`, `rbac-modify-networking`) are shown in its place.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [services]
    ///   verbs: [get, list, delete]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [services]
    ///   verbs: [get, list]
    /// ```
    ///
    /// ## Fix
    /// By hand: drop `delete` and `deletecollection`. What a program made it can name under `resourceNames`, or
    /// leave to the garbage collector through owner references.
    ///
    /// ## When it is fine
    /// Controllers that tidy up what they made.
    ///
    /// ## References
    /// - [Using RBAC authorization](https://kubernetes.io/docs/reference/access-authn-authz/rbac/)
    /// - [Owners and dependents](https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/)
    id: "rbac-delete-core-objects",
    title: "Rule can delete core objects",
    severity: Severity::Info,
    family: Family::Rbac,
    fields: &["rules[*].resources"],
    also: &[(Kubescape, "C-0007")],
    covered_by: &[
        "rbac-all-permissions",
        "rbac-create-pods",
        "rbac-modify-networking",
        "rbac-modify-workloads",
        "rbac-wildcard-resource",
        "rbac-wildcard-verb",
        "rbac-write-secrets",
    ],
    check: Check::Role(|role, report| PERMISSION.find(role, report)),
}

const PERMISSION: Permission = Permission {
    verbs: &["delete", "deletecollection"],
    resources: &[
        ("", &["secrets", "pods", "services", "replicationcontrollers"]),
        ("apps", &["deployments", "daemonsets", "statefulsets", "replicasets"]),
        // Of old servers, whose objects are those of apps.
        ("extensions", &["deployments", "daemonsets", "replicasets"]),
        ("batch", &["jobs", "cronjobs"]),
    ],
    what: "what programs run on",
    so: "which stops what depends on them",
    at: At::Resource,
    severity: Grades::all(Severity::Info),
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check, find};

    #[test]
    fn the_permission_is_found_on_its_item() {
        check(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            rules:
            - {apiGroups: [\"\", batch], resources: [services, jobs, configmaps], verbs: [get, delete]}
                                                   ^^^^^^^^ This rule can delete services in its namespace
                                                             ^^^^ This rule can delete jobs
            - {apiGroups: [\"\"], resources: [services], verbs: [get, update]}
            - {apiGroups: [\"\"], resources: [services/status], verbs: [delete]}
            ",
        );
    }

    #[test]
    fn rules_that_say_more_of_the_same_item_cover_it() {
        for (resource, rule) in [("secrets", "rbac-write-secrets"), ("services", "rbac-modify-networking")] {
            let text = format!(
                "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nrules:\n\
                 - {{apiGroups: [''], resources: [{resource}], verbs: [delete]}}\n"
            );
            assert_eq!(find(&RULE, &Settings::default(), &text)[0].1.covered_by, Some(rule));
        }
    }
}

use super::permission::{At, Grades, Permission, WILDCARDS};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// A rule of the role can delete events.
    ///
    /// ## Why
    /// Events tell what happened to pods: failed pulls, evictions, probes that failed, images that were
    /// started. Who deletes them hides what they did, from people and from monitoring. They expire by
    /// themselves after an hour, so no program needs to.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [events]
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
    ///   resources: [events]
    ///   verbs: [get, list, watch]
    /// ```
    ///
    /// ## Fix
    /// By hand: drop the verbs. To write events, `create` and `patch` are enough.
    ///
    /// ## When it is fine
    /// Nowhere that we know of.
    ///
    /// ## References
    /// - [Using RBAC authorization](https://kubernetes.io/docs/reference/access-authn-authz/rbac/)
    /// - [Event v1](https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/)
    id: "rbac-delete-events",
    title: "Rule can delete events",
    severity: Severity::Info,
    family: Family::Rbac,
    fields: &["rules[*].resources"],
    also: &[(Kubescape, "C-0031")],
    covered_by: WILDCARDS,
    check: Check::Role(|role, report| PERMISSION.find(role, report)),
}

const PERMISSION: Permission = Permission {
    verbs: &["delete", "deletecollection"],
    resources: &[("", &["events"]), ("events.k8s.io", &["events"])],
    what: "events",
    so: "which wipes traces",
    at: At::Resource,
    severity: Grades::all(Severity::Info),
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn the_permission_is_found_on_its_item() {
        check(
            &RULE,
            "
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            rules:
            - {apiGroups: [events.k8s.io], resources: [events], verbs: [create, patch, deletecollection]}
                                                       ^^^^^^ This rule can deletecollection events wherever the role is bound, which wipes traces
            - {apiGroups: [\"\"], resources: [events], verbs: [create, patch, update]}
            - {apiGroups: [apps], resources: [events], verbs: [delete]}
            ",
        );
    }
}

use super::permission::{At, Grades, Permission, WILDCARDS, WRITING};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::Role;

rule! {
    /// The ClusterRole whose rules the built-in role `edit` gathers can change Endpoints.
    ///
    /// ## Why
    /// Who may write endpoints points a Service of their own at addresses in other namespaces, past
    /// NetworkPolicies that trust the load balancer (CVE-2021-25740). Clusters made before v1.22 still grant
    /// that to everyone who holds `edit` or `admin`, through the ClusterRole `system:aggregate-to-edit`, which
    /// an upgrade does not change.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata: {name: "system:aggregate-to-edit"}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [endpoints]
    ///   verbs: [create, patch, update]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata: {name: "system:aggregate-to-edit"}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [services]
    ///   verbs: [create, patch, update]
    /// ```
    ///
    /// ## Fix
    /// By hand: take the write verbs on `endpoints` and `endpointslices` out, and annotate the role with
    /// `rbac.authorization.kubernetes.io/autoupdate: "false"`, so that the API server does not add to it.
    ///
    /// ## When it is fine
    /// Where people with `edit` keep Endpoints for Services without a selector.
    ///
    /// ## References
    /// - [CVE-2021-25740](https://github.com/kubernetes/kubernetes/issues/103675)
    /// - [Write access for EndpointSlices and Endpoints](https://kubernetes.io/docs/reference/access-authn-authz/rbac/#write-access-for-endpoints)
    id: "rbac-edit-endpoints",
    title: "Aggregated edit role can change Endpoints",
    family: Family::Rbac,
    fields: &["rules[*].resources"],
    also: &[(Kyverno, "restrict-edit-for-endpoints")],
    covered_by: WILDCARDS,
    check: Check::Role(check),
}

const PERMISSION: Permission = Permission {
    verbs: WRITING,
    resources: &[("", &["endpoints"]), ("discovery.k8s.io", &["endpointslices"])],
    what: "Endpoints and EndpointSlices",
    so: "which reaches pods of other namespaces through a Service (CVE-2021-25740)",
    at: At::Resource,
    severity: Grades::cluster_roles_only(Severity::Warning),
};

fn check(role: &Role<'_>, report: &mut Report<'_, '_>) {
    if role.object.name() == Some("system:aggregate-to-edit") {
        PERMISSION.find(role, report);
    }
}

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
            metadata: {name: \"system:aggregate-to-edit\"}
            rules:
            - {apiGroups: [\"\"], resources: [services, endpoints], verbs: [get, update]}
                                                      ^^^^^^^^^ This rule can update endpoints
            - {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [get]}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {name: web}
            rules:
            - {apiGroups: [\"\"], resources: [endpoints], verbs: [update]}
            ",
        );
    }
}

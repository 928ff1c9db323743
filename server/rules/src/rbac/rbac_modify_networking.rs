use super::permission::{At, Grades, Permission, WRITING};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// A rule of the role can create, change or delete Services, Endpoints, Ingresses or NetworkPolicies.
    ///
    /// ## Why
    /// Who changes a Service or its endpoints sends the traffic of others to pods of their own; who changes an
    /// Ingress exposes what was not meant to be; who deletes a NetworkPolicy opens what it closed.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [networking.k8s.io]
    ///   resources: [networkpolicies]
    ///   verbs: [get, delete]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [networking.k8s.io]
    ///   resources: [networkpolicies]
    ///   verbs: [get, list, watch]
    /// ```
    ///
    /// ## Fix
    /// By hand: drop the verbs, or name the objects under `resourceNames`.
    ///
    /// ## When it is fine
    /// Operators that expose what they run, ingress and service mesh controllers.
    ///
    /// ## How others differ
    /// Trivy's KSV-0056 does not look at `resourceNames`; named objects are fine with ours.
    ///
    /// ## References
    /// - [Using RBAC authorization](https://kubernetes.io/docs/reference/access-authn-authz/rbac/)
    /// - [Services, load balancing and networking](https://kubernetes.io/docs/concepts/services-networking/)
    id: "rbac-modify-networking",
    title: "Rule can change network objects",
    family: Family::Rbac,
    fields: &["rules[*].resources"],
    also: &[(Trivy, "KSV-0056")],
    covered_by: &["rbac-all-permissions", "rbac-edit-endpoints", "rbac-wildcard-resource", "rbac-wildcard-verb"],
    check: Check::Role(|role, report| PERMISSION.find(role, report)),
}

const PERMISSION: Permission = Permission {
    verbs: WRITING,
    resources: &[
        ("", &["services", "endpoints"]),
        ("discovery.k8s.io", &["endpointslices"]),
        ("networking.k8s.io", &["networkpolicies", "ingresses"]),
        // Of old servers, whose objects are those of networking.k8s.io.
        ("extensions", &["networkpolicies", "ingresses"]),
    ],
    what: "Services, Ingresses and NetworkPolicies",
    so: "which redirects or opens traffic",
    at: At::Resource,
    severity: Grades::all(Severity::Warning),
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
            kind: Role
            rules:
            - {apiGroups: [\"\", networking.k8s.io], resources: [services, ingresses, pods], verbs: [create]}
                                                               ^^^^^^^^ This rule can create services in its namespace
                                                                         ^^^^^^^^^ This rule can create ingresses
            - {apiGroups: [networking.k8s.io], resources: [services], verbs: [create]}
            - {apiGroups: [extensions], resources: [ingresses], verbs: [update]}
                                                    ^^^^^^^^^ This rule can update ingresses
            - {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [get, list, watch]}
            ",
        );
    }
}

use super::permission::{At, Grades, Permission, WILDCARDS};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// A rule of the role can change the status of Services.
    ///
    /// ## Why
    /// The status of a Service of type `LoadBalancer` names its outside address. Who writes an address of
    /// somebody else there has the nodes send traffic for it to pods of their own (CVE-2020-8554), unseen by
    /// those who send it.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [services/status]
    ///   verbs: [patch]
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
    ///   verbs: [get, list, watch]
    /// ```
    ///
    /// ## Fix
    /// By hand: leave the status to the controller of the load balancer.
    ///
    /// ## When it is fine
    /// Controllers of load balancers.
    ///
    /// ## References
    /// - [CVE-2020-8554](https://github.com/kubernetes/kubernetes/issues/97076)
    /// - [Using RBAC authorization](https://kubernetes.io/docs/reference/access-authn-authz/rbac/)
    id: "rbac-modify-service-status",
    title: "Rule can rewrite Service status",
    family: Family::Rbac,
    fields: &["rules[*].resources"],
    also: &[(Checkov, "CKV2_K8S_4")],
    covered_by: WILDCARDS,
    check: Check::Role(|role, report| PERMISSION.find(role, report)),
}

const PERMISSION: Permission = Permission {
    verbs: &["update", "patch"],
    resources: &[("", &["services/status"])],
    what: "services/status",
    so: "which takes over addresses that others use",
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
            kind: ClusterRole
            rules:
            - {apiGroups: [\"\"], resources: [services, services/status], verbs: [get, update]}
                                                      ^^^^^^^^^^^^^^^ This rule can update services/status wherever
            - {apiGroups: [\"\"], resources: [services/status], verbs: [get]}
            - {apiGroups: [\"\"], resources: [services], verbs: [patch]}
            ",
        );
    }
}

use super::permission::{At, Grades, Permission, WILDCARDS};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// A rule of the role can forward ports to pods.
    ///
    /// ## Why
    /// The connection comes from the node into the pod, so neither a NetworkPolicy nor a Service stands in its
    /// way; ports that a program opens for itself alone, on its loopback address, are reached as well.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [pods, pods/portforward]
    ///   verbs: [get, list, create]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [pods]
    ///   verbs: [get, list]
    /// ```
    ///
    /// ## Fix
    /// By hand: drop the grant, and expose what is meant to be reached.
    ///
    /// ## When it is fine
    /// Roles of developers in their own namespaces.
    ///
    /// ## How others differ
    /// `pods/*` is looked for by KICS and Kubescape; RBAC knows no such pattern, so ours does not.
    ///
    /// ## References
    /// - [Using RBAC authorization](https://kubernetes.io/docs/reference/access-authn-authz/rbac/)
    /// - [Use port forwarding](https://kubernetes.io/docs/tasks/access-application-cluster/port-forward-access-application-cluster/)
    id: "rbac-pod-port-forward",
    title: "Rule can forward ports to pods",
    severity: Severity::Info,
    family: Family::Rbac,
    fields: &["rules[*].resources"],
    also: &[(Kics, "38fa11ef-dbcc-4da8-9680-7e1fd855b6fb"), (Kubescape, "C-0063")],
    covered_by: WILDCARDS,
    check: Check::Role(|role, report| PERMISSION.find(role, report)),
}

const PERMISSION: Permission = Permission {
    verbs: &["create", "get"],
    resources: &[("", &["pods/portforward"])],
    what: "pods/portforward",
    so: "which reaches their ports past every NetworkPolicy",
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
            - {apiGroups: [\"\"], resources: [pods, pods/portforward], verbs: [create]}
                                                  ^^^^^^^^^^^^^^^^ This rule can create pods/portforward wherever the role is bound
            - {apiGroups: [\"\"], resources: [pods/portforward], verbs: [get]}
                                            ^^^^^^^^^^^^^^^^ get pods/portforward wherever
            - {apiGroups: [\"\"], resources: [pods/portforward], verbs: [get], resourceNames: [web-0]}
            - {apiGroups: [\"\"], resources: [\"*/portforward\"], verbs: [\"*\"]}
                                            ^^^^^^^^^^^^^^^ This rule can do anything with pods/portforward
            - {apiGroups: [\"\"], resources: [pods, pods/*, pods/log], verbs: [create, get]}
            - {apiGroups: [apps], resources: [pods/portforward], verbs: [create]}
            - {apiGroups: [\"\"], resources: [pods/portforward], verbs: [delete]}
            ",
        );
    }
}

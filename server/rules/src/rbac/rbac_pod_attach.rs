use super::permission::{At, Grades, Permission, WILDCARDS};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// A rule of the role can attach to the running programs of pods.
    ///
    /// ## Why
    /// Who attaches to a container reads what its main program writes and, where the container has an open
    /// input, types into it. In a container that runs a shell that is as much as `exec`.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [pods, pods/attach]
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
    /// By hand: drop the grant. To read what a program writes, grant `get` on `pods/log`.
    ///
    /// ## When it is fine
    /// Roles of people on call, bound for a short time.
    ///
    /// ## How others differ
    /// Trivy's KSV-0054 wants two rules, in a fixed order, for all API groups; ours takes one rule that has
    /// group, resource and verb together. `pods/*` matches nothing in RBAC.
    ///
    /// ## References
    /// - [Using RBAC authorization](https://kubernetes.io/docs/reference/access-authn-authz/rbac/)
    /// - [Debug running pods](https://kubernetes.io/docs/tasks/debug/debug-application/debug-running-pod/)
    id: "rbac-pod-attach",
    title: "Rule can attach to pods",
    family: Family::Rbac,
    fields: &["rules[*].resources"],
    also: &[(Kics, "d45330fd-f58d-45fb-a682-6481477a0f84"), (Polaris, "clusterrolePodExecAttach"), (Polaris, "rolePodExecAttach"), (Polaris, "clusterrolebindingPodExecAttach"), (Polaris, "rolebindingClusterRolePodExecAttach"), (Polaris, "rolebindingRolePodExecAttach"), (Trivy, "KSV-0054")],
    covered_by: WILDCARDS,
    check: Check::Role(|role, report| PERMISSION.find(role, report)),
}

const PERMISSION: Permission = Permission {
    verbs: &["create", "get"],
    resources: &[("", &["pods/attach"])],
    what: "pods/attach",
    so: "which reads and writes what their programs read and write",
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
            - {apiGroups: [\"\"], resources: [pods, pods/attach], verbs: [create]}
                                                  ^^^^^^^^^^^ This rule can create pods/attach wherever the role is bound
            - {apiGroups: [\"\"], resources: [pods/attach], verbs: [get]}
                                            ^^^^^^^^^^^ get pods/attach wherever
            - {apiGroups: [\"\"], resources: [pods/attach], verbs: [get], resourceNames: [web-0]}
            - {apiGroups: [\"\"], resources: [\"*/attach\"], verbs: [\"*\"]}
                                            ^^^^^^^^^^ This rule can do anything with pods/attach
            - {apiGroups: [\"\"], resources: [pods, pods/*, pods/log], verbs: [create, get]}
            - {apiGroups: [apps], resources: [pods/attach], verbs: [create]}
            - {apiGroups: [\"\"], resources: [pods/attach], verbs: [delete]}
            ",
        );
    }
}

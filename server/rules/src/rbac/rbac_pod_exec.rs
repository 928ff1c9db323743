use super::permission::{At, Grades, Permission, WILDCARDS};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// A rule of the role can run commands in the containers of pods.
    ///
    /// ## Why
    /// A command in a container has the files, the Secrets, the network and the ServiceAccount token of its
    /// pod. The audit log shows that somebody opened a shell, not what they did in it. `get` is enough as well
    /// where a client connects by WebSocket to a server that does not yet ask for `create` then.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [pods, pods/exec]
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
    /// By hand: drop the grant. To look into a pod, `pods/log` and ephemeral containers in a namespace for
    /// tests are less.
    ///
    /// ## When it is fine
    /// Roles of people on call, bound for a short time.
    ///
    /// ## How others differ
    /// Polaris reports the binding, ours the role's item with the bindings beside it. Trivy counts `create`
    /// alone, Polaris also `get`, as ours does. `pods/*` is looked for by KICS and Kubescape; RBAC knows no
    /// such pattern, so ours does not.
    ///
    /// ## References
    /// - [Using RBAC authorization](https://kubernetes.io/docs/reference/access-authn-authz/rbac/)
    /// - [Get a shell to a running container](https://kubernetes.io/docs/tasks/debug/debug-application/get-shell-running-container/)
    id: "rbac-pod-exec",
    title: "Rule can open a shell in pods",
    family: Family::Rbac,
    fields: &["rules[*].resources"],
    also: &[(Checkov, "CKV2_K8S_2"), (Kics, "c589f42c-7924-4871-aee2-1cede9bc7cbc"), (Polaris, "clusterrolePodExecAttach"), (Polaris, "rolePodExecAttach"), (Polaris, "clusterrolebindingPodExecAttach"), (Polaris, "rolebindingClusterRolePodExecAttach"), (Polaris, "rolebindingRolePodExecAttach"), (Trivy, "KSV-0053"), (Kubescape, "C-0002")],
    covered_by: WILDCARDS,
    check: Check::Role(|role, report| PERMISSION.find(role, report)),
}

pub(super) const PERMISSION: Permission = Permission {
    verbs: &["create", "get"],
    resources: &[("", &["pods/exec"])],
    what: "pods/exec",
    so: "which runs commands with all that the pods hold",
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
            - {apiGroups: [\"\"], resources: [pods, pods/exec], verbs: [create]}
                                                  ^^^^^^^^^ This rule can create pods/exec wherever the role is bound
            - {apiGroups: [\"\"], resources: [pods/exec], verbs: [get]}
                                            ^^^^^^^^^ get pods/exec wherever
            - {apiGroups: [\"\"], resources: [pods/exec], verbs: [get], resourceNames: [web-0]}
            - {apiGroups: [\"\"], resources: [\"*/exec\"], verbs: [\"*\"]}
                                            ^^^^^^^^ This rule can do anything with pods/exec
            - {apiGroups: [\"\"], resources: [pods, pods/*, pods/log], verbs: [create, get]}
            - {apiGroups: [apps], resources: [pods/exec], verbs: [create]}
            - {apiGroups: [\"\"], resources: [pods/exec], verbs: [delete]}
            ",
        );
    }
}

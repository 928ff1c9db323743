use super::permission::{At, Grades, Permission, WILDCARDS};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// A rule of the ClusterRole reaches the API of the kubelets.
    ///
    /// ## Why
    /// The kubelet lets whoever holds `nodes/proxy` run commands in every container of its node. Requests to it
    /// directly pass neither admission control nor the audit log of the API server. `get` is enough: a
    /// WebSocket connection begins with that verb.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [nodes, nodes/proxy]
    ///   verbs: [get, list]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata: {name: web}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [nodes, nodes/metrics]
    ///   verbs: [get, list]
    /// ```
    ///
    /// ## Fix
    /// By hand: to collect metrics, grant `get` on `nodes/metrics` and `nodes/stats`, which the kubelet asks
    /// for on those paths; newer kubelets ask for `nodes/healthz`, `nodes/pods` and `nodes/configz` as well
    /// before they fall back to `nodes/proxy`.
    ///
    /// ## When it is fine
    /// Monitoring of clusters whose kubelets know nothing finer.
    ///
    /// ## How others differ
    /// Checkov speaks of bound accounts only; ours of the role, one step worse where a binding is known. Nodes
    /// belong to no namespace, so no Role grants it.
    ///
    /// ## References
    /// - [RBAC good practices: access to proxy subresource of nodes](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#access-to-proxy-subresource-of-nodes)
    /// - [Kubelet authentication and authorization](https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/)
    id: "rbac-nodes-proxy",
    title: "Rule reaches the kubelet API",
    severity: Severity::Error,
    family: Family::Rbac,
    fields: &["rules[*].resources"],
    also: &[(Checkov, "CKV2_K8S_2"), (Trivy, "KSV-0047"), (Kubescape, "C-0279"), (Kyverno, "restrict-clusterrole-nodesproxy")],
    covered_by: WILDCARDS,
    check: Check::Role(|role, report| PERMISSION.find(role, report)),
}

pub(super) const PERMISSION: Permission = Permission {
    verbs: &["get", "create"],
    resources: &[("", &["nodes/proxy"])],
    what: "nodes/proxy",
    so: "which runs commands in every pod of the nodes, past admission and audit",
    at: At::Resource,
    severity: Grades::cluster_roles_only(Severity::Error),
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
            - {apiGroups: [\"\"], resources: [nodes, nodes/proxy, nodes/metrics], verbs: [get, list]}
                                                   ^^^^^^^^^^^ This rule can get nodes/proxy wherever the role is bound
            - {apiGroups: [\"\"], resources: [\"*/proxy\"], verbs: [create]}
                                            ^^^^^^^^^ This rule can create nodes/proxy
            - {apiGroups: [\"\"], resources: [nodes/proxy], verbs: [update]}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            rules:
            - {apiGroups: [\"\"], resources: [nodes/proxy], verbs: [get]}
            ",
        );
    }
}

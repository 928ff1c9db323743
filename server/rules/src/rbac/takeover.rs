//! The permissions by which one takes the namespace or the cluster over, wherever a role grants them.

use super::permission::Permission;
use super::{
    rbac_bind, rbac_create_pods, rbac_escalate, rbac_impersonate, rbac_nodes_proxy, rbac_pod_exec,
    rbac_read_secrets,
};
use leastwise_manifest::{Binding, Role};
use leastwise_yaml::Path;

const TAKEOVER: &[&Permission] = &[
    &rbac_impersonate::PERMISSION,
    &rbac_escalate::PERMISSION,
    &rbac_bind::PERMISSION,
    &rbac_nodes_proxy::PERMISSION,
    &rbac_create_pods::PERMISSION,
    &rbac_pod_exec::PERMISSION,
    &rbac_read_secrets::PERMISSION,
];

/// What is said where a binding names a role that Kubernetes brings along, which a workspace seldom holds.
const BUILT_IN: &[(&str, &str)] =
    &[("cluster-admin", "do everything"), ("admin", "read every Secret"), ("edit", "read every Secret")];

/// What a binding to a built-in role lets its holder do.
pub(super) fn built_in(binding: &Binding<'_>) -> Option<&'static str> {
    BUILT_IN.iter().find(|(name, _)| binding.role.is("ClusterRole", name)).map(|(_, can)| *can)
}

/// What a role that a binding grants lets its holder do: `create pods`, and the rule that does so.
pub(super) fn declared(binding: &Binding<'_>, role: &Role<'_>) -> Option<(String, Path)> {
    TAKEOVER.iter().find_map(|permission| permission.granted(role, binding.is_cluster_binding()))
}

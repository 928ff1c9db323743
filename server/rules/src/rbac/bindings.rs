//! What the rules about bindings share.

use leastwise_manifest::{Binding, Object};

/// The kinds of bindings.
pub(super) const BINDINGS: &[&str] = &["RoleBinding", "ClusterRoleBinding"];

/// The kind that grants what belongs to no namespace.
pub(super) const CLUSTER_BINDINGS: &[&str] = &["ClusterRoleBinding"];

/// A binding in words: `RoleBinding "web"`.
pub(super) fn title(object: &Object<'_>) -> String {
    let kind = object.kind().unwrap_or("binding");
    match object.name() {
        Some(name) => format!("{kind} \"{name}\""),
        None => format!("the {kind}"),
    }
}

/// Where a binding grants.
pub(super) fn reach(binding: &Binding<'_>) -> &'static str {
    if binding.is_cluster_binding() { "in the whole cluster" } else { "in its namespace" }
}

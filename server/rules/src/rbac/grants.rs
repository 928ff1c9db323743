//! What a rule of a role grants, read as the API server's authorizer reads it.

use crate::Severity;
use leastwise_manifest::{Names, PolicyRule, Role};

/// Matches every verb, resource, API group or URL.
pub(super) const ALL: &str = "*";

/// Whether the rule covers the core group, whose name is empty.
pub(super) fn covers_core_group(rule: &PolicyRule<'_>) -> bool {
    let groups = rule.names("apiGroups");
    groups.contains("") || groups.contains(ALL)
}

/// Whether the rule is known to hold for objects of every name.
pub(super) fn holds_for_every_name(rule: &PolicyRule<'_>) -> bool {
    let Names { known, open } = rule.names("resourceNames");
    known.is_empty() && !open
}

/// A ClusterRole can be bound for the whole cluster, a Role for its namespace only.
pub(super) fn severity(role: &Role<'_>) -> Severity {
    if role.is_cluster_role() { Severity::Error } else { Severity::Warning }
}

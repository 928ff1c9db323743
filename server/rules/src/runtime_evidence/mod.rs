//! The rules that hold manifests against what was seen at run time. They are no part of the index, for they need more
//! than manifests: who has the evidence, reports them.

use crate::rule::Rule;

mod connection_denied;
mod connection_unused;
mod connection_wider_than_used;
mod grant_missing;
mod grant_unused;
mod grant_wider_than_used;
mod privilege_wider_than_used;
mod request_denied;

/// Something that a role grants was never used.
pub static GRANT_UNUSED: &Rule = &grant_unused::RULE;
/// Something that a role grants was used only in part.
pub static GRANT_WIDER_THAN_USED: &Rule = &grant_wider_than_used::RULE;
/// Something that a network policy allows was never used.
pub static CONNECTION_UNUSED: &Rule = &connection_unused::RULE;
/// Something that a network policy allows was used only in part.
pub static CONNECTION_WIDER_THAN_USED: &Rule = &connection_wider_than_used::RULE;
/// A connection was attempted and dropped.
pub static CONNECTION_DENIED: &Rule = &connection_denied::RULE;
/// A container may do more than it was seen to need.
pub static PRIVILEGE_WIDER_THAN_USED: &Rule = &privilege_wider_than_used::RULE;
/// Something was needed, and no role grants it any more.
pub static GRANT_MISSING: &Rule = &grant_missing::RULE;
/// Something was asked for and denied.
pub static REQUEST_DENIED: &Rule = &request_denied::RULE;

/// All of them.
pub static EVIDENCE_RULES: &[&Rule] = &[
    GRANT_UNUSED,
    GRANT_WIDER_THAN_USED,
    GRANT_MISSING,
    REQUEST_DENIED,
    CONNECTION_UNUSED,
    CONNECTION_WIDER_THAN_USED,
    CONNECTION_DENIED,
    PRIVILEGE_WIDER_THAN_USED,
];

/// Whether a rule rests on what was seen at run time.
pub fn rests_on_evidence(rule: &Rule) -> bool {
    EVIDENCE_RULES.iter().any(|one| one.id == rule.id)
}

//! What roles grant, as the API server's authorizer decides it.
//!
//! A request has a verb, an API group, a resource, perhaps a subresource and perhaps an object's name. It is allowed
//! when *one* rule of a role matches all of them: rules are never mixed. [`Grants`] reads one rule and says through
//! which of its items a permission is held, so that whoever asks can point at the item. What a template hides is
//! neither granted nor denied.
//!
//! Source: `k8s.io/component-helpers/auth/rbac/validation` and `k8s.io/kubernetes/pkg/apis/rbac/v1/evaluation_helpers.go`.

mod access;
mod atom;
mod authorizer;
mod held;
mod holders;
mod holding;
mod idle;
mod order;
mod piece;
mod served;

pub use access::{Access, Exceeding, Excess};
pub use atom::{RbacAtom, Subject, Target};
pub use authorizer::{ALL, Granted, Grants, Item, Match, Objects, matches_resource, matches_url};
pub use held::Origin;
pub use holding::{Holding, Permission};
pub use idle::{Idle, IdleBecause, idle};
pub(crate) use order::{compare_bindings, compare_roles};
pub use piece::rule_allows;
pub use served::{is_cluster_scoped, is_effective_in_role, is_served};

#[cfg(test)]
mod tests;

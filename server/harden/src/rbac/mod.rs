//! Roles and their bindings.

mod create;
mod discovery;
mod draft;
mod generated_names;
mod hidden_checks;
mod holders;
mod implied;
mod making;
mod needs;
mod packing;
mod refine;
mod risk;
mod tighten;
mod usage;

pub use create::{create_drafted_roles, create_roles};
pub use draft::{DraftedRole, RoleDraft, RoleRequest, RoleTask, RuleDraft};
pub(crate) use needs::exact_requests;
pub use refine::{Observed, refine_roles};
pub use risk::risk;
pub use usage::role_usages;

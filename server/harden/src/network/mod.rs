//! Network policies.

mod create;
mod flows;
mod inventory;
mod labels;
mod peers;
mod refine;
mod services;

pub use create::create_network_policies;
pub use refine::refine_network_policies;

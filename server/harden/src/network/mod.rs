//! Network policies.

mod create;
mod draft;
mod flows;
mod inventory;
mod labels;
mod making;
mod names;
mod peers;
mod refine;
mod services;
mod usage;
mod written;

pub use create::{create_drafted_network_policies, create_network_policies};
pub use draft::{DraftedNetworkPolicy, NetworkPolicyDraft, NetworkPolicyTask, PolicyConnection};
pub use refine::refine_network_policies;
pub(crate) use usage::needed;
pub use usage::network_usages;

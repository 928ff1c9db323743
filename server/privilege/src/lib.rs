//! The privilege order: whether one set of objects may do more than another, with a witness.
//!
//! What an object grants is taken apart into *aspects*, each a value of a small partial order: the capabilities of
//! a container, the ports of the node that it binds, whether it is privileged. [`compare`] compares them one by
//! one, after inheritance and the API's defaults, and puts the answers together: narrower means narrower or equal
//! in every aspect. What is gained and lost is named as [`Atom`]s.
//!
//! What a role grants is compared as a set of requests: see [`rbac`]. It is exact, since a rule of the API server's
//! authorizer allows a request by itself or not at all. What network policies leave is compared as a set of
//! connections: see [`network`]. Both mean something only together, so that [`prove`] looks at all objects at once.
//!
//! One module holds one family of grants. What no family knows is equal where its data is equal, else undecided.

mod acting;
mod applied;
mod atom;
mod comparison;
mod component;
mod data;
mod exposure;
mod judge;
mod ledger;
mod objects;
mod pairing;
mod pod_security;
mod power;
mod prove;
mod reading;

pub mod network;
pub mod rbac;

pub use applied::Applied;
pub use atom::{Aspect, Atom, Grant};
pub use comparison::{Comparison, Verdict};
pub use objects::compare;
pub use pod_security::{capability_name, granted_capabilities};
pub use prove::{Needed, NeededGrant, NeededRequest, Proof, prove};

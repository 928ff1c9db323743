//! Which connections network policies allow.
//!
//! A connection is allowed when the sender's policies let it out and the receiver's let it in. In each direction the
//! policies that select a pod and have a say over that direction allow together what one of their rules allows; where
//! there is no such policy, everything is allowed. So a first policy takes away and a further one adds: policies are
//! always compared as a whole.
//!
//! Besides the pods that are known there may be any others. Selectors can tell them apart only by the labels they
//! mention, so there are finitely many *classes* of them, and comparing those is exact. What is no pod is known by its
//! address only; no pod is taken to be in a block of addresses.

mod addresses;
mod answer;
mod atom;
mod classes;
mod compare;
mod intervals;
mod policy;
mod ports;
mod reach;
mod side;

pub use answer::Connections;
pub use atom::{ConnectionAtom, End, Namespaces, NeededConnection, Peer, ports_in_words};
pub use compare::{Difference, compare};
pub use ports::Protocol;
pub use side::{Network, Workload};

//! A model in the loop of hardening. It is asked one small question after the other, each a step with a prompt and a
//! grammar of its own: what of the requests somebody should look at, then how they are grouped into rules and what the
//! role is called. It chooses among what is there, by number, and writes no manifest.
//!
//! Its answers are drafts. [`leastwise_harden`] has each judged by the privilege order: it must allow what was needed,
//! and nothing that was not asked for. What fails goes back with the request that shows it, up to [`DRAFTS`] times; then
//! the exact derivation stands. Where the model is slow, gone or talks nonsense, the result is the exact one, too.
//!
//! What a model gets is the aggregated record, never a log, and each text of it is [`quote`]d.

mod ask;
mod quote;
mod roles;
mod steps;
mod trace;

pub use ask::{Asked, Asker, Outcome};
pub use quote::quote;
pub use roles::{Advice, DRAFTS, Look, MOST_REQUESTS, create_roles};
pub use trace::TraceFolder;

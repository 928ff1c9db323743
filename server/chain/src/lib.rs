//! A model in the loop of hardening: chains of small questions, each a step with a prompt and a grammar of its own. The
//! model says what a workload is, which of what was logged a person should look at, how what is needed is grouped into
//! rules and called, and why. It chooses among what is there, by number, and writes no manifest.
//!
//! Its answers are drafts. [`leastwise_harden`] has each judged by the privilege order: it must allow what was needed,
//! and nothing that was not asked for. What fails goes back with the witness, up to [`DRAFTS`] times; then the exact
//! derivation stands. Where the model is slow, gone or talks nonsense, the result is the exact one, too. A refinement
//! takes away what the exact derivation takes away; the model only says what to look at first.
//!
//! What a model gets is the aggregated record, never a log, and each text of it is [`quote`]d.

mod advice;
mod ask;
mod drafts;
mod harden;
mod quote;
mod steps;
mod trace;
mod workloads;

pub use advice::{Advice, Exact, Look, TakenFor, Words};
pub use ask::Asker;
pub use drafts::DRAFTS;
pub use harden::{MOST_FACTS, harden};
pub use quote::quote;
pub use trace::{Asked, Outcome, TraceFolder};

//! What the end-to-end tests share. The tests themselves are in `tests/tests`, one file a subject.
//!
//! `cargo xtask test` builds the binary, fetches the model and the editors, and names them in the environment:
//! see [`programs`]. A test that lacks what it needs says so and passes, so that `cargo test` works anywhere.

pub mod client;
pub mod programs;
pub mod terminal;

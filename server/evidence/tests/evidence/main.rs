//! Logs in, a record out: every format, and everything that is easily got wrong about them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod audit;
mod duckdb;
mod flows;
#[path = "../../benches/generator/mod.rs"]
mod generator;
mod inputs;
mod laws;
mod logs;
#[path = "../../benches/peer/mod.rs"]
mod peer;
mod processes;
mod record;
mod wrappers;

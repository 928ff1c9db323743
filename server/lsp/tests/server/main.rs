//! The server and a client in one process, one file a subject.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "this is a test in all its parts")]

mod actions;
mod client;
mod diagnostics;
mod documents;
mod evidence;
mod explanations;
mod faults;
mod model;
mod settings;
mod typing;
mod workspace;

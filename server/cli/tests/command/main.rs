//! The command as a user meets it: files in, text and exit code out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod detector;
mod evidence;
mod explain;
mod fix;
mod formats;
mod graph;
mod harden;
mod harden_with_model;
mod inputs;
mod leastwise;
mod model;
mod packaging;
mod prove;
mod reports;
mod rules;
#[path = "../../../model/tests/http/server.rs"]
mod server;
mod settings;
mod teach;

//! The command as a user meets it: files in, text and exit code out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod detector;
mod evidence;
mod explain;
mod fix;
mod formats;
mod graph;
mod harden;
mod inputs;
mod leastwise;
mod model;
mod prove;
mod reports;
mod rules;
mod settings;
mod teach;

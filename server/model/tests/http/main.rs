//! What goes over HTTP, against a server on this machine.
#![allow(clippy::unwrap_used)]

mod openai;
mod pull;
mod server;

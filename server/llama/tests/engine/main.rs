//! The worker with llama.cpp, under the supervisor: with a small random model that is made here, and with a real one where it
//! is present.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod completing;
mod loading;
mod probing;
mod real_model;
mod tagging;
mod weighing;
mod worker;

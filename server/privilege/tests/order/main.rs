//! The privilege order, by examples and by its laws.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, one that is skipped says so"
)]

mod containers;
mod corpus;
mod laws;
mod objects;
mod pod_policies;
mod pods;
mod roles;
mod support;
mod templates;
mod volumes;

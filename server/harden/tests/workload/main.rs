//! Workloads from what was seen of their containers: each row of the table of `docs/harden.md`, decided and refused.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod confinement;
mod files;
mod laws;
mod liveness;
mod pods;
mod support;
mod users;
mod whole;

//! Whatever a model answers, what is made allows what was needed and nothing else, and what is tightened is what it would be
//! without one.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod injection;
mod network_policies;
mod refine;
mod roles;
mod scripted;
mod support;
mod trace;
mod workload_kind;
mod workloads;

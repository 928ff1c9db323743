//! Network policies from connections: what was seen, one connection a line, beside what comes of it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod create;
mod defects;
mod draft;
mod laws;
mod refine;
mod support;

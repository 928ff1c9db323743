//! What a container may do, narrowed to what it was seen to do. One file holds one family of fields; which of them may
//! be decided from which events is the table of `docs/harden.md`.
//!
//! Silence is evidence only where somebody listened: a field is decided if the events that would speak against it
//! would have been logged from the container's start, in as many replicas as are declared, without a known loss.

mod advice;
mod capabilities;
mod coverage;
mod create;
mod decision;
mod escalation;
mod file_family;
mod folders;
mod handlers;
mod host_namespaces;
mod identity;
mod listening;
mod part;
mod ports;
mod privileged;
mod refine;
mod root_filesystem;
mod seccomp;
mod subject;
mod token;
mod usage;
mod volumes;
mod writable_folders;

pub use create::create_workloads;
pub use refine::refine_workloads;
pub use subject::seen_namespaces;
pub use usage::workload_usages;

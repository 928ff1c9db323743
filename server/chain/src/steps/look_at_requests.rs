//! Analysis of what was logged of requests: which a person should look at before the role is granted.

use super::{Fact, looking};
use leastwise_model::protocol::Prompt;

pub(crate) fn prompt(title: &str, requests: &[Fact]) -> Prompt {
    let role = "You review what a workload was seen to ask of the Kubernetes API. Name the requests that a person should \
                look at, because they are unusual for it or give power over others.";
    looking::prompt(role, "requests", title, requests)
}

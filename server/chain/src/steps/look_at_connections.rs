//! Analysis of what was logged of connections: which a person should look at before the policy lets them through.

use super::{Fact, looking};
use leastwise_model::protocol::Prompt;

pub(crate) fn prompt(title: &str, connections: &[Fact]) -> Prompt {
    let role = "You review which connections a workload was seen to have. Name those that a person should look at, \
                because they are unusual for it, leave the cluster or reach what holds secrets.";
    looking::prompt(role, "connections", title, connections)
}

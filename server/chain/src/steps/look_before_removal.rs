//! Refinement: which of what was never seen in use a person should look at before it is taken away.

use super::{Fact, looking};
use leastwise_model::protocol::Prompt;

pub(crate) fn prompt(title: &str, removals: &[Fact]) -> Prompt {
    let role = "You review what is taken away from a Kubernetes object because it was never seen in use. Name what a \
                person should look at first, because it may be needed rarely: when something fails, starts, or is \
                restored.";
    looking::prompt(role, "removals", title, removals)
}

//! Analysis of what was logged of processes: which a person should look at before the workload is hardened for them.

use super::{Fact, looking};
use leastwise_model::protocol::Prompt;

pub(crate) fn prompt(title: &str, processes: &[Fact]) -> Prompt {
    let role = "You review which programs a workload was seen to run. Name those that a person should look at, because \
                they are unusual for it, were put in from outside or are tools of an attacker.";
    looking::prompt(role, "programs", title, processes)
}

//! Events of which nobody knows the pod, as in SPADE's graphs, and commands alone: they decide nothing, but say what
//! to look at.

use crate::Proposal;
use crate::seen::shown;
use leastwise_evidence::{ContainerSeen, Deed, Record};
use std::collections::BTreeSet;

/// As many names as are said.
const SOME: usize = 5;

pub(super) fn advise(record: &Record, proposal: &mut Proposal) {
    for (container, seen) in record.containers.iter().filter(|(container, _)| container.namespace.is_empty())
    {
        let name =
            if container.name.is_empty() { "processes of no known container" } else { &container.name };
        let what = format!("{}: {}", shown(name), deeds(seen));
        proposal
            .refuse(what, "the log does not tell whose pod that is, so it is advice and decides no field");
    }
}

fn deeds(seen: &ContainerSeen) -> String {
    let mut programs = BTreeSet::new();
    let mut users = BTreeSet::new();
    let mut written = BTreeSet::new();
    let mut ports = BTreeSet::new();
    for act in seen.acts.keys() {
        match &act.deed {
            Deed::Process(process) => {
                programs.insert(shown(&process.program));
                users.extend(process.uid.map(|uid| uid.to_string()));
            }
            Deed::File(file) if file.access.writes() == Some(true) => {
                written.insert(shown(&file.path));
            }
            Deed::Socket(socket) => ports.extend(socket.port.map(|port| port.to_string())),
            _ => {}
        }
    }
    let parts = [("ran", programs), ("as user", users), ("wrote", written), ("used port", ports)];
    let parts = parts.into_iter().filter(|(_, names)| !names.is_empty());
    parts.map(|(verb, names)| format!("{verb} {}", some(&names))).collect::<Vec<_>>().join(", ")
}

fn some(names: &BTreeSet<String>) -> String {
    let more = names.len().saturating_sub(SOME);
    let first = names.iter().take(SOME).cloned().collect::<Vec<_>>().join(", ");
    if more == 0 { first } else { format!("{first} and {more} more") }
}

//! The link of a chain about the programs that ran in the workloads that it is about, where logs tell of them.

use super::{Chain, Seen};
use crate::quote;
use crate::steps::{Fact, look_at_processes};
use leastwise_evidence::{Container, Deed, GENERATED, Observations, Origin, Process, Workload};
use leastwise_harden::in_words;

impl Chain<'_, '_, '_> {
    /// Asks about the programs of these workloads. `about` is what is known of these already.
    pub(super) fn look_at_processes(&mut self, places: &[usize], about: &str) {
        for place in places {
            // Each workload is asked about once.
            let Some(workload) = self.workloads.without_processes(*place) else { continue };
            let seen = self.processes(&workload);
            let title = format!("The programs of {}.{about}", quote(&workload.to_string()));
            self.look("look-at-processes", &workload.to_string(), &seen, |facts| {
                look_at_processes::prompt(&title, facts)
            });
        }
    }

    fn processes(&self, workload: &WorkloadName) -> Vec<Seen> {
        let its = self.record.containers.iter().filter(|(container, _)| workload.has(container));
        let acts =
            its.flat_map(|(container, seen)| seen.acts.iter().map(move |(act, seen)| (container, act, seen)));
        let processes = acts.filter_map(|(container, act, seen)| match &act.deed {
            Deed::Process(process) => Some(self.process(container, act.origin, process, seen)),
            _ => None,
        });
        processes.collect()
    }

    fn process(&self, container: &Container, origin: Origin, process: &Process, seen: &Observations) -> Seen {
        let mut what = format!("{} in container {}", quote(&process.program), quote(&container.name));
        if let Some(uid) = process.uid {
            what.push_str(&format!(" as user {uid}"));
        }
        if origin == Origin::Entered {
            what.push_str(", put in from outside");
        }
        if process.from_upper_layer == Some(true) {
            what.push_str(", written after the container had started");
        }
        if process.gained_privileges == Some(true) {
            what.push_str(", with more privileges than its parent");
        }
        Seen { fact: Fact(what.clone()), what, because: in_words(seen, self.record, "run") }
    }
}

/// How a workload is called.
#[derive(Clone, Debug)]
pub(crate) struct WorkloadName {
    pub(crate) namespace: String,
    pub(crate) kind: String,
    pub(crate) name: String,
}

impl WorkloadName {
    fn has(&self, container: &Container) -> bool {
        // Some logs know no more than how the names of pods begin.
        let is_its = |workload: &Workload| {
            workload.name == self.name && [self.kind.as_str(), GENERATED].contains(&workload.kind.as_str())
        };
        container.namespace == self.namespace && container.workload.as_ref().is_some_and(is_its)
    }
}

impl std::fmt::Display for WorkloadName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}/{}", self.namespace, self.kind, self.name)
    }
}

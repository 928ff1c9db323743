//! Probes and hooks that run a command in the container. A manifest declares them, so they must go on working.

use leastwise_evidence::{Origin, Process};
use leastwise_manifest::{Container, lookup};
use leastwise_yaml::Field;

/// Where commands may stand in a container.
const PLACES: [&[&str]; 5] = [
    &["livenessProbe"],
    &["readinessProbe"],
    &["startupProbe"],
    &["lifecycle", "postStart"],
    &["lifecycle", "preStop"],
];

/// A command that the kubelet runs.
#[derive(Clone, Debug)]
pub(super) struct Handler {
    /// `livenessProbe` and so on.
    pub(super) name: &'static str,
    /// Its program; `None` where a template hides it.
    program: Option<String>,
    is_probe: bool,
}

/// The commands that a container declares.
pub(super) fn handlers(container: &Container<'_>) -> Vec<Handler> {
    let of_place = |place: &[&'static str]| {
        let keys: Vec<&str> = place.iter().copied().chain(["exec"]).collect();
        let program = match lookup(container.node, &keys) {
            Field::Absent => return None,
            Field::Present(exec) if exec.value.is_null() => return None,
            Field::Present(exec) => exec
                .value
                .get("command")
                .value()
                .and_then(|command| Some(command.items().next()?.value.as_text()?.to_owned())),
            Field::Unknown => None,
        };
        let name = place.last().copied().unwrap_or_default();
        Some(Handler { name, program, is_probe: place.len() == 1 })
    };
    PLACES.iter().filter_map(|place| of_place(place)).collect()
}

impl Handler {
    /// Whether this process is a run of it.
    pub(super) fn is_run_by(&self, origin: Origin, process: &Process) -> bool {
        let base = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        match (&self.program, origin) {
            (Some(program), Origin::Entered | Origin::Unknown) if base(program) == base(&process.program) => {
                true
            }
            (_, Origin::Entered) => self.is_probe && process.maybe_probe,
            _ => false,
        }
    }
}

//! The other workloads of the workspace, for the rules on what two of them share.

use leastwise_manifest::{Declared, Object, RunsAs, View};

/// The workloads that are certainly others than the object and of which `shares` holds; the cheap question first.
pub(super) fn others<'w>(
    workspace: &View<'w>,
    object: &Object<'_>,
    shares: impl Fn(&RunsAs) -> bool,
) -> impl Iterator<Item = &'w Declared> {
    workspace.workloads().filter(move |declared| shares(declared.runs_as()) && declared.is_other(object))
}

/// What another workload is called, within a sentence.
pub(super) fn title(declared: &Declared) -> String {
    let object = declared.object();
    let kind = object.kind().unwrap_or("workload");
    match object.name() {
        Some(name) => format!("{kind} \"{name}\""),
        None => format!("another {kind}"),
    }
}

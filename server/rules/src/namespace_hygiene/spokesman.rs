//! Lets one object speak for its namespace, so that what a namespace lacks is told once.

use super::metadata::WORKLOADS;
use crate::finding::Report;
use leastwise_manifest::{Declared, Namespace, Object};

/// The namespace that the object speaks for: a Namespace for the one that it declares, else the first workload in it.
pub(super) fn speaks_for<'d>(object: &Object<'d>, report: &Report<'_, '_>) -> Option<Namespace<'d>> {
    if object.kind() == Some("Namespace") {
        return (object.api_version() == Some("v1")).then(|| object.name().map(Namespace::Named))?;
    }
    let home = object.home();
    let workspace = report.workspace();
    let is_declared =
        |name: &str| workspace.of_kind("Namespace").any(|namespace| namespace.name() == Some(name));
    match home {
        Namespace::Unknown => return None,
        Namespace::Named(name) if is_declared(name) => return None,
        Namespace::Named(_) | Namespace::Unsaid => {}
    }
    let first = workspace.workload_names().find(|workload| {
        let is_workload = workload.object().kind().is_some_and(|kind| WORKLOADS.contains(&kind));
        is_workload && workspace.is_in(workload, home)
    });
    first.is_some_and(|first| first.is_same(object)).then_some(home)
}

/// Whether an object of the kind is in the namespace, as far as one knows.
pub(super) fn may_hold(kind: &str, namespace: Namespace<'_>, report: &Report<'_, '_>) -> bool {
    report.workspace().of_kind(kind).any(|declared| may_be_in(declared, namespace, report))
}

/// Whether an object is in the namespace, as far as one knows: one that does not say where it lives may be, if it
/// lies near.
pub(super) fn may_be_in(declared: &Declared, namespace: Namespace<'_>, report: &Report<'_, '_>) -> bool {
    let home = declared.home();
    home.may_be(namespace) && (matches!(home, Namespace::Named(_)) || report.workspace().is_near(declared))
}

/// What the namespace is called, for messages.
pub(super) fn title(namespace: Namespace<'_>) -> String {
    match namespace {
        Namespace::Named(name) => format!("namespace \"{name}\""),
        Namespace::Unsaid | Namespace::Unknown => "the namespace that this is applied to".to_owned(),
    }
}

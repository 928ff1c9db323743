//! Who is bound to a role, as far as the workspace says. A role alone grants nothing: a binding makes what is wrong
//! with it worse, and explains it.

use super::bindings::{BINDINGS, title};
use super::granted::selectors;
use crate::Severity;
use crate::finding::{Found, Report};
use leastwise_manifest::{Binding, Declared, Labels, Object, Role, View, binding, lookup};
use leastwise_yaml::Path;

/// How many bindings are shown beside a finding.
const SHOWN: usize = 3;

/// A label that adds the rules of a ClusterRole to those of the role that the rest of its key names.
const AGGREGATE_TO: &str = "rbac.authorization.k8s.io/aggregate-to-";

/// Reports what is wrong with a role; one step worse where somebody is bound to it, with the bindings beside it.
pub(super) fn find<'f>(
    role: &Role<'_>,
    path: Path,
    message: impl Into<String>,
    severity: Severity,
    report: &'f mut Report<'_, '_>,
) -> Found<'f> {
    find_by(BINDINGS, role, path, message, severity, report)
}

/// Like [`find`], where only bindings of some kinds grant it.
pub(super) fn find_by<'f>(
    kinds: &[&str],
    role: &Role<'_>,
    path: Path,
    message: impl Into<String>,
    severity: Severity,
    report: &'f mut Report<'_, '_>,
) -> Found<'f> {
    let bindings = bindings_of(role, kinds, report.workspace());
    let severity = if bindings.is_empty() { severity } else { higher(severity) };
    let mut found = report.find(path, message).severity(severity);
    for declared in bindings {
        let object = declared.object();
        let message = format!("{} grants it to {}", title(&object), subjects(&object));
        found = found.related_in(declared, &declared.path.keys(&["roleRef", "name"]), message);
    }
    found
}

/// The first bindings of the workspace that grant the role, or a ClusterRole that gathers its rules, to anyone.
fn bindings_of<'w>(role: &Role<'_>, kinds: &[&str], workspace: &View<'w>) -> Vec<&'w Declared> {
    let Some(name) = role.object.name() else { return Vec::new() };
    let gathering = if role.is_cluster_role() { gathering(&role.object, workspace) } else { Vec::new() };
    let is_granted = |declared: &&Declared| {
        // Most bindings are for other roles; to look at the name costs little.
        let named = declared.binds().role.as_deref();
        let is_named =
            named.is_some_and(|named| named == name || gathering.iter().any(|other| other == named));
        let grants = |object: &Object<'_>| {
            binding(object).is_some_and(|binding| grants(&binding, role, workspace, declared))
        };
        is_named && grants(&declared.object())
    };
    kinds.iter().flat_map(|kind| workspace.of_kind(kind)).filter(is_granted).take(SHOWN).collect()
}

/// Whether a binding that has the role's name is for it, and for anyone.
fn grants(binding: &Binding<'_>, role: &Role<'_>, workspace: &View<'_>, declared: &Declared) -> bool {
    let is_for_anyone = binding.open || !binding.subjects.is_empty();
    let is_for_it = match binding.role.kind {
        Some("ClusterRole") => role.is_cluster_role(),
        Some("Role") => !role.is_cluster_role() && workspace.is_in(declared, role.object.home()),
        _ => false,
    };
    is_for_anyone && is_for_it
}

/// The ClusterRoles that gather the rules of this one: those of the workspace whose `aggregationRule` selects it, and
/// the built-in ones that its labels name.
fn gathering(role: &Object<'_>, workspace: &View<'_>) -> Vec<String> {
    let labels = Labels::of(lookup(role.node, &["metadata", "labels"]));
    let built_in = labels.known.iter().filter_map(|(key, value)| {
        let name = key.strip_prefix(AGGREGATE_TO).filter(|_| *value == Some("true"))?;
        Some(name.to_owned())
    });
    let mut names: Vec<_> = built_in.collect();
    if labels.known.is_empty() {
        return names;
    }
    for declared in workspace.of_kind("ClusterRole") {
        let object = declared.object();
        if selectors(&object).iter().any(|selector| selector.matches(&labels) == Some(true)) {
            names.extend(object.name().map(str::to_owned));
        }
    }
    names
}

/// The subjects of a binding in words: `ServiceAccount web and 2 others`.
fn subjects(object: &Object<'_>) -> String {
    let subjects = binding(object).map(|binding| binding.subjects).unwrap_or_default();
    let first = subjects.first().and_then(|first| Some(format!("{} {}", first.kind?, first.name?)));
    let first = first.unwrap_or_else(|| "somebody".to_owned());
    match subjects.len() {
        0 | 1 => first,
        2 => format!("{first} and another"),
        more => format!("{first} and {} others", more - 1),
    }
}

fn higher(severity: Severity) -> Severity {
    match severity {
        Severity::Hint => Severity::Info,
        Severity::Info => Severity::Warning,
        Severity::Warning | Severity::Error => Severity::Error,
    }
}

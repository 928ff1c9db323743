//! The manifests that have a say in what the roles of a document grant to whom.

use super::Evidence;
use leastwise_harden::Manifests;
use leastwise_manifest::{Declared, Namespace, Object, View, binding, objects, role};
use leastwise_yaml::Document;
use std::collections::BTreeSet;

/// The namespace of objects that say none, where the logs do not say another one.
const DEFAULT: &str = "default";
const BINDINGS: [&str; 2] = ["RoleBinding", "ClusterRoleBinding"];
const ROLES: [&str; 2] = ["Role", "ClusterRole"];

/// The document first, then the bindings of its roles, the other bindings of those whom they bind, and their roles.
/// `None` where it has no role.
pub(super) fn around<'w>(
    document: &'w Document,
    view: &View<'w>,
    evidence: &'w Evidence,
) -> Option<Manifests<'w>> {
    let own = objects(document);
    let roles: Vec<_> = own.iter().filter(|object| role(object).is_some()).collect();
    if roles.is_empty() {
        return None;
    }
    let names: BTreeSet<_> = roles.iter().filter_map(|object| object.name()).collect();
    let bindings: Vec<_> = BINDINGS.iter().flat_map(|kind| view.of_kind(kind)).collect();
    let may_bind = |declared: &&&Declared, names: &BTreeSet<&str>| {
        declared.binds().role.as_deref().is_none_or(|role| names.contains(role))
    };
    let subjects: BTreeSet<&str> = bindings
        .iter()
        .filter(|declared| may_bind(declared, &names))
        .flat_map(|declared| declared.binds().subjects.iter().map(String::as_str))
        .chain(own.iter().filter_map(binding).flat_map(|binding| {
            binding.subjects.into_iter().filter_map(|subject| subject.name).collect::<Vec<_>>()
        }))
        .collect();
    let concerns = |declared: &&&Declared| {
        let subjects_of = &declared.binds().subjects;
        let is_group = |name: &String| name.starts_with("system:");
        may_bind(declared, &names)
            || subjects_of.iter().any(|name| subjects.contains(name.as_str()) || is_group(name))
    };
    let bindings: Vec<_> = bindings.iter().filter(concerns).copied().collect();
    let bound: BTreeSet<&str> =
        bindings.iter().filter_map(|declared| declared.binds().role.as_deref()).collect();
    let others = ROLES.iter().flat_map(|kind| view.of_kind(kind));
    let others = others.filter(|declared| declared.name().is_none_or(|name| bound.contains(name)));
    let is_apart = |declared: &&Declared| {
        let is_near = declared.home() != Namespace::Unsaid || view.is_near(declared);
        is_near && !holds_one_of(&declared.document, &roles)
    };
    let mut documents = vec![document];
    for declared in bindings.into_iter().chain(others).filter(is_apart) {
        if !documents.iter().any(|known| std::ptr::eq(*known, &raw const *declared.document)) {
            documents.push(&declared.document);
        }
    }
    Some(Manifests { documents, namespace: namespace(&roles, evidence) })
}

/// Whether a document declares one of the roles, too, as the workspace's own copy of the same document does.
fn holds_one_of(document: &Document, roles: &[&Object<'_>]) -> bool {
    objects(document).iter().any(|object| {
        roles.iter().any(|role| {
            (role.kind(), role.name()) == (object.kind(), object.name()) && role.home().is(object.home())
        })
    })
}

/// Who applies a role that says no namespace chooses one, and the authorizer's reasons may tell which.
fn namespace<'e>(roles: &[&Object<'_>], evidence: &'e Evidence) -> &'e str {
    let unsaid = roles.iter().filter(|role| role.kind() == Some("Role") && role.home() == Namespace::Unsaid);
    let seen: BTreeSet<&str> = unsaid
        .filter_map(|role| role.name())
        .flat_map(|name| evidence.observed.namespaces_of(name))
        .collect();
    match seen.first() {
        Some(only) if seen.len() == 1 => only,
        _ => DEFAULT,
    }
}

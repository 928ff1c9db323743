//! The manifests that have a say in what the roles, network policies and workloads of a document mean.

use super::{Evidence, only};
use crate::File;
use leastwise_harden::{Kind, Manifests, seen_namespaces};
use leastwise_manifest::{
    Declared, Namespace, NetworkPolicy, Object, View, binding, objects, pod_specs, role,
};
use leastwise_yaml::Document;
use std::collections::{BTreeSet, HashSet};

/// The namespace of objects that say none, where the logs do not say another one.
const DEFAULT: &str = "default";
const BINDINGS: [&str; 2] = ["RoleBinding", "ClusterRoleBinding"];
const ROLES: [&str; 2] = ["Role", "ClusterRole"];

/// What network policies depend on, beside the workloads.
const NETWORK: [&str; 3] = ["Namespace", "NetworkPolicy", "Service"];

/// The document first, then what has a say in its objects of that kind; `None` where it has none.
pub(super) fn around<'w>(
    kind: Kind,
    document: &'w Document,
    view: &View<'w>,
    evidence: &'w Evidence,
) -> Option<Manifests<'w>> {
    match kind {
        Kind::Role => of_roles(document, view, evidence),
        Kind::NetworkPolicy => of_policies(document, view, evidence),
        Kind::Workload => of_workloads(document, view, evidence),
    }
}

/// The service accounts, which decide on the tokens of pods that say nothing of them.
fn of_workloads<'w>(
    document: &'w Document,
    view: &View<'w>,
    evidence: &'w Evidence,
) -> Option<Manifests<'w>> {
    let own = objects(document);
    let workloads: Vec<_> = own.iter().filter(|object| !pod_specs(object).is_empty()).collect();
    if workloads.is_empty() || evidence.record.containers.is_empty() {
        return None;
    }
    let unsaid = workloads.iter().filter(|object| object.home() == Namespace::Unsaid);
    let seen: BTreeSet<_> = unsaid.flat_map(|object| seen_namespaces(&evidence.record, object)).collect();
    let accounts = view.of_kind("ServiceAccount").filter(|declared| is_apart(declared, view, &workloads));
    let accounts = accounts.map(|declared| &*declared.document);
    Some(Manifests {
        documents: each_once(std::iter::once(document).chain(accounts)),
        namespace: only(seen.into_iter()).unwrap_or(DEFAULT),
    })
}

/// The workloads, and what else tells whom a policy is for.
fn of_policies<'w>(document: &'w Document, view: &View<'w>, evidence: &'w Evidence) -> Option<Manifests<'w>> {
    let own = objects(document);
    let policies: Vec<_> = own.iter().filter(|object| NetworkPolicy::of(object).is_some()).collect();
    if policies.is_empty() {
        return None;
    }
    let others = view.workloads().chain(NETWORK.iter().flat_map(|kind| view.of_kind(kind)));
    let near: Vec<_> = others.filter(|declared| is_apart(declared, view, &policies)).collect();
    let is_unsaid = |policy: &&&Object<'_>| policy.home() == Namespace::Unsaid;
    let namespace = match policies.iter().find(is_unsaid) {
        Some(_) => namespace_of_workloads(&near, evidence),
        None => DEFAULT,
    };
    let near = near.into_iter().map(|declared| &*declared.document);
    Some(Manifests { documents: each_once(std::iter::once(document).chain(near)), namespace })
}

/// All documents of a text, and everything else that has a say in roles or network policies. Objects that say no
/// namespace live in the one that is given.
pub(super) fn all_around<'w>(file: &'w File, view: &View<'w>, namespace: &'w str) -> Manifests<'w> {
    let source = &file.environment().source;
    let kinds = BINDINGS.iter().chain(&ROLES).chain(&NETWORK);
    let others = view.workloads().chain(kinds.flat_map(|kind| view.of_kind(kind)));
    let others = others.filter(|declared| {
        declared.source != *source && (declared.home() != Namespace::Unsaid || view.is_near(declared))
    });
    let own = file.placed().map(|(_, _, analysis)| &*analysis.document);
    Manifests { documents: each_once(own.chain(others.map(|declared| &*declared.document))), namespace }
}

/// Where the workloads that say no namespace were seen, if that is one place.
fn namespace_of_workloads<'e>(workloads: &[&Declared], evidence: &'e Evidence) -> &'e str {
    let unsaid = workloads.iter().filter(|declared| declared.home() == Namespace::Unsaid);
    let seen =
        unsaid.filter_map(|declared| evidence.namespace_of_workload(declared.kind()?, declared.name()?));
    only(seen).unwrap_or(DEFAULT)
}

/// The bindings of the roles, the other bindings of those whom they bind, and their roles.
fn of_roles<'w>(document: &'w Document, view: &View<'w>, evidence: &'w Evidence) -> Option<Manifests<'w>> {
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
    let near = bindings.into_iter().chain(others).filter(|declared| is_apart(declared, view, &roles));
    let near = near.map(|declared| &*declared.document);
    let documents = each_once(std::iter::once(document).chain(near));
    Some(Manifests { documents, namespace: namespace_of_roles(&roles, evidence) })
}

/// Whether it is applied together with the document, and stands in another one.
fn is_apart(declared: &Declared, view: &View<'_>, own: &[&Object<'_>]) -> bool {
    let is_near = declared.home() != Namespace::Unsaid || view.is_near(declared);
    is_near && !holds_one_of(&declared.document, own)
}

fn each_once<'w>(documents: impl Iterator<Item = &'w Document>) -> Vec<&'w Document> {
    let mut known: HashSet<*const Document> = HashSet::new();
    documents.filter(|document| known.insert(std::ptr::from_ref(*document))).collect()
}

/// Whether a document declares one of the objects, too, as the workspace's own copy of the same document does.
fn holds_one_of(document: &Document, own: &[&Object<'_>]) -> bool {
    objects(document).iter().any(|object| {
        own.iter().any(|own| {
            (own.kind(), own.name()) == (object.kind(), object.name()) && own.home().is(object.home())
        })
    })
}

/// Who applies a role that says no namespace chooses one, and the authorizer's reasons may tell which.
fn namespace_of_roles<'e>(roles: &[&Object<'_>], evidence: &'e Evidence) -> &'e str {
    let unsaid = roles.iter().filter(|role| role.kind() == Some("Role") && role.home() == Namespace::Unsaid);
    let seen: BTreeSet<&str> = unsaid
        .filter_map(|role| role.name())
        .flat_map(|name| evidence.observed.namespaces_of(name))
        .collect();
    only(seen.into_iter()).unwrap_or(DEFAULT)
}

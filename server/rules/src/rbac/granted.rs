//! The roles that somebody holds, as far as the workspace says: from a binding to the rules that it grants.

use leastwise_manifest::{
    Binding, Declared, Labels, Namespace, Object, Role, Selector, Subject, View, binding, lookup, role,
};
use leastwise_yaml::Node;

use super::bindings::BINDINGS;

/// The group of every ServiceAccount; with a colon and a namespace after it, of those of the namespace.
const ACCOUNTS: &str = "system:serviceaccounts";

/// The group of everyone who has logged in.
const AUTHENTICATED: &str = "system:authenticated";

/// The roles whose rules a binding grants: the one that it names, or those that this one gathers. None where the
/// workspace does not hold it.
pub(super) fn roles<'w>(binding: &Binding<'_>, workspace: &View<'w>) -> Vec<(&'w Declared, Role<'w>)> {
    let Some(name) = binding.role.name else { return Vec::new() };
    let declared = match binding.role.kind {
        Some("ClusterRole") => {
            workspace.of_kind("ClusterRole").find(|declared| declared.name() == Some(name))
        }
        Some("Role") => workspace.named("Role", binding.object.home(), name),
        _ => None,
    };
    let Some(declared) = declared else { return Vec::new() };
    let selectors = selectors(&declared.object());
    let lens = |declared: &'w Declared| Some((declared, role(&declared.object())?));
    if selectors.is_empty() {
        return lens(declared).into_iter().collect();
    }
    let is_gathered = |other: &&Declared| {
        let labels = Labels::of(lookup(other.object().node, &["metadata", "labels"]));
        selectors.iter().any(|selector| selector.matches(&labels) == Some(true))
    };
    workspace.of_kind("ClusterRole").filter(is_gathered).filter_map(lens).collect()
}

/// What the rules of an aggregated ClusterRole are gathered by: any of these.
pub(super) fn selectors<'d>(role: &Object<'d>) -> Vec<Selector<'d>> {
    let selectors = lookup(role.node, &["aggregationRule", "clusterRoleSelectors"]).value();
    selectors.into_iter().flat_map(Node::items).map(|item| Selector::read(item.value)).collect()
}

/// The bindings of the workspace that certainly grant something to a ServiceAccount, those for the whole cluster
/// first.
pub(super) fn bindings_to<'w>(home: Namespace<'_>, account: &str, workspace: &View<'w>) -> Vec<&'w Declared> {
    let kinds = BINDINGS.iter().rev().flat_map(|kind| workspace.of_kind(kind));
    let names_it = |declared: &&Declared| {
        // Most bindings are for others; to look at the names costs little.
        let may_be = |name: &String| name == account || name.starts_with(ACCOUNTS) || name == AUTHENTICATED;
        if !declared.binds().subjects.iter().any(may_be) {
            return false;
        }
        let object = declared.object();
        let in_force =
            |binding: &Binding<'_>| binding.is_cluster_binding() || workspace.is_in(declared, home);
        binding(&object).filter(in_force).is_some_and(|binding| {
            binding
                .subjects
                .iter()
                .any(|subject| holds(subject, workspace.is_in(declared, home), home, account))
        })
    };
    kinds.filter(names_it).collect()
}

/// Whether a subject of a binding is the ServiceAccount, or a group that it is in.
fn holds(subject: &Subject<'_>, is_in_its_namespace: bool, home: Namespace<'_>, account: &str) -> bool {
    match (subject.kind, subject.name) {
        (Some("ServiceAccount"), Some(name)) if name == account => match subject.namespace.known() {
            Some(namespace) => home.is(Namespace::Named(namespace)),
            None => subject.namespace.is_unset() && is_in_its_namespace,
        },
        (Some("Group"), Some(name)) => match name.strip_prefix(ACCOUNTS) {
            Some("") => true,
            Some(rest) => {
                rest.strip_prefix(':').is_some_and(|namespace| home.is(Namespace::Named(namespace)))
            }
            None => name == AUTHENTICATED,
        },
        _ => false,
    }
}

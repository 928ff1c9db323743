//! What the workload may ask of the API server.

use crate::radius::{Node, NodeKind, Part, ROOT, Tree};
use leastwise_harden::risk;
use leastwise_manifest::{Object, Setting, pod_specs};
use leastwise_privilege::rbac::{ALL, Access, Holding, Permission, Subject};
use leastwise_privilege::{Applied, Needed};

/// The account of pods that name none.
const DEFAULT: &str = "default";

pub(crate) fn add(object: &Object<'_>, applied: Applied<'_, '_>, needed: Option<&Needed>, tree: &mut Tree) {
    let Some(pod) = pod_specs(object).into_iter().next() else { return };
    let name = match pod.string(&["serviceAccountName"]) {
        Setting::Unknown => return tree.unknown("a template hides as whom the pods run"),
        _ => pod.service_account().unwrap_or(DEFAULT).to_owned(),
    };
    let namespace = applied.home(object);
    let label = format!("ServiceAccount {namespace}/{name}");
    let subject = Subject::ServiceAccount { namespace, name };
    let access = Access::of(applied);
    let account = tree.add(ROOT, Node::new(NodeKind::ServiceAccount, label));
    for holding in access.holdings(&subject) {
        add_role(account, &subject, &holding, needed, tree);
    }
}

fn add_role(
    account: usize,
    subject: &Subject,
    holding: &Holding<'_, '_>,
    needed: Option<&Needed>,
    tree: &mut Tree,
) {
    let place = match holding.namespace() {
        Some(namespace) => format!(" in {namespace}"),
        None => " in the whole cluster".to_owned(),
    };
    let through = match holding.bound_to() {
        own if own == subject => String::new(),
        group => format!(", through {group}"),
    };
    let node = Node::new(NodeKind::Role, format!("{}{place}{through}", holding.role()));
    let node = match holding.binding() {
        Some(binding) => node.from(binding.clone()),
        None => node,
    };
    let role = tree.add(account, node);
    if !holding.is_known() {
        tree.unknown(format!("{} is not among the files as a whole", holding.role()));
    }
    for permission in holding.permissions() {
        tree.add(role, permission_node(subject, holding, &permission, needed));
    }
}

fn permission_node(
    subject: &Subject,
    holding: &Holding<'_, '_>,
    permission: &Permission<'_, '_>,
    needed: Option<&Needed>,
) -> Node {
    let is_used = |verb: &str, needed: &Needed| {
        needed.requests.iter().any(|request| {
            let is_there =
                holding.namespace().is_none_or(|own| request.atom.namespace.as_deref() == Some(own));
            request.atom.subject == *subject && is_there && permission.allows(verb, &request.atom.target)
        })
    };
    let parts = permission
        .verbs()
        .map(|verb| Part {
            text: if verb == ALL { "every verb".to_owned() } else { verb.to_owned() },
            used: needed.map(|needed| is_used(verb, needed)),
        })
        .collect();
    let mut node =
        Node::new(NodeKind::Permission, label(permission)).from(permission.origin.clone()).with(parts);
    node.risk = permission.verbs().find_map(|verb| reaches_far(permission, verb));
    node
}

/// Like `deployments.apps cart, web`.
fn label(permission: &Permission<'_, '_>) -> String {
    let names: Vec<_> = permission.names().collect();
    let names = if names.is_empty() { String::new() } else { format!(" {}", names.join(", ")) };
    match (permission.group, permission.item) {
        (Some(ALL), ALL) => format!("everything{names}"),
        (Some(ALL), item) => format!("{item} of every group{names}"),
        (Some(group), ALL) => {
            format!("everything of {}{names}", if group.is_empty() { "the core group" } else { group })
        }
        (Some(""), item) | (None, item) => format!("{item}{names}"),
        (Some(group), item) => format!("{item}.{group}{names}"),
    }
}

fn reaches_far(permission: &Permission<'_, '_>, verb: &str) -> Option<String> {
    const EVERYTHING: &str = "it holds what there is and what will ever be";
    if permission.group.is_some()
        && [Some(verb), Some(permission.item), permission.group].contains(&Some(ALL))
    {
        return Some(EVERYTHING.to_owned());
    }
    risk(&permission.target(verb)).map(str::to_owned)
}

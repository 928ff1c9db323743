//! What the pods of the workload may do on their node.

use crate::radius::{Node, NodeKind, Part, ROOT, Tree};
use leastwise_manifest::{Object, ServiceAccount};
use leastwise_privilege::rbac::Origin;
use leastwise_privilege::{Applied, Aspect, Grant, compare};

/// What every pod has and nobody can take from it: that it runs, and as somebody.
const COMMON: [Aspect; 3] = [Aspect::Existence, Aspect::ServiceAccount, Aspect::ImageGroups];

/// How the order says that a capability is held.
const HOLDS: &str = "holds ";

fn who(container: Option<String>) -> String {
    container.unwrap_or_else(|| "the pod".to_owned())
}

pub(crate) fn add(object: &Object<'_>, applied: Applied<'_, '_>, tree: &mut Tree) {
    // What a pod is allowed hangs on its account, too: whether that mounts a token.
    let accounts = applied.objects.iter().filter(|object| ServiceAccount::of(object).is_some());
    let both: Vec<_> = accounts.cloned().chain([object.clone()]).collect();
    let comparison = compare(&[], &both);
    let own = object.resource();
    let powers: Vec<_> = comparison.gained.into_iter().filter(|atom| atom.resource == own).collect();
    let host = tree.add(ROOT, Node::new(NodeKind::Host, "on its node"));
    // The capabilities of a container are one node.
    let mut capabilities: Vec<(Option<String>, Origin, Vec<Part>)> = Vec::new();
    for atom in powers {
        let Grant::PodSecurity { container, what, aspect } = atom.grant else { continue };
        let origin = Origin { resource: atom.resource, path: atom.path };
        match aspect {
            Aspect::Capabilities => {
                let part = Part { text: what.trim_start_matches(HOLDS).to_owned(), used: None };
                match capabilities.iter_mut().find(|(of, ..)| *of == container) {
                    Some((.., parts)) => parts.push(part),
                    None => capabilities.push((container, origin, vec![part])),
                }
            }
            aspect if COMMON.contains(&aspect) => {}
            _ => {
                tree.add(host, Node::new(NodeKind::Power, format!("{} {what}", who(container))).from(origin));
            }
        }
    }
    for (container, origin, parts) in capabilities {
        let label = format!("{} holds capabilities", who(container));
        tree.add(host, Node::new(NodeKind::Power, label).from(origin).with(parts));
    }
    comparison.undecided.into_iter().for_each(|why| tree.unknown(why));
}

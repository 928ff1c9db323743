//! What the pods of the workload may do on their node.

use crate::radius::{Node, NodeKind, ROOT, Tree};
use leastwise_manifest::{Object, ServiceAccount};
use leastwise_privilege::rbac::Origin;
use leastwise_privilege::{Applied, Aspect, Grant, compare};

/// What every pod has and nobody can take from it: that it runs, and as somebody.
const COMMON: [Aspect; 3] = [Aspect::Existence, Aspect::ServiceAccount, Aspect::ImageGroups];

pub(crate) fn add(object: &Object<'_>, applied: Applied<'_, '_>, tree: &mut Tree) {
    // What a pod is allowed hangs on its account, too: whether that mounts a token.
    let accounts = applied.objects.iter().filter(|object| ServiceAccount::of(object).is_some());
    let both: Vec<_> = accounts.cloned().chain([object.clone()]).collect();
    let comparison = compare(&[], &both);
    let own = object.resource();
    let powers: Vec<_> = comparison.gained.into_iter().filter(|atom| atom.resource == own).collect();
    let node = tree.add(ROOT, Node::new(NodeKind::Host, "on its node"));
    for atom in powers {
        if let Grant::PodSecurity { container, what, aspect } = &atom.grant
            && !COMMON.contains(aspect)
        {
            let label = match container {
                Some(container) => format!("{container} {what}"),
                None => format!("the pod {what}"),
            };
            let origin = Origin { resource: atom.resource.clone(), path: atom.path.clone() };
            tree.add(node, Node::new(NodeKind::Power, label).from(origin));
        }
    }
    comparison.undecided.into_iter().for_each(|why| tree.unknown(why));
}

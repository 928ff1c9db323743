//! What protocols need although nobody saw it.

use super::needs::{Need, Needs, without_name};
use crate::Level;
use leastwise_privilege::rbac::{RbacAtom, Target};

/// The requests that will come in other circumstances, by what was seen. Each is left out that was seen itself.
pub(super) fn implied(needs: &Needs) -> Needs {
    let mut implied = Needs::new();
    for (atom, need) in needs {
        let Target::Resource { group, resource, verb, name } = &atom.target else { continue };
        let (other, name, note) = match (group.as_str(), resource.as_str(), verb.as_str()) {
            (_, _, "watch") => {
                ("list", name.clone(), "a watch that is lost begins again with a list, and no list was seen")
            }
            ("coordination.k8s.io", "leases", "update" | "patch") => {
                ("create", None, "the lease was there already; in a new cluster it must be created")
            }
            ("" | "events.k8s.io", "events", "create") => {
                ("patch", None, "an event that repeats is counted by a patch")
            }
            _ => continue,
        };
        let target = Target::Resource {
            group: group.clone(),
            resource: resource.clone(),
            verb: other.to_owned(),
            name: name.clone(),
        };
        let other = RbacAtom { target, ..atom.clone() };
        if !is_covered(&other, needs) {
            let need = Need { level: Level::Implied, notes: [note].into(), ..need.clone() };
            implied.insert(other, need);
        }
    }
    implied
}

/// Whether the requests hold this one, or the same without a name, or, of a request without a name, one with any.
fn is_covered(atom: &RbacAtom, needs: &Needs) -> bool {
    needs.keys().any(|known| {
        let (Target::Resource { name: known_name, .. }, Target::Resource { name, .. }) =
            (&known.target, &atom.target)
        else {
            return false;
        };
        (&known.subject, &known.namespace) == (&atom.subject, &atom.namespace)
            && without_name(&known.target) == without_name(&atom.target)
            && (known_name.is_none() || known_name == name)
    })
}

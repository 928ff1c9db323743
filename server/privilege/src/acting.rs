//! What pods gain and lose when they act as another service account: what that may ask of the API server.

use crate::comparison::Comparison;
use crate::judge::title;
use crate::rbac::{Access, Subject};
use crate::{Applied, Aspect, Atom, Grant};
use leastwise_manifest::{Resource, pod_specs};

/// Drops, of pods that now act as another account, what is no gain or no loss since one account may do what the other
/// may. Comparing objects each with itself cannot know that.
pub(crate) fn settle_accounts(
    comparison: &mut Comparison,
    sides: [Applied<'_, '_>; 2],
    access: &[Access<'_>; 2],
) {
    let mut settled = Vec::new();
    let mut exceeds = |atom: &Atom, is_gain: bool| {
        let Grant::PodSecurity { aspect: Aspect::ServiceAccount, .. } = &atom.grant else { return true };
        let [Some(before), Some(after)] = sides.map(|side| account(side, &atom.resource)) else {
            return true;
        };
        let exceeds = if is_gain {
            access[1].exceeds_as(&after, &access[0], &before)
        } else {
            access[0].exceeds_as(&before, &access[1], &after)
        };
        if !exceeds {
            settled.push(format!(
                "{}: nothing outside of the cluster tells {before} from {after}",
                title(&atom.resource)
            ));
        }
        exceeds
    };
    comparison.gained.retain(|atom| exceeds(atom, true));
    comparison.lost.retain(|atom| exceeds(atom, false));
    comparison.assumptions.extend(settled);
}

/// As whom the pods of an object act. `None` where nobody knows, or the object has pods of several kinds.
fn account(side: Applied<'_, '_>, resource: &Resource) -> Option<Subject> {
    let object = side.objects.iter().rev().find(|object| object.resource() == *resource)?;
    let pods = pod_specs(object);
    let [pod] = pods.as_slice() else { return None };
    let name = pod.service_account()?.to_owned();
    Some(Subject::ServiceAccount { namespace: side.home(object), name })
}

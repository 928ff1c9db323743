//! Whether a change of manifests gives anybody more, all objects taken together.

use crate::comparison::Comparison;
use crate::ledger::Ledger;
use crate::rbac::{Access, Excess, RbacAtom};
use crate::{Applied, Atom, Grant, compare};
use leastwise_manifest::{Object, binding, role};
use std::collections::BTreeSet;

/// What is known to be needed.
#[derive(Clone, Debug, Default)]
pub struct Needed {
    /// Requests to the API server.
    pub requests: Vec<NeededRequest>,
}

/// A request that somebody was seen to make and was allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeededRequest {
    /// Who asked for what.
    pub atom: RbacAtom,
    /// The groups in which they were, as far as they do not follow from the name.
    pub groups: Vec<String>,
}

/// What came of [`prove`].
#[derive(Clone, Debug)]
pub struct Proof {
    /// What is gained and lost.
    pub comparison: Comparison,
    /// What is needed, and allowed before but not after.
    pub needed_but_lost: Vec<Grant>,
    /// What is needed and allowed by neither side: by something that is not among the objects, or not at all.
    pub needed_from_elsewhere: Vec<Grant>,
}

/// Kinds of Kubernetes itself that let nobody ask, connect or run anything: by their group and kind.
const INERT: &[(&str, &str)] = &[
    ("", "ConfigMap"),
    ("", "Endpoints"),
    ("", "Event"),
    ("", "LimitRange"),
    ("", "PersistentVolumeClaim"),
    ("", "ResourceQuota"),
    ("", "Secret"),
    ("", "Service"),
    ("autoscaling", "HorizontalPodAutoscaler"),
    ("coordination.k8s.io", "Lease"),
    ("discovery.k8s.io", "EndpointSlice"),
    ("networking.k8s.io", "Ingress"),
    ("networking.k8s.io", "IngressClass"),
    ("policy", "PodDisruptionBudget"),
    ("scheduling.k8s.io", "PriorityClass"),
];

/// Compares what the objects of both sides allow together, and asks whether what is needed stays allowed.
///
/// Roles and bindings are compared by what they grant to each subject, other objects each with itself.
pub fn prove(before: Applied<'_, '_>, after: Applied<'_, '_>, needed: &Needed) -> Proof {
    let mut ledger = Ledger::default();
    let (access_before, access_after) = (Access::of(before), Access::of(after));
    compare_access(&access_before, &access_after, &mut ledger);
    compare_each(before, after, &mut ledger);
    let mut proof =
        Proof { comparison: ledger.close(), needed_but_lost: Vec::new(), needed_from_elsewhere: Vec::new() };
    for request in &needed.requests {
        let allows = |access: &Access<'_>| access.allows(&request.atom, &request.groups);
        let grant = || Grant::Rbac(request.atom.clone());
        match (allows(&access_before), allows(&access_after)) {
            (Some(true), Some(false)) => proof.needed_but_lost.push(grant()),
            (Some(false), Some(false)) => proof.needed_from_elsewhere.push(grant()),
            _ => {}
        }
    }
    proof
}

fn compare_access(before: &Access<'_>, after: &Access<'_>, ledger: &mut Ledger) {
    let atoms = |excess: &Excess| -> Vec<Atom> {
        let atom = |(atom, origin): &(RbacAtom, crate::rbac::Origin)| Atom {
            grant: Grant::Rbac(atom.clone()),
            resource: origin.resource.clone(),
            path: origin.path.clone(),
        };
        excess.atoms.iter().map(atom).collect()
    };
    let (lost, gained) = (before.beyond(after), after.beyond(before));
    ledger.lose(atoms(&lost));
    ledger.gain(atoms(&gained));
    for (excess, is_gain) in [(gained, true), (lost, false)] {
        excess.hidden.into_iter().for_each(|why| ledger.hide(is_gain, !is_gain, why));
        excess.assumptions.into_iter().for_each(|assumption| ledger.assume(assumption));
    }
}

/// Compares the objects that mean something by themselves.
fn compare_each(before: Applied<'_, '_>, after: Applied<'_, '_>, ledger: &mut Ledger) {
    let is_compared_together = |object: &Object<'_>| role(object).is_some() || binding(object).is_some();
    let is_inert = |object: &Object<'_>| {
        object.api_group().zip(object.kind()).is_some_and(|known| INERT.contains(&known))
    };
    let own = |object: &Object<'_>| !is_compared_together(object) && !is_inert(object);
    ledger.add(compare(&some(before, own), &some(after, own)));
    let (before, after) = (some(before, is_inert), some(after, is_inert));
    let mut inert = compare(&before, &after);
    if !inert.undecided.is_empty() {
        let kinds: BTreeSet<_> = before.iter().chain(&after).filter_map(Object::kind).collect();
        let kinds: Vec<_> = kinds.into_iter().collect();
        inert.assumptions.push(format!(
            "what else changes in objects of kind {} lets nobody ask, connect or run anything",
            kinds.join(", ")
        ));
        inert.undecided.clear();
    }
    ledger.add(inert);
}

fn some<'d>(applied: Applied<'_, 'd>, keep: impl Fn(&Object<'_>) -> bool) -> Vec<Object<'d>> {
    applied.objects.iter().filter(|object| keep(object)).cloned().collect()
}

//! Whether a change of manifests gives anybody more, all objects taken together.

use crate::acting::settle_accounts;
use crate::comparison::Comparison;
use crate::ledger::Ledger;
use crate::network::{Connections, NeededConnection, Network, compare as compare_connections};
use crate::rbac::{Access, Exceeding, Excess, RbacAtom};
use crate::{Applied, Atom, Grant, compare};
use leastwise_manifest::{NetworkPolicy, Object, binding, role};
use serde::Serialize;
use std::collections::BTreeSet;

/// What is known to be needed.
#[derive(Clone, Debug, Default)]
pub struct Needed {
    /// Requests to the API server.
    pub requests: Vec<NeededRequest>,
    /// Connections.
    pub connections: Vec<NeededConnection>,
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
    pub needed_but_lost: Vec<NeededGrant>,
    /// What is needed and allowed by neither side: by something that is not among the objects, or not at all.
    pub needed_from_elsewhere: Vec<NeededGrant>,
    /// What is needed, and of which nobody knows whether it is allowed after.
    pub needed_and_unknown: Vec<NeededGrant>,
}

/// Something needed, by family.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum NeededGrant {
    /// A request to the API server.
    Rbac(RbacAtom),
    /// A connection.
    Network(NeededConnection),
}

impl NeededGrant {
    /// What is needed, in words.
    pub fn what(&self) -> String {
        match self {
            Self::Rbac(atom) => {
                let place = atom.namespace.as_ref().map(|name| format!(" in {name}")).unwrap_or_default();
                format!("{}{place}, by {}", atom.target.what(), atom.subject)
            }
            Self::Network(NeededConnection { from, to, protocol, port }) => {
                format!("connections from {from} to {to} on {protocol} {port}")
            }
        }
    }
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
/// Roles and bindings are compared by what they grant to each subject, network policies by the connections that they
/// leave, other objects each with itself.
pub fn prove(before: Applied<'_, '_>, after: Applied<'_, '_>, needed: &Needed) -> Proof {
    let mut ledger = Ledger::default();
    let access = [Access::of(before), Access::of(after)];
    compare_access(&access[0], &access[1], &mut ledger);
    let networks = [Network::of(before), Network::of(after)];
    compare_networks(&networks[0], &networks[1], &mut ledger);
    compare_each([before, after], &access, &mut ledger);
    let mut proof = Proof {
        comparison: ledger.close(),
        needed_but_lost: Vec::new(),
        needed_from_elsewhere: Vec::new(),
        needed_and_unknown: Vec::new(),
    };
    for request in &needed.requests {
        let [before, after] = access.each_ref().map(|access| access.allows(&request.atom, &request.groups));
        proof.add(NeededGrant::Rbac(request.atom.clone()), before, after);
    }
    let connections = networks.each_ref().map(Connections::of);
    for connection in &needed.connections {
        let [before, after] = connections.each_ref().map(|connections| connections.allows(connection));
        proof.add(NeededGrant::Network(connection.clone()), before, after);
    }
    proof
}

impl Proof {
    fn add(&mut self, grant: NeededGrant, before: Option<bool>, after: Option<bool>) {
        match (before, after) {
            (_, Some(true)) => {}
            (Some(false), Some(false)) => self.needed_from_elsewhere.push(grant),
            (Some(true), Some(false)) => self.needed_but_lost.push(grant),
            _ => self.needed_and_unknown.push(grant),
        }
    }
}

fn compare_networks(before: &Network<'_>, after: &Network<'_>, ledger: &mut Ledger) {
    let difference = compare_connections(before, after);
    let atom = |(connection, origin)| Atom::at(Grant::Network(connection), origin);
    ledger.gain(difference.gained.into_iter().map(atom));
    ledger.lose(difference.lost.into_iter().map(atom));
    for why in difference.undecided {
        ledger.hide(true, true, format!("connections are not compared: {why}"));
    }
    difference.assumptions.into_iter().for_each(|assumption| ledger.assume(assumption));
}

fn compare_access(before: &Access<'_>, after: &Access<'_>, ledger: &mut Ledger) {
    let atom = |Exceeding { atom, witness, origin }: &Exceeding| {
        let witness = atom.has_patterns().then(|| Box::new(witness.clone()));
        Atom::at(Grant::Rbac { atom: atom.clone(), witness }, origin.clone())
    };
    let atoms = |excess: &Excess| excess.atoms.iter().map(atom).collect::<Vec<_>>();
    let (lost, gained) = (before.beyond(after), after.beyond(before));
    ledger.lose(atoms(&lost));
    ledger.gain(atoms(&gained));
    for (excess, is_gain) in [(gained, true), (lost, false)] {
        excess.hidden.into_iter().for_each(|why| ledger.hide(is_gain, !is_gain, why));
        excess.assumptions.into_iter().for_each(|assumption| ledger.assume(assumption));
    }
}

/// Compares the objects that mean something by themselves.
fn compare_each(sides: [Applied<'_, '_>; 2], access: &[Access<'_>; 2], ledger: &mut Ledger) {
    let [before, after] = sides;
    let is_compared_together = |object: &Object<'_>| {
        role(object).is_some() || binding(object).is_some() || NetworkPolicy::of(object).is_some()
    };
    let is_inert = |object: &Object<'_>| {
        object.api_group().zip(object.kind()).is_some_and(|known| INERT.contains(&known))
    };
    let own = |object: &Object<'_>| !is_compared_together(object) && !is_inert(object);
    let mut each = compare(&some(before, own), &some(after, own));
    settle_accounts(&mut each, sides, access);
    ledger.add(each);
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

//! What the policies of one side allow between classes.

use super::addresses::{Addresses, Version};
use super::classes::{Classes, PodClass, all_peers};
use super::policy::{Peers, Policy, Rule};
use super::ports::Ports;
use super::side::Network;
use leastwise_manifest::Direction;
use std::collections::BTreeSet;

/// A class of pods, or some addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Point {
    /// The pods of a class, by its place.
    Pods(usize),
    /// An interval of addresses that no block divides, by its place.
    Addresses(usize),
}

/// The policies of one side, with the pods for which they are.
pub(super) struct Reach<'r, 'd> {
    classes: &'r Classes<'d>,
    side: usize,
    network: &'r Network<'d>,
    blocks: &'r [(Version, u128, u128)],
    /// The policies that have a say over what each class lets in, and lets out, by their places.
    selecting: Vec<[Vec<usize>; 2]>,
    /// The places of the selectors that each policy has.
    subjects: Vec<Option<usize>>,
}

/// Intervals of addresses that no block of the policies divides, in order.
pub(super) fn blocks(sides: [&Network<'_>; 2]) -> Vec<(Version, u128, u128)> {
    let peers = sides.into_iter().flat_map(|side| &side.policies).flat_map(all_peers);
    let all: Vec<&Addresses> = peers
        .filter_map(|peers| match peers {
            Peers::Addresses(addresses) => Some(addresses),
            Peers::Pods { .. } => None,
        })
        .collect();
    let mut blocks = Vec::new();
    for version in Version::ALL {
        let mut starts = BTreeSet::from([0]);
        for (first, last) in all.iter().flat_map(|addresses| addresses.of(version).iter()) {
            starts.insert(first);
            starts.extend(last.checked_add(1).filter(|next| *next <= version.last()));
        }
        let starts: Vec<u128> = starts.into_iter().collect();
        for (place, first) in starts.iter().enumerate() {
            let last = starts.get(place + 1).map_or(version.last(), |next| next - 1);
            blocks.push((version, *first, last));
        }
    }
    blocks
}

impl<'r, 'd> Reach<'r, 'd> {
    pub(super) fn new(
        classes: &'r Classes<'d>,
        side: usize,
        network: &'r Network<'d>,
        blocks: &'r [(Version, u128, u128)],
    ) -> Self {
        let subjects = network.policies.iter().map(|policy| classes.pods.find(&policy.subjects)).collect();
        let mut reach = Self { classes, side, network, blocks, selecting: Vec::new(), subjects };
        let select = |class: &PodClass, direction| {
            let each = network.policies.iter().enumerate();
            let selecting = each.filter(|(place, policy)| {
                policy.rules(direction).is_some() && reach.selects(*place, policy, class)
            });
            selecting.map(|(place, _)| place).collect::<Vec<_>>()
        };
        let both = |class| [Direction::Ingress, Direction::Egress].map(|direction| select(class, direction));
        let selecting = classes.of_pods.iter().map(both).collect();
        reach.selecting = selecting;
        reach
    }

    fn selects(&self, place: usize, policy: &Policy<'_>, class: &PodClass) -> bool {
        let namespace = self.classes.of_namespaces.get(class.namespace).and_then(|class| class.name.as_ref());
        let answer =
            self.subjects.get(place).copied().flatten().map(|subject| class.answers[self.side][subject]);
        namespace == Some(&policy.namespace) && answer == Some(true)
    }

    /// The policies that have a say over a direction of a class.
    pub(super) fn selecting(
        &self,
        class: usize,
        direction: Direction,
    ) -> impl Iterator<Item = &'r Policy<'d>> + use<'_, 'r, 'd> {
        let side = match direction {
            Direction::Ingress => 0,
            Direction::Egress => 1,
        };
        let places = self.selecting.get(class).map(|both| both[side].as_slice()).unwrap_or_default();
        let network = self.network;
        places.iter().copied().filter_map(move |place| network.policies.get(place))
    }

    /// What the policies of a class let in from a peer, or out to it; ports are the receiver's.
    pub(super) fn allowed(&self, class: usize, direction: Direction, peer: Point) -> Ports {
        let mut is_selected = false;
        let mut ports = Ports::default();
        for policy in self.selecting(class, direction) {
            is_selected = true;
            for rule in policy.rules(direction).unwrap_or_default() {
                if self.is_for(rule, policy, peer) {
                    ports.add(&rule.ports);
                }
            }
        }
        let receiver = match direction {
            Direction::Ingress => Point::Pods(class),
            Direction::Egress => peer,
        };
        if is_selected { self.resolved(&ports, receiver) } else { Ports::all() }
    }

    /// What is allowed from one to another by both ends' policies.
    pub(super) fn connections(&self, from: Point, to: Point) -> Ports {
        match (from, to) {
            (Point::Pods(sender), Point::Pods(receiver)) => {
                let inward = self.allowed(receiver, Direction::Ingress, from);
                if inward.is_empty() {
                    inward
                } else {
                    inward.within(&self.allowed(sender, Direction::Egress, to))
                }
            }
            (Point::Pods(sender), Point::Addresses(_)) => self.allowed(sender, Direction::Egress, to),
            (Point::Addresses(_), Point::Pods(receiver)) => self.allowed(receiver, Direction::Ingress, from),
            // No policy is asked.
            (Point::Addresses(_), Point::Addresses(_)) => Ports::all(),
        }
    }

    /// Whether a rule of a policy is for a peer.
    pub(super) fn is_for(&self, rule: &Rule<'d>, policy: &Policy<'d>, peer: Point) -> bool {
        let Some(peers) = &rule.peers else { return true };
        peers.iter().any(|peers| match (peers, peer) {
            (Peers::Pods { namespaces, pods }, Point::Pods(class)) => {
                let Some(class) = self.classes.of_pods.get(class) else { return false };
                let Some(namespace) = self.classes.of_namespaces.get(class.namespace) else { return false };
                let is_in = match namespaces {
                    None => namespace.name.as_ref() == Some(&policy.namespace),
                    Some(selector) => {
                        let place = self.classes.namespaces.find(selector);
                        place.is_some_and(|place| namespace.answers[self.side][place])
                    }
                };
                let is_one = || match pods {
                    None => true,
                    Some(selector) => {
                        let place = self.classes.pods.find(selector);
                        place.is_some_and(|place| class.answers[self.side][place])
                    }
                };
                is_in && is_one()
            }
            (Peers::Addresses(addresses), Point::Addresses(place)) => self
                .blocks
                .get(place)
                .is_some_and(|(version, first, _)| addresses.of(*version).contains(*first)),
            _ => false,
        })
    }

    /// The numbers of ports with names, where the receiver is known.
    pub(super) fn resolved(&self, ports: &Ports, receiver: Point) -> Ports {
        match receiver {
            Point::Pods(class) => {
                match self.classes.of_pods.get(class).and_then(|class| class.ports[self.side].as_ref()) {
                    Some(named) => ports.resolved(named),
                    None => ports.clone(),
                }
            }
            // Only pods give names to ports.
            Point::Addresses(_) => ports.resolved(&[]),
        }
    }
}

//! Questions about one set of objects: what may connect to what.

use super::addresses::{Version, number};
use super::atom::{ConnectionAtom, End, NeededConnection, Peer};
use super::classes::Point;
use super::classes::{Classes, PodClass};
use super::compare::peers;
use super::ports::Ports;
use super::reach::{Reach, blocks};
use super::side::Network;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The connections that one set of objects allows.
pub struct Connections<'n, 'd> {
    network: &'n Network<'d>,
    /// `Err` tells why they cannot be known, in words.
    classes: Result<Classes<'d>, BTreeSet<String>>,
    blocks: Vec<(Version, u128, u128)>,
}

impl<'n, 'd> Connections<'n, 'd> {
    /// Finds out what is allowed to the workloads, and to all pods that may be there.
    pub fn of(network: &'n Network<'d>) -> Self {
        Self::find(network, true)
    }

    /// Finds out what is allowed to the workloads only.
    pub fn of_workloads(network: &'n Network<'d>) -> Self {
        Self::find(network, false)
    }

    fn find(network: &'n Network<'d>, open: bool) -> Self {
        let classes = match Classes::of([network, network], open) {
            Ok(_) if !network.faults.is_empty() => Err(network.faults.clone()),
            Ok(classes) => Ok(classes),
            Err(mut why) => {
                why.extend(network.faults.iter().cloned());
                Err(why)
            }
        };
        Self { network, classes, blocks: blocks([network, network]) }
    }

    /// What is allowed between the workloads, and between them and what is no pod, by both ends' policies.
    ///
    /// # Errors
    /// Why it cannot be known, in words.
    pub fn between_workloads(&self) -> Result<Vec<ConnectionAtom>, BTreeSet<String>> {
        let classes = self.classes.as_ref().map_err(Clone::clone)?;
        let reach = Reach::new(classes, 0, self.network, &self.blocks);
        let known = (0..).zip(&classes.of_pods).filter(|(_, class)| !class.members.is_empty());
        let known: Vec<usize> = known.map(|(place, _)| place).collect();
        let mut atoms = BTreeSet::new();
        let mut add = |from: Vec<Peer>, to: Vec<Peer>, ports: &Ports| {
            for from in &from {
                for to in &to {
                    for (protocol, ports) in ports.written() {
                        let (from, to, protocol) = (from.clone(), to.clone(), protocol.to_owned());
                        // One pod has nobody of its own kind to talk to.
                        if from != to || !is_one_pod(&from) {
                            atoms.insert(ConnectionAtom { from, to, protocol, ports });
                        }
                    }
                }
            }
        };
        let called = |class: &usize| {
            classes.of_pods.get(*class).map(|class| classes.members(class)).unwrap_or_default()
        };
        for own in &known {
            for other in &known {
                let (from, to) = (Point::Pods(*own), Point::Pods(*other));
                if classes.can_meet(from, to) {
                    add(called(own), called(other), &reach.connections(from, to));
                }
            }
            let mut inward: BTreeMap<Rc<Ports>, BTreeSet<Point>> = BTreeMap::new();
            let mut outward = inward.clone();
            for place in (0..self.blocks.len()).map(Point::Addresses) {
                inward.entry(reach.connections(place, Point::Pods(*own))).or_default().insert(place);
                outward.entry(reach.connections(Point::Pods(*own), place)).or_default().insert(place);
            }
            for (ports, places) in inward {
                add(peers(classes, 0, &self.blocks, &places), called(own), &ports);
            }
            for (ports, places) in outward {
                add(called(own), peers(classes, 0, &self.blocks, &places), &ports);
            }
        }
        Ok(atoms.into_iter().collect())
    }

    /// Whether a connection is allowed by both ends' policies. `None` where nobody can know.
    pub fn allows(&self, needed: &NeededConnection) -> Option<bool> {
        let classes = self.classes.as_ref().ok()?;
        let reach = Reach::new(classes, 0, self.network, &self.blocks);
        let mut answers = BTreeSet::new();
        for from in self.points(classes, &needed.from)? {
            for to in self.points(classes, &needed.to)? {
                let is_between_addresses = matches!((from, to), (Point::Addresses(_), Point::Addresses(_)));
                if !is_between_addresses && !classes.can_meet(from, to) {
                    continue;
                }
                let ports = reach.connections(from, to);
                let is_allowed = ports.contains(needed.protocol, needed.port);
                if !is_allowed && ports.has_names() {
                    // The number may have one of those names.
                    return None;
                }
                answers.insert(is_allowed);
            }
        }
        match answers.len() {
            1 => answers.first().copied(),
            _ => None,
        }
    }

    /// All that an end may be. `None` where it is nothing that is known.
    fn points(&self, classes: &Classes<'d>, end: &End) -> Option<Vec<Point>> {
        let all = (0..).zip(&classes.of_pods);
        let points: Vec<Point> = match end {
            End::Address(address) => {
                let (version, number) = number(*address);
                let holds = |(of, first, last): &(Version, u128, u128)| {
                    *of == version && (*first..=*last).contains(&number)
                };
                self.blocks.iter().position(holds).map(Point::Addresses).into_iter().collect()
            }
            End::Pod { namespace, workload, labels } => {
                let own = workload.as_ref().map(|(kind, name)| Peer::Workload {
                    namespace: namespace.clone(),
                    kind: kind.clone(),
                    name: name.clone(),
                });
                let is_own = |class: &PodClass| {
                    let is_called =
                        |own: &Peer| !class.members.is_empty() && classes.members(class).contains(own);
                    own.as_ref().is_some_and(is_called)
                };
                let known: Vec<_> = all.filter(|(_, class)| is_own(class)).map(|(place, _)| place).collect();
                let found =
                    if known.is_empty() { classes.like(self.network, namespace, labels) } else { known };
                found.into_iter().map(Point::Pods).collect()
            }
        };
        Some(points).filter(|points| !points.is_empty())
    }
}

fn is_one_pod(peer: &Peer) -> bool {
    matches!(peer, Peer::Workload { kind, .. } if kind == "Pod")
}

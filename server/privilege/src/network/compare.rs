//! How the connections of two sides differ.

use super::addresses::{Addresses, Version};
use super::atom::{ConnectionAtom, Namespaces, Peer};
use super::classes::Point;
use super::classes::{Classes, NamespaceClass, PodClass, selector_words};
use super::intervals::Intervals;
use super::ports::Ports;
use super::reach::{Reach, blocks};
use super::side::Network;
use crate::comparison::{Answer, Verdict};
use crate::rbac::Origin;
use leastwise_manifest::{Direction, Resource};
use leastwise_yaml::Path;
use std::collections::{BTreeMap, BTreeSet};

/// How the connections of two sides differ.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// What only the second allows, and where the difference stands.
    pub gained: Vec<(ConnectionAtom, Origin)>,
    /// What only the first allows, and where the difference stands.
    pub lost: Vec<(ConnectionAtom, Origin)>,
    /// Why nobody can know, in words. Then nothing is said of gains and losses.
    pub undecided: BTreeSet<String>,
    /// What the answer takes for granted, in words.
    pub assumptions: BTreeSet<String>,
}

impl Difference {
    /// The answer in one word.
    pub fn verdict(&self) -> Verdict {
        let answer = |found: &[_]| match (found, self.undecided.is_empty()) {
            ([_, ..], _) => Answer::Yes,
            ([], true) => Answer::No,
            ([], false) => Answer::Perhaps,
        };
        Verdict::of(answer(&self.gained), answer(&self.lost))
    }
}

/// As many pairs are tried, each in some microseconds; more than any honest change concerns.
const BUDGET: usize = 4_000_000;

/// Compares the connections that are allowed by two sets of objects, for workloads that are in both and for all pods
/// that may be there besides.
pub fn compare(before: &Network<'_>, after: &Network<'_>) -> Difference {
    let mut difference = Difference::default();
    if before.text == after.text {
        return difference;
    }
    let sides = [before, after];
    if sides.iter().all(|side| side.policies.is_empty() && side.faults.is_empty()) {
        return difference;
    }
    let faults = || sides.iter().flat_map(|side| &side.faults).cloned();
    let classes = match Classes::of(sides, true) {
        Ok(classes) => classes,
        Err(mut why) => {
            why.extend(faults());
            return Difference { undecided: why, ..difference };
        }
    };
    difference.undecided.extend(faults());
    if !difference.undecided.is_empty() {
        return difference;
    }
    let blocks = blocks(sides);
    let mut comparing = Comparing {
        classes: &classes,
        sides,
        reaches: [Reach::new(&classes, 0, before, &blocks), Reach::new(&classes, 1, after, &blocks)],
        blocks: &blocks,
        origins: Vec::new(),
    };
    let Some([lost, gained]) = comparing.all() else {
        difference.undecided.insert("too many connections have changed to try them all".to_owned());
        return difference;
    };
    difference.lost = comparing.atoms(lost, 0);
    difference.gained = comparing.atoms(gained, 1);
    comparing.assume(&mut difference.assumptions);
    difference
}

/// What is allowed on one side only, from one point to another, and the place of its origin.
type Pairs = BTreeMap<(Point, Point), (Ports, usize)>;

struct Comparing<'c, 'd> {
    classes: &'c Classes<'d>,
    sides: [&'c Network<'d>; 2],
    reaches: [Reach<'c, 'd>; 2],
    blocks: &'c [(Version, u128, u128)],
    /// Where differences stand.
    origins: Vec<Source<'c>>,
}

/// An [`Origin`] that is not written out: there is one for each pair that differs, and few are different.
#[derive(Clone, Copy, Debug)]
struct Source<'c> {
    resource: Option<&'c Resource>,
    place: SourcePlace<'c>,
}

#[derive(Clone, Copy, Debug)]
enum SourcePlace<'c> {
    At(&'c Path),
    PodSelector,
    Spec,
}

impl Source<'_> {
    fn is(&self, other: &Self) -> bool {
        let is_place = match (self.place, other.place) {
            (SourcePlace::At(one), SourcePlace::At(other)) => std::ptr::eq(one, other),
            (SourcePlace::PodSelector, SourcePlace::PodSelector) | (SourcePlace::Spec, SourcePlace::Spec) => {
                true
            }
            _ => false,
        };
        let address = |resource: Option<&Resource>| resource.map(std::ptr::from_ref);
        is_place && address(self.resource) == address(other.resource)
    }

    fn written_out(&self) -> Origin {
        let path = match self.place {
            SourcePlace::At(path) => path.clone(),
            SourcePlace::PodSelector => Path::root().keys(&["spec", "podSelector"]),
            SourcePlace::Spec => Path::root().key("spec"),
        };
        Origin { resource: self.resource.cloned().unwrap_or_default(), path }
    }
}

impl<'c> Comparing<'c, '_> {
    /// What is lost, and what is gained. `None` where there is too much to try.
    fn all(&mut self) -> Option<[Pairs; 2]> {
        let mut found = [Pairs::new(), Pairs::new()];
        let pods = (0..self.classes.of_pods.len()).map(Point::Pods);
        let points: Vec<_> = pods.chain((0..self.blocks.len()).map(Point::Addresses)).collect();
        let changed =
            |direction| points.iter().map(|point| self.has_changed(*point, direction)).collect::<Vec<_>>();
        let (lets_in, lets_out) = (changed(Direction::Ingress), changed(Direction::Egress));
        let mut budget = BUDGET;
        for (from, lets_out) in points.iter().zip(&lets_out) {
            for (to, lets_in) in points.iter().zip(&lets_in) {
                if !(*lets_out || *lets_in) || !self.classes.can_meet(*from, *to) {
                    continue;
                }
                budget = budget.checked_sub(1)?;
                let [before, after] = &self.reaches;
                let (before, after) = (before.connections(*from, *to), after.connections(*from, *to));
                if before == after {
                    continue;
                }
                for (side, ports) in [before.without(&after), after.without(&before)].into_iter().enumerate()
                {
                    if !ports.is_empty() {
                        let origin = self.origin(*from, *to, &ports, side);
                        found[side].insert((*from, *to), (ports, origin));
                    }
                }
            }
        }
        Some(found)
    }

    /// Whether anything about an end has changed that has to do with connections in one direction: what it is itself,
    /// or what its policies say.
    fn has_changed(&self, point: Point, direction: Direction) -> bool {
        let Point::Pods(place) = point else { return false };
        let Some(class) = self.classes.of_pods.get(place) else { return false };
        let namespace = self.classes.of_namespaces.get(class.namespace);
        let [before, after] = &self.reaches;
        class.answers[0] != class.answers[1]
            || class.ports[0] != class.ports[1]
            || namespace.is_some_and(|namespace| namespace.answers[0] != namespace.answers[1])
            || !before.says_the_same(after, place, direction)
    }

    /// What makes the difference for ports that only one side allows: a rule that the other side does not have, else
    /// a policy that restricts the other side only, else the labels of a workload that have changed.
    fn origin(&mut self, from: Point, to: Point, ports: &Ports, side: usize) -> usize {
        let ends = [(to, Direction::Ingress, from), (from, Direction::Egress, to)];
        let ends: Vec<_> = ends
            .into_iter()
            .filter_map(|(end, direction, peer)| match end {
                Point::Pods(class) => Some((class, direction, peer)),
                Point::Addresses(_) => None,
            })
            .collect();
        let mut spare = None;
        let mut origin = None;
        for (class, direction, peer) in &ends {
            for placed in self.reaches[side].selecting(*class, *direction) {
                let policy = placed.policy;
                let counterpart = self.sides[1 - side].policy(policy);
                let others = counterpart.and_then(|other| other.rules(*direction)).unwrap_or_default();
                for placed in placed.rules(*direction) {
                    let rule = placed.rule;
                    let own = self.reaches[side].resolved(&rule.ports, to);
                    if !self.reaches[side].is_for(placed, policy, *peer) || own.within(ports).is_empty() {
                        continue;
                    }
                    let here =
                        Source { resource: Some(&policy.resource), place: SourcePlace::At(&rule.path) };
                    let is_there =
                        others.iter().any(|other| (&other.peers, &other.ports) == (&rule.peers, &rule.ports));
                    if !is_there {
                        origin = origin.or(Some(here));
                    } else {
                        spare = spare.or(Some(here));
                    }
                }
            }
        }
        for (class, direction, _) in &ends {
            for placed in self.reaches[1 - side].selecting(*class, *direction) {
                let policy = placed.policy;
                let counterpart = self.sides[side].policy(policy);
                let is_there = counterpart.is_some_and(|other| {
                    other.subjects == policy.subjects && other.rules(*direction).is_some()
                });
                if !is_there {
                    let place = SourcePlace::PodSelector;
                    origin = origin.or(Some(Source { resource: Some(&policy.resource), place }));
                }
            }
        }
        for (class, ..) in &ends {
            let class = &self.classes.of_pods[*class];
            if class.answers[0] != class.answers[1]
                && let Some(place) =
                    class.members.first().and_then(|member| self.classes.workloads.get(*member))
            {
                let workload = &self.sides[1].workloads[place[1]];
                let place = SourcePlace::At(&workload.labels_path);
                let here = Source { resource: Some(&workload.resource), place };
                origin = origin.or(Some(here));
            }
        }
        let origin = origin.or(spare).unwrap_or_else(|| self.any_policy());
        self.origins.iter().position(|known| known.is(&origin)).unwrap_or_else(|| {
            self.origins.push(origin);
            self.origins.len() - 1
        })
    }

    /// The first policy: where the labels of a namespace have changed, all of them are concerned.
    fn any_policy(&self) -> Source<'c> {
        let policy = self.sides.iter().rev().flat_map(|side| &side.policies).next();
        Source { resource: policy.map(|policy| &policy.resource), place: SourcePlace::Spec }
    }

    /// Connections of all pairs on one side as few atoms: first those to one receiver are put together, then those from the same
    /// senders.
    fn atoms(&self, pairs: Pairs, side: usize) -> Vec<(ConnectionAtom, Origin)> {
        let mut by_receiver: BTreeMap<(Point, Ports, usize), BTreeSet<Point>> = BTreeMap::new();
        for ((from, to), (ports, origin)) in pairs {
            by_receiver.entry((to, ports, origin)).or_default().insert(from);
        }
        let mut by_senders: BTreeMap<(Vec<Peer>, Ports, usize), BTreeSet<Point>> = BTreeMap::new();
        for ((to, ports, origin), from) in by_receiver {
            by_senders
                .entry((peers(self.classes, side, self.blocks, &from), ports, origin))
                .or_default()
                .insert(to);
        }
        let mut atoms = BTreeSet::new();
        for ((senders, ports, origin), receivers) in by_senders {
            for from in &senders {
                for to in peers(self.classes, side, self.blocks, &receivers) {
                    for (protocol, ports) in ports.written() {
                        let (from, to, protocol) = (from.clone(), to.clone(), protocol.to_owned());
                        atoms.insert((ConnectionAtom { from, to, protocol, ports }, origin));
                    }
                }
            }
        }
        let origin =
            |(atom, origin): (ConnectionAtom, usize)| Some((atom, self.origins.get(origin)?.written_out()));
        atoms.into_iter().filter_map(origin).collect()
    }

    fn assume(&self, assumptions: &mut BTreeSet<String>) {
        let mut assume = |assumption: &str| assumptions.insert(assumption.to_owned());
        assume(
            "the network of the cluster enforces network policies; what a node and its own pods say to each other is \
                beside them, and so is ICMP",
        );
        if self.blocks.len() > Version::ALL.len() {
            assume("no pod has an address in a block of addresses that a network policy names");
        }
        if self.sides.iter().any(|side| self.classes.workloads.len() < side.workloads.len()) {
            assume("the connections of workloads that are on one side only are not compared");
        }
        if self.classes.has_names {
            assume(
                "ports with names, of pods that are not among the files, have numbers that no network policy writes",
            );
        }
        for title in self.sides.iter().flat_map(|side| &side.on_host).collect::<BTreeSet<_>>() {
            assume(&format!("{title} runs in the network of its node: network policies are not for it"));
        }
    }
}

/// All pods of a namespace that may be there and that a selector chooses, by the selector, in place of their classes.
fn by_selectors(classes: &Classes<'_>, side: usize, pods: &mut BTreeSet<usize>) -> Vec<Peer> {
    let mut open: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, class) in (0..).zip(&classes.of_pods).filter(|(_, class)| class.members.is_empty()) {
        open.entry(class.namespace).or_default().push(place);
    }
    let mut peers = Vec::new();
    for (namespace, own) in &open {
        if !own.iter().any(|class| pods.contains(class)) {
            continue;
        }
        let Some(named) = classes.of_namespaces.get(*namespace).map(NamespaceClass::named) else { continue };
        let chosen_by = |place: usize| -> Vec<usize> {
            let is_chosen = |class: &&usize| {
                classes
                    .of_pods
                    .get(**class)
                    .is_some_and(|class| class.answers[side].get(place) == Some(&true))
            };
            own.iter().filter(is_chosen).copied().collect()
        };
        let telling = classes.pods.iter().filter(|(_, selector)| !selector.requirements.is_empty());
        let mut by_size: Vec<_> = telling.map(|(place, selector)| (chosen_by(place), selector)).collect();
        by_size.sort_by_key(|(chosen, _)| std::cmp::Reverse(chosen.len()));
        for (chosen, selector) in by_size {
            if chosen.len() > 1 && chosen.iter().all(|class| pods.contains(class)) {
                for class in &chosen {
                    pods.remove(class);
                }
                peers.push(Peer::Pods { namespace: named.clone(), labels: Some(selector_words(selector)) });
            }
        }
    }
    peers
}

/// Points in as few words as there are: all pods, all of a namespace, workloads, pods with certain labels, blocks of
/// addresses.
pub(super) fn peers(
    classes: &Classes<'_>,
    side: usize,
    blocks: &[(Version, u128, u128)],
    points: &BTreeSet<Point>,
) -> Vec<Peer> {
    let mut addresses = Addresses::default();
    let mut pods = BTreeSet::new();
    for point in points {
        match point {
            Point::Pods(class) => {
                pods.insert(*class);
            }
            Point::Addresses(place) => {
                if let Some((version, first, last)) = blocks.get(*place) {
                    addresses.of_mut(*version).add(&Intervals::between(*first, *last));
                }
            }
        }
    }
    let mut peers = Vec::new();
    if pods.len() == classes.of_pods.len() && !pods.is_empty() {
        peers.push(Peer::Pods { namespace: Namespaces::All, labels: None });
        pods.clear();
    }
    for (place, namespace) in classes.of_namespaces.iter().enumerate() {
        let is_in = |class: &PodClass| class.namespace == place;
        let own: Vec<_> = (0..).zip(&classes.of_pods).filter(|(_, class)| is_in(class)).collect();
        if !own.is_empty() && own.iter().all(|(class, _)| pods.contains(class)) {
            for (class, _) in &own {
                pods.remove(class);
            }
            peers.push(Peer::Pods { namespace: namespace.named(), labels: None });
        }
    }
    peers.extend(by_selectors(classes, side, &mut pods));
    for class in pods.iter().filter_map(|class| classes.of_pods.get(*class)) {
        peers.extend(classes.members(class));
    }
    peers.sort();
    peers.dedup();
    peers.extend(addresses.blocks().into_iter().map(Peer::Addresses));
    peers
}

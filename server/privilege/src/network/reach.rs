//! What the policies of one side allow between classes.

use super::addresses::{Addresses, Version};
use super::classes::{Classes, PodClass, Point, all_peers};
use super::policy::{Peers, Policy, Rule};
use super::ports::Ports;
use super::side::Network;
use leastwise_manifest::Direction;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// The policies of one side, with the pods for which they are.
pub(super) struct Reach<'r, 'd> {
    classes: &'r Classes<'d>,
    side: usize,
    policies: Vec<Placed<'r, 'd>>,
    blocks: &'r [(Version, u128, u128)],
    /// The policies that have a say over what each class lets in, and lets out, by their places.
    selecting: Vec<[Vec<usize>; 2]>,
    all: Rc<Ports>,
    /// What the policies of a class allow in a direction by those of their rules that are bits of a number.
    known: RefCell<HashMap<(usize, Direction, u64), Rc<Ports>>>,
}

/// A policy with its selectors by their places among all.
pub(super) struct Placed<'r, 'd> {
    pub(super) policy: &'r Policy<'d>,
    subjects: Option<usize>,
    /// What it lets in, and lets out.
    rules: [Option<Vec<PlacedRule<'r, 'd>>>; 2],
}

/// What a policy says about a direction: its namespace, and the peers and ports of its rules.
type Said<'a, 'd> = (&'a str, Vec<(&'a Option<Vec<Peers<'d>>>, &'a Ports)>);

/// A rule with its selectors by their places among all.
pub(super) struct PlacedRule<'r, 'd> {
    pub(super) rule: &'r Rule<'d>,
    peers: Option<Vec<PlacedPeers<'r>>>,
}

/// Peers with their selectors by their places among all.
enum PlacedPeers<'r> {
    Pods { is_home: bool, namespaces: Option<usize>, pods: Option<usize> },
    Addresses(&'r Addresses),
}

impl<'r, 'd> Placed<'r, 'd> {
    fn new(policy: &'r Policy<'d>, classes: &Classes<'d>) -> Self {
        let peers = |peers: &'r Peers<'d>| match peers {
            Peers::Pods { namespaces, pods } => PlacedPeers::Pods {
                is_home: namespaces.is_none(),
                namespaces: namespaces.as_ref().and_then(|selector| classes.namespaces.find(selector)),
                pods: pods.as_ref().and_then(|selector| classes.pods.find(selector)),
            },
            Peers::Addresses(addresses) => PlacedPeers::Addresses(addresses),
        };
        let rule = |rule: &'r Rule<'d>| PlacedRule {
            rule,
            peers: rule.peers.as_ref().map(|all| all.iter().map(peers).collect()),
        };
        let rules = |direction| Some(policy.rules(direction)?.iter().map(rule).collect());
        Self {
            policy,
            subjects: classes.pods.find(&policy.subjects),
            rules: [rules(Direction::Ingress), rules(Direction::Egress)],
        }
    }

    /// Its rules for a direction; none where it has no say over that.
    pub(super) fn rules(&self, direction: Direction) -> &[PlacedRule<'r, 'd>] {
        self.rules[place(direction)].as_deref().unwrap_or_default()
    }
}

fn sum(all: &[&Ports]) -> Ports {
    let mut sum = Ports::default();
    all.iter().for_each(|ports| sum.add(ports));
    sum
}

/// The place of a direction in pairs.
fn place(direction: Direction) -> usize {
    match direction {
        Direction::Ingress => 0,
        Direction::Egress => 1,
    }
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
        let policies: Vec<_> = network.policies.iter().map(|policy| Placed::new(policy, classes)).collect();
        let mut reach = Self {
            classes,
            side,
            policies,
            blocks,
            selecting: Vec::new(),
            all: Rc::new(Ports::all()),
            known: RefCell::default(),
        };
        let select = |class: &PodClass, direction: usize| {
            let each = reach.policies.iter().enumerate();
            let selecting =
                each.filter(|(_, policy)| policy.rules[direction].is_some() && reach.selects(policy, class));
            selecting.map(|(place, _)| place).collect::<Vec<_>>()
        };
        reach.selecting = classes.of_pods.iter().map(|class| [select(class, 0), select(class, 1)]).collect();
        reach
    }

    fn selects(&self, policy: &Placed<'_, '_>, class: &PodClass) -> bool {
        let namespace = self.classes.of_namespaces.get(class.namespace).and_then(|class| class.name.as_ref());
        let is_chosen = || policy.subjects.is_some_and(|subjects| class.answers[self.side][subjects]);
        namespace == Some(&policy.policy.namespace) && is_chosen()
    }

    /// The policies that have a say over a direction of a class.
    pub(super) fn selecting(
        &self,
        class: usize,
        direction: Direction,
    ) -> impl Iterator<Item = &Placed<'r, 'd>> {
        let places = self.selecting.get(class).map(|both| both[place(direction)].as_slice());
        places.unwrap_or_default().iter().filter_map(|place| self.policies.get(*place))
    }

    /// Whether the other side's policies say the same about a direction of a class.
    pub(super) fn says_the_same(&self, other: &Self, class: usize, direction: Direction) -> bool {
        fn said<'a, 'r, 'd>(
            reach: &'a Reach<'r, 'd>,
            class: usize,
            direction: Direction,
        ) -> Vec<Said<'a, 'd>> {
            let one = |placed: &'a Placed<'r, 'd>| {
                let rules = placed.rules(direction).iter();
                let rules = rules.map(|placed| (&placed.rule.peers, &placed.rule.ports)).collect();
                (placed.policy.namespace.as_str(), rules)
            };
            reach.selecting(class, direction).map(one).collect()
        }
        said(self, class, direction) == said(other, class, direction)
    }

    /// What the policies of a class let in from a peer, or out to it; ports are the receiver's.
    pub(super) fn allowed(&self, class: usize, direction: Direction, peer: Point) -> Rc<Ports> {
        let mut is_selected = false;
        let mut matching = Vec::new();
        let mut key = 0_u64;
        for placed in self.selecting(class, direction) {
            is_selected = true;
            for rule in placed.rules(direction) {
                let is_for = self.is_for(rule, placed.policy, peer);
                matching.extend(is_for.then_some(&rule.rule.ports));
                key = key << 1 | u64::from(is_for);
            }
        }
        if !is_selected {
            return Rc::clone(&self.all);
        }
        let rules =
            || self.selecting(class, direction).map(|placed| placed.rules(direction).len()).sum::<usize>();
        if self.classes.has_names || rules() > 64 {
            let receiver = match direction {
                Direction::Ingress => Point::Pods(class),
                Direction::Egress => peer,
            };
            return Rc::new(self.resolved(&sum(&matching), receiver));
        }
        let mut known = self.known.borrow_mut();
        Rc::clone(known.entry((class, direction, key)).or_insert_with(|| Rc::new(sum(&matching))))
    }

    /// What is allowed from one to another by both ends' policies.
    pub(super) fn connections(&self, from: Point, to: Point) -> Rc<Ports> {
        match (from, to) {
            (Point::Pods(sender), Point::Pods(receiver)) => {
                let inward = self.allowed(receiver, Direction::Ingress, from);
                if inward.is_empty() {
                    return inward;
                }
                let outward = self.allowed(sender, Direction::Egress, to);
                match (inward.is_all(), outward.is_all()) {
                    (true, _) => outward,
                    (_, true) => inward,
                    _ => Rc::new(inward.within(&outward)),
                }
            }
            (Point::Pods(sender), Point::Addresses(_)) => self.allowed(sender, Direction::Egress, to),
            (Point::Addresses(_), Point::Pods(receiver)) => self.allowed(receiver, Direction::Ingress, from),
            // No policy is asked.
            (Point::Addresses(_), Point::Addresses(_)) => Rc::clone(&self.all),
        }
    }

    /// Whether a rule of a policy is for a peer.
    pub(super) fn is_for(&self, rule: &PlacedRule<'_, '_>, policy: &Policy<'_>, peer: Point) -> bool {
        let Some(peers) = &rule.peers else { return true };
        peers.iter().any(|peers| match (peers, peer) {
            (PlacedPeers::Pods { is_home, namespaces, pods }, Point::Pods(class)) => {
                let Some(class) = self.classes.of_pods.get(class) else { return false };
                let Some(namespace) = self.classes.of_namespaces.get(class.namespace) else { return false };
                let is_in = match is_home {
                    true => namespace.name.as_ref() == Some(&policy.namespace),
                    false => namespaces.is_some_and(|place| namespace.answers[self.side][place]),
                };
                is_in && pods.is_none_or(|place| class.answers[self.side][place])
            }
            (PlacedPeers::Addresses(addresses), Point::Addresses(place)) => self
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

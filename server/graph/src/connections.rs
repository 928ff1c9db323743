//! What network policies let the workload connect to, and let in.

use crate::Workload;
use crate::radius::{Node, NodeKind, Part, ROOT, Tree};
use leastwise_privilege::network::{
    ConnectionAtom, Connections, End, NeededConnection, Network, Peer, Protocol, ports_in_words,
};
use leastwise_privilege::{Applied, Needed};
use std::collections::{BTreeMap, BTreeSet};

/// A namespace and a port that nobody names: what is allowed there is allowed by no rule about them.
const ELSEWHERE: &str = "a-namespace-that-nobody-names";
const ANY_PORT: u16 = 9;

pub(crate) fn add(workload: &Workload, applied: Applied<'_, '_>, needed: Option<&Needed>, tree: &mut Tree) {
    let network = Network::of(applied);
    let atoms = match Connections::of_workloads(&network).between_workloads() {
        Ok(atoms) => atoms,
        Err(why) => return why.into_iter().for_each(|why| tree.unknown(why)),
    };
    let is_own = |peer: &Peer| peer.to_string() == workload.to_string();
    let open = Connections::of(&network);
    for direction in [Direction::Outward, Direction::Inward] {
        let mut by_peer: BTreeMap<&Peer, Vec<&ConnectionAtom>> = BTreeMap::new();
        for atom in &atoms {
            let (own, peer) = direction.of(&atom.from, &atom.to);
            if is_own(own) {
                by_peer.entry(peer).or_default().push(atom);
            }
        }
        let node = tree.add(ROOT, Node::new(NodeKind::Network, direction.words()));
        let known: BTreeSet<String> = by_peer.keys().map(ToString::to_string).collect();
        for place in [&workload.namespace, ELSEWHERE] {
            if let Some(peer) = unknown_pods(workload, place, direction, &open, &known, needed) {
                tree.add(node, peer);
            }
        }
        for (peer, atoms) in by_peer {
            let part = |atom: &&ConnectionAtom| parts(atom, needed);
            let parts = atoms.iter().flat_map(part).collect();
            tree.add(node, Node::new(NodeKind::Peer, called(peer)).with(parts));
        }
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Outward,
    Inward,
}

impl Direction {
    fn words(self) -> &'static str {
        match self {
            Self::Outward => "may connect to",
            Self::Inward => "lets in",
        }
    }

    /// The own end of a connection, and the other.
    fn of<T>(self, from: T, to: T) -> (T, T) {
        match self {
            Self::Outward => (from, to),
            Self::Inward => (to, from),
        }
    }
}

fn called(peer: &Peer) -> String {
    match peer {
        Peer::Addresses(block) if block == "0.0.0.0/0" => "every IPv4 address".to_owned(),
        Peer::Addresses(block) if block == "::/0" => "every IPv6 address".to_owned(),
        peer => peer.to_string(),
    }
}

/// Each range of ports is a part.
fn parts(atom: &ConnectionAtom, needed: Option<&Needed>) -> Vec<Part> {
    let ranges =
        atom.ports.split(',').map(|ports| ConnectionAtom { ports: ports.to_owned(), ..atom.clone() });
    let part = |atom: ConnectionAtom| Part {
        text: ports_in_words(&atom.protocol, &atom.ports),
        used: needed.map(|needed| needed.connections.iter().any(|seen| atom.has(seen))),
    };
    ranges.map(part).collect()
}

/// Pods that may be there beside those of the workloads, where no policy keeps them apart.
fn unknown_pods(
    workload: &Workload,
    place: &str,
    direction: Direction,
    open: &Connections<'_, '_>,
    known: &BTreeSet<String>,
    needed: Option<&Needed>,
) -> Option<Node> {
    let own = End::Pod {
        namespace: workload.namespace.clone(),
        workload: Some((workload.kind.clone(), workload.name.clone())),
        labels: BTreeMap::new(),
    };
    let other = End::Pod { namespace: place.to_owned(), workload: None, labels: BTreeMap::new() };
    let (from, to) = direction.of(own.clone(), other);
    let connection = NeededConnection { from, to, protocol: Protocol::Tcp, port: ANY_PORT };
    if open.allows(&connection) != Some(true) {
        return None;
    }
    let is_seen = |seen: &NeededConnection| {
        let (this, that) = direction.of(&seen.from, &seen.to);
        let is_there = |namespace: &str| (place == ELSEWHERE) == (namespace != workload.namespace);
        let is_unknown = !known.contains(&that.to_string());
        this.to_string() == own.to_string()
            && matches!(that, End::Pod { namespace, .. } if is_there(namespace))
            && is_unknown
    };
    let label = match place {
        ELSEWHERE => "every pod of other namespaces".to_owned(),
        namespace => format!("every other pod of {namespace}"),
    };
    let part = Part {
        text: ports_in_words("*", ""),
        used: needed.map(|needed| needed.connections.iter().any(is_seen)),
    };
    Some(Node::new(NodeKind::Peer, label).with(vec![part]))
}

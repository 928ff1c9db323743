//! Makes the rules of a network policy.

use super::flows::{Flows, Peer};
use super::labels::LabelMap;
use leastwise_manifest::Direction;
use leastwise_privilege::network::Protocol;
use leastwise_yaml::Literal;
use std::collections::{BTreeMap, BTreeSet};

/// Ports of a server.
pub(super) type PortSet = BTreeSet<(Protocol, u16)>;

/// A rule is the product of its ports and its peers.
pub(super) type Group = (PortSet, BTreeSet<Peer>);

/// The label that the API server gives to every namespace: its name.
const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// What a selector asks beside what tells a party.
#[derive(Clone, Debug, Default)]
pub(super) struct Beside {
    pub(super) namespace: LabelMap,
    pub(super) pods: LabelMap,
}

/// Peers with the same ports stand in one rule.
pub(super) fn by_ports<P: Clone + Ord>(needs: &BTreeMap<Peer, P>) -> BTreeMap<P, BTreeSet<Peer>> {
    let mut rules: BTreeMap<P, BTreeSet<Peer>> = BTreeMap::new();
    for (peer, ports) in needs {
        rules.entry(ports.clone()).or_default().insert(*peer);
    }
    rules
}

/// An item of `from` or `to` that is this peer and nobody else.
pub(super) fn peer(flows: &Flows<'_>, peer: Peer, home: &str, beside: &Beside) -> Result<Literal, String> {
    match peer {
        Peer::Address(address) => {
            let length = if address.is_ipv4() { 32 } else { 128 };
            let block = Literal::from(format!("{address}/{length}").as_str());
            Ok(mapping(vec![("ipBlock", mapping(vec![("cidr", block)]))]))
        }
        Peer::Party(place) => {
            let mut labels = flows.inventory.selector(place)?;
            labels.extend(beside.pods.clone());
            let party = flows.inventory.get(place).ok_or("nobody knows it")?;
            let mut entries = Vec::new();
            if party.namespace != home || !beside.namespace.is_empty() {
                let mut namespace = beside.namespace.clone();
                namespace.insert(NAMESPACE_NAME.to_owned(), party.namespace.clone());
                entries.push(("namespaceSelector", selector(&namespace)));
            }
            entries.push(("podSelector", selector(&labels)));
            Ok(mapping(entries))
        }
    }
}

/// An item of `ports`.
pub(super) fn port(protocol: Protocol, number_or_name: Literal) -> Literal {
    mapping(vec![("port", number_or_name), ("protocol", Literal::from(protocol.name()))])
}

/// The key of the peers of a rule.
pub(super) fn key(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "from",
        Direction::Egress => "to",
    }
}

/// A rule.
pub(super) fn rule(direction: Direction, peers: Vec<Literal>, ports: Vec<Literal>) -> Literal {
    mapping(vec![(key(direction), Literal::Sequence(peers)), ("ports", Literal::Sequence(ports))])
}

/// `matchLabels`.
pub(super) fn selector(labels: &LabelMap) -> Literal {
    let labels = labels.iter().map(|(key, value)| (key.clone(), Literal::from(value.as_str()))).collect();
    mapping(vec![("matchLabels", Literal::Mapping(labels))])
}

pub(super) fn mapping(entries: Vec<(&str, Literal)>) -> Literal {
    Literal::Mapping(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// Like `TCP 80, 443`.
pub(super) fn port_words(ports: &PortSet) -> String {
    let words: Vec<_> = ports.iter().map(|(protocol, number)| format!("{protocol} {number}")).collect();
    words.join(", ")
}

//! The parts of a network policy that is made, and what is said of each.

use super::flows::{Flow, FlowSeen, Flows, Peer};
use super::inventory::Party;
use super::peers::{Beside, Group, PortSet, key, peer, port, port_words, rule};
use crate::seen::Seen;
use crate::{Level, Statement};
use leastwise_manifest::{Direction, Resource};
use leastwise_privilege::network::Protocol;
use leastwise_yaml::Literal;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const DIRECTIONS: [Direction; 2] = [Direction::Ingress, Direction::Egress];

/// `policyTypes`.
pub(super) fn types(directions: &[Direction]) -> Literal {
    Literal::Sequence(directions.iter().map(|direction| Literal::from(direction.name())).collect())
}

/// What a policy for a party is called: like it, as far as a name may be.
pub(super) fn policy_name(party: &Party<'_>) -> String {
    let plain = |char: char| if char.is_ascii_alphanumeric() { char.to_ascii_lowercase() } else { '-' };
    let name: String = party.name.chars().map(plain).collect();
    name.trim_matches('-').chars().take(63).collect()
}

pub(super) fn resource(party: &Party<'_>, name: &str) -> Resource {
    Resource {
        api_version: "networking.k8s.io/v1".to_owned(),
        kind: "NetworkPolicy".to_owned(),
        namespace: Some(party.namespace.clone()),
        name: Some(name.to_owned()),
    }
}

/// That nothing was seen in one direction is for people to judge.
pub(super) fn silent(resource: Resource, direction: Direction) -> Statement {
    let (what, path) = match direction {
        Direction::Ingress => ("let nobody connect to it", "spec.ingress"),
        Direction::Egress => ("let it connect to nobody", "spec.egress"),
    };
    Statement {
        level: Level::Candidate,
        applied: false,
        what: format!("{what} (`policyTypes: [{}]` without rules)", direction.name()),
        because: "no such connection was seen, though its node was watched".to_owned(),
        resource,
        path: path.to_owned(),
        risk: None,
    }
}

/// The rules of one direction, and what is said about them.
pub(super) fn rules(
    place: usize,
    direction: Direction,
    flows: &Flows<'_>,
    groups: Vec<Group>,
    resource: &Resource,
) -> Result<(Literal, Vec<Statement>), String> {
    let party = flows.inventory.get(place).ok_or("nobody knows it")?;
    let list = if direction == Direction::Ingress { "ingress" } else { "egress" };
    let (mut literals, mut statements) = (Vec::new(), Vec::new());
    let mut total = Seen::default();
    for (ports, peers) in groups {
        let mut items = Vec::new();
        for one in peers {
            items.push(peer(flows, one, &party.namespace, &Beside::default())?);
            let (seen, notes) = seen(flows, place, one, direction, &ports);
            total.add(&seen);
            let way = if direction == Direction::Ingress { "from" } else { "to" };
            statements.push(Statement {
                level: level(flows, place, one, direction, &ports),
                applied: true,
                what: format!("{} {way} {}", port_words(&ports), flows.peer_title(one)),
                because: std::iter::once(seen.words("flow")).chain(notes).collect::<Vec<_>>().join("; "),
                resource: resource.clone(),
                path: format!("spec.{list}[{}].{}[{}]", literals.len(), key(direction), items.len() - 1),
                risk: None,
            });
        }
        let ports =
            ports.into_iter().map(|(protocol, number)| port(protocol, Literal::Integer(number.into())));
        literals.push(rule(direction, items, ports.collect()));
    }
    statements.push(Statement {
        level: Level::Candidate,
        applied: true,
        what: format!("nothing else in this direction ({})", direction.name()),
        because: format!(
            "its node was watched, and there were {} to and from it that say this",
            total.words("flow")
        ),
        resource: resource.clone(),
        path: "spec.policyTypes".to_owned(),
        risk: None,
    });
    Ok((Literal::Sequence(literals), statements))
}

fn of_peer<'f>(
    flows: &'f Flows<'_>,
    place: usize,
    other: Peer,
    direction: Direction,
    ports: &'f PortSet,
) -> impl Iterator<Item = (&'f Flow, &'f FlowSeen)> {
    let (client, server) = match direction {
        Direction::Ingress => (other, Peer::Party(place)),
        Direction::Egress => (Peer::Party(place), other),
    };
    flows.needed.iter().filter(move |(flow, _)| {
        (flow.client, flow.server) == (client, server) && ports.contains(&(flow.protocol, flow.port))
    })
}

pub(super) fn seen(
    flows: &Flows<'_>,
    place: usize,
    other: Peer,
    direction: Direction,
    ports: &PortSet,
) -> (Seen, BTreeSet<String>) {
    let (mut total, mut notes) = (Seen::default(), BTreeSet::new());
    for (_, seen) in of_peer(flows, place, other, direction, ports) {
        total.add(&seen.seen);
        notes.extend(seen.notes.iter().cloned());
    }
    (total, notes)
}

fn level(flows: &Flows<'_>, place: usize, other: Peer, direction: Direction, ports: &PortSet) -> Level {
    let is_implied =
        of_peer(flows, place, other, direction, ports).any(|(_, seen)| seen.notes.contains(DNS_BY_TCP));
    if is_implied { Level::Implied } else { Level::Exact }
}

pub(super) const DNS_BY_TCP: &str = "an answer that is too long for a datagram is asked for again by TCP";

/// Names are asked for by UDP, and by TCP where the answer is long.
pub(super) fn implied(flows: &Flows<'_>) -> BTreeMap<Flow, FlowSeen> {
    let asked = flows.needed.iter().filter(|(flow, _)| (flow.protocol, flow.port) == (Protocol::Udp, 53));
    let by_tcp = asked.map(|(flow, seen)| {
        let notes = std::iter::once(DNS_BY_TCP.to_owned()).chain(seen.notes.iter().cloned()).collect();
        (Flow { protocol: Protocol::Tcp, ..*flow }, FlowSeen { seen: seen.seen.clone(), notes })
    });
    by_tcp.filter(|(flow, _)| !flows.needed.contains_key(flow)).collect()
}

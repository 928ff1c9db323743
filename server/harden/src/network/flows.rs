//! The connections of a record between those who are known.

use super::inventory::{Inventory, Party};
use super::services::Services;
use crate::seen::{Seen, shown};
use crate::{Manifests, Refused};
use leastwise_evidence::{
    Connection, ConnectionSeen, Endpoint, PortOf, Protocol as Transport, Record, Side, Verdict,
};
use leastwise_manifest::Direction;
use leastwise_privilege::network::{End, NeededConnection, Protocol};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Peer {
    /// A party of the inventory.
    Party(usize),
    /// What is no pod.
    Address(IpAddr),
}

/// A connection that is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Flow {
    pub(super) client: Peer,
    pub(super) server: Peer,
    pub(super) protocol: Protocol,
    pub(super) port: u16,
}

/// What is known about it beside itself.
#[derive(Clone, Debug, Default)]
pub(super) struct FlowSeen {
    pub(super) seen: Seen,
    pub(super) notes: BTreeSet<String>,
}

/// All connections, and what nobody can make sense of.
#[derive(Debug, Default)]
pub(super) struct Flows<'d> {
    pub(super) inventory: Inventory<'d>,
    pub(super) needed: BTreeMap<Flow, FlowSeen>,
    /// What was only attempted.
    pub(super) dropped: BTreeMap<Flow, FlowSeen>,
    /// What is needed and cannot be told: by whose direction it is, with the reason.
    pub(super) unclear: BTreeMap<(usize, bool), BTreeSet<Refused>>,
    /// What was not needed, or lies outside of network policies.
    pub(super) aside: BTreeSet<Refused>,
}

impl<'d> Flows<'d> {
    pub(super) fn of(record: &Record, manifests: &Manifests<'d>) -> Self {
        let mut flows = Self { inventory: Inventory::of(record, manifests), ..Self::default() };
        let services = Services::of(record, manifests);
        for (connection, seen) in &record.connections {
            flows.add(connection, seen, record, &services);
        }
        flows
    }

    fn add(
        &mut self,
        connection: &Connection,
        seen: &ConnectionSeen,
        record: &Record,
        services: &Services<'_>,
    ) {
        let own = |end: &Endpoint, flows: &Self| match end {
            Endpoint::Pod(pod) => flows.inventory.find(pod),
            _ => None,
        };
        let (client, server) = (own(&connection.client, self), own(&connection.server, self));
        for (place, side) in [(client, Side::Client), (server, Side::Server)] {
            if let Some(party) = place.and_then(|place| self.inventory.parties.get_mut(place)) {
                party.is_local |= seen.sides.contains(&side);
            }
        }
        let was = Seen::of(&seen.seen, record);
        if connection.verdict == Verdict::Dropped {
            let because = format!("it was only attempted: {}", was.words("flow"));
            self.aside.insert(Refused { what: self.words(connection), because });
            if let (Some(protocol), Some(port)) = (protocol(connection.protocol), connection.port) {
                let flows = self.between(connection, protocol, port, services);
                for flow in flows.into_iter().filter_map(|(flow, _)| flow.ok()) {
                    self.dropped.entry(flow).or_default().seen.add(&was);
                }
            }
            return;
        }
        let (protocol, port) = match (protocol(connection.protocol), connection.port) {
            (Some(protocol), Some(port)) if port > 0 => (protocol, port),
            _ => {
                let because = "network policies have no say over it".to_owned();
                self.aside.insert(Refused { what: self.words(connection), because });
                return;
            }
        };
        // A node and its own pods always reach each other.
        if [&connection.client, &connection.server].contains(&&Endpoint::Host) {
            return;
        }
        let mut notes = BTreeSet::new();
        if connection.verdict == Verdict::Audited {
            notes.insert("policies that are enforced would have dropped it".to_owned());
        }
        notes.extend(note(&connection.client));
        notes.extend(note(&connection.server));
        if !seen.names.is_empty() && !matches!(connection.server, Endpoint::Pod(_)) {
            let names: Vec<_> = seen.names.iter().map(|name| shown(name)).collect();
            notes.insert(format!("found by the name {}", names.join(", ")));
        }
        for (flow, server_of_flow) in self.between(connection, protocol, port, services) {
            let flow = match flow {
                Ok(flow) => flow,
                // Cilium's own probes come from the node.
                Err(_) if matches!(&connection.client, Endpoint::Reserved { name, .. } if name == "health") =>
                {
                    continue;
                }
                Err(because) => {
                    let refused = Refused { what: self.words(connection), because };
                    let server = server.or(server_of_flow);
                    let ends = [client.map(|place| (place, false)), server.map(|place| (place, true))];
                    if ends == [None, None] {
                        self.aside.insert(refused.clone());
                    }
                    for end in ends.into_iter().flatten() {
                        self.unclear.entry(end).or_default().insert(refused.clone());
                    }
                    continue;
                }
            };
            let is_by_service = !matches!(connection.server, Endpoint::Pod(_));
            if is_by_service && flow.client == flow.server && self.is_one_pod(flow.client) {
                let because =
                    "the only pod behind it is the one that asks, and a pod reaches itself whatever a \
                               policy says"
                        .to_owned();
                self.aside.insert(Refused { what: self.words(connection), because });
                continue;
            }
            let known = self.needed.entry(flow).or_default();
            known.seen.add(&was);
            known.notes.extend(notes.iter().cloned());
        }
    }

    /// The connection as policies see it, with each server behind the address of a Service; `Err` says why nobody can
    /// tell. Beside it the server, where that is a party.
    fn between(
        &self,
        connection: &Connection,
        protocol: Protocol,
        port: u16,
        services: &Services<'_>,
    ) -> Vec<(Result<Flow, String>, Option<usize>)> {
        let client = self.client(&connection.client);
        let servers = self.servers(connection, protocol, port, services).into_iter();
        let flow = |server: Result<(Peer, u16), String>| {
            let party = match server {
                Ok((Peer::Party(place), _)) => Some(place),
                _ => None,
            };
            let flow = client.clone().and_then(|client| {
                let (server, port) = server?;
                Ok(Flow { client, server, protocol, port })
            });
            (flow, party)
        };
        servers.map(flow).collect()
    }

    fn client(&self, end: &Endpoint) -> Result<Peer, String> {
        match end {
            Endpoint::Pod(pod) => self.party(self.inventory.find(pod)),
            Endpoint::RemoteNode { address: Some(address) }
            | Endpoint::ApiServer { address: Some(address) }
            | Endpoint::Address { address: Some(address), outside: true } => Ok(Peer::Address(*address)),
            Endpoint::Address { address: Some(address), outside: false } => {
                let place = self.inventory.at_address(*address);
                place.map_or_else(
                    || Err(format!("nobody knows whose address {address} is")),
                    |place| self.party(Some(place)),
                )
            }
            _ => Err("the log does not tell who opened it".to_owned()),
        }
    }

    /// Who may have accepted it, each with the port of theirs.
    fn servers(
        &self,
        connection: &Connection,
        protocol: Protocol,
        port: u16,
        services: &Services<'_>,
    ) -> Vec<Result<(Peer, u16), String>> {
        let service = match &connection.server {
            Endpoint::Service { namespace, name } => Some((namespace.as_str(), name.as_str())),
            // Cilium takes the address of a Service for one outside.
            Endpoint::Address { address: Some(address), .. } => {
                services.at_address(*address).map(|(namespace, name)| (namespace.as_str(), name.as_str()))
            }
            _ => None,
        };
        let Some(name) = service else { return vec![self.server(connection).map(|server| (server, port))] };
        let behind = services.behind(name, protocol.name(), port, &self.inventory).into_iter();
        let peer = |(place, port)| Ok((self.party(Some(place))?, port));
        behind.map(|party| party.and_then(peer)).collect()
    }

    fn server(&self, connection: &Connection) -> Result<Peer, String> {
        match &connection.server {
            Endpoint::Pod(pod) if connection.port_of == PortOf::Server => {
                self.party(self.inventory.find(pod))
            }
            Endpoint::ApiServer { .. } if connection.port_of != PortOf::Server => {
                Err("it is the address of a Service, and which addresses are behind it no log shows"
                    .to_owned())
            }
            Endpoint::RemoteNode { address: Some(address) }
            | Endpoint::ApiServer { address: Some(address) }
            | Endpoint::Address { address: Some(address), outside: true } => Ok(Peer::Address(*address)),
            Endpoint::Address { address: Some(address), outside: false } => {
                let place = self.inventory.at_address(*address);
                let place = place.ok_or_else(|| format!("nobody knows whose address {address} is"))?;
                self.party(Some(place))
            }
            _ => Err("the log does not tell who accepted it".to_owned()),
        }
    }

    fn party(&self, place: Option<usize>) -> Result<Peer, String> {
        let place = place.ok_or("nobody knows whose pod it is")?;
        match self.inventory.get(place) {
            Some(party) if party.is_on_host() => Err(format!(
                "{} runs in the network of its node, where policies see the node only",
                party.title()
            )),
            _ => Ok(Peer::Party(place)),
        }
    }

    fn is_one_pod(&self, peer: Peer) -> bool {
        matches!(peer, Peer::Party(place) if self.inventory.get(place).is_some_and(Party::is_one_pod))
    }

    /// The needs of one direction of a party: with whom, and over which of the server's ports.
    pub(super) fn of_party(
        &self,
        place: usize,
        direction: Direction,
    ) -> BTreeMap<Peer, BTreeSet<(Protocol, u16)>> {
        let mut needs: BTreeMap<Peer, BTreeSet<(Protocol, u16)>> = BTreeMap::new();
        for flow in self.needed.keys() {
            let (own, other) = match direction {
                Direction::Ingress => (flow.server, flow.client),
                Direction::Egress => (flow.client, flow.server),
            };
            if own == Peer::Party(place) {
                needs.entry(other).or_default().insert((flow.protocol, flow.port));
            }
        }
        needs
    }

    /// What was needed in one direction of a party and cannot be told.
    pub(super) fn unclear_of(&self, place: usize, direction: Direction) -> impl Iterator<Item = &Refused> {
        self.unclear.get(&(place, direction == Direction::Ingress)).into_iter().flatten()
    }

    /// Everything as the privilege order has it.
    pub(super) fn needed_connections(&self) -> Vec<NeededConnection> {
        let end = |peer: Peer| match peer {
            Peer::Address(address) => Some(End::Address(address)),
            Peer::Party(place) => self.inventory.get(place).map(|party| End::Pod {
                namespace: party.namespace.clone(),
                workload: party.pods.as_ref().map(|_| (party.kind.clone(), party.name.clone())),
                labels: party.labels.clone(),
            }),
        };
        let needed = self.needed.keys().filter_map(|flow| {
            let (from, to) = (end(flow.client)?, end(flow.server)?);
            Some(NeededConnection { from, to, protocol: flow.protocol, port: flow.port })
        });
        needed.collect()
    }

    pub(super) fn peer_title(&self, peer: Peer) -> String {
        match peer {
            Peer::Address(address) => address.to_string(),
            Peer::Party(place) => self.inventory.get(place).map(Party::title).unwrap_or_default(),
        }
    }

    fn words(&self, connection: &Connection) -> String {
        let end = |end: &Endpoint| match end {
            Endpoint::Pod(pod) => {
                match self.inventory.find(pod).and_then(|place| self.inventory.get(place)) {
                    Some(party) => party.title(),
                    None => format!("a pod in {}", pod.namespace),
                }
            }
            Endpoint::Service { namespace, name } => format!("Service {namespace}/{name}"),
            Endpoint::Host => "the node".to_owned(),
            Endpoint::RemoteNode { .. } => "another node".to_owned(),
            Endpoint::ApiServer { .. } => "the API server".to_owned(),
            Endpoint::Address { address, .. } => {
                address.map_or("an address that the log leaves out".to_owned(), |address| address.to_string())
            }
            Endpoint::Reserved { name, .. } => format!("the network plugin's {name}"),
        };
        let port = connection.port.map(|port| format!(" {port}")).unwrap_or_default();
        let protocol = protocol(connection.protocol).map_or("ICMP", Protocol::name);
        shown(&format!("{protocol}{port} from {} to {}", end(&connection.client), end(&connection.server)))
    }
}

fn protocol(transport: Transport) -> Option<Protocol> {
    match transport {
        Transport::Tcp => Some(Protocol::Tcp),
        Transport::Udp => Some(Protocol::Udp),
        Transport::Sctp => Some(Protocol::Sctp),
        Transport::Icmp => None,
    }
}

fn note(end: &Endpoint) -> Option<String> {
    let text = match end {
        Endpoint::RemoteNode { .. } => {
            "the address is that of a node: whether a policy sees it so depends on the network plugin"
        }
        Endpoint::ApiServer { .. } => {
            "the address is that of the API server, which some network plugins know by an identity of its own and not by \
             its address"
        }
        Endpoint::Address { outside: true, .. } => {
            "the address is all that is known; a name may lead to another one tomorrow"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

//! Flows of Hubble: `jsonpb`, where each is wrapped with its node, and bare.

use super::labels::lasting;
use super::text::{Text, or_default};
use super::time::time;
use super::{Number, Unreadable};
use crate::collect::Collector;
use crate::{
    Channel, Connection, Endpoint, Format, Loss, PodEndpoint, PortOf, Protocol, Side, Undecided, Verdict,
    Workload,
};
use serde::Deserialize;
use std::net::IpAddr;

/// What labels of Cilium's own begin with, and among them those that name the labels of the namespace.
const CILIUM: [&str; 2] = ["io.cilium.", "io.kubernetes."];
const NAMESPACE_LABEL: &str = "io.cilium.k8s.namespace.labels.";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Line<'a> {
    #[serde(borrow)]
    flow: Option<Flow<'a>>,
    lost_events: Option<Lost>,
    node_status: Option<serde::de::IgnoredAny>,
    agent_event: Option<serde::de::IgnoredAny>,
    node_name: Text<'a>,
    time: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Lost {
    num_events_lost: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Flow<'a> {
    #[serde(borrow)]
    time: Text<'a>,
    node_name: Text<'a>,
    verdict: Text<'a>,
    #[serde(rename = "IP")]
    ip: Option<Ip<'a>>,
    l4: Option<L4>,
    #[serde(deserialize_with = "or_default")]
    source: Peer<'a>,
    #[serde(deserialize_with = "or_default")]
    destination: Peer<'a>,
    source_service: Option<Service<'a>>,
    destination_service: Option<Service<'a>>,
    #[serde(deserialize_with = "or_default")]
    source_names: Vec<Text<'a>>,
    #[serde(deserialize_with = "or_default")]
    destination_names: Vec<Text<'a>>,
    is_reply: Option<bool>,
    reply: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Ip<'a> {
    #[serde(borrow)]
    source: Text<'a>,
    destination: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct L4 {
    #[serde(rename = "TCP")]
    tcp: Option<Ports>,
    #[serde(rename = "UDP")]
    udp: Option<Ports>,
    #[serde(rename = "SCTP")]
    sctp: Option<Ports>,
    #[serde(rename = "ICMPv4")]
    icmp4: Option<Icmp>,
    #[serde(rename = "ICMPv6")]
    icmp6: Option<Icmp>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct Ports {
    source_port: u16,
    destination_port: u16,
    flags: Option<Flags>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct Flags {
    #[serde(rename = "SYN")]
    syn: bool,
    #[serde(rename = "ACK")]
    ack: bool,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct Icmp {
    r#type: u32,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Peer<'a> {
    #[serde(rename = "ID")]
    id: Option<serde::de::IgnoredAny>,
    identity: u32,
    #[serde(borrow)]
    namespace: Text<'a>,
    #[serde(deserialize_with = "or_default")]
    labels: Vec<Text<'a>>,
    pod_name: Text<'a>,
    #[serde(deserialize_with = "or_default")]
    workloads: Vec<Owner<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Owner<'a> {
    #[serde(borrow)]
    kind: Text<'a>,
    name: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Service<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    namespace: Text<'a>,
}

/// Takes over what a line says. `false` if it is none of Hubble's.
pub(super) fn read(json: &[u8], collector: &mut Collector) -> Result<bool, Unreadable> {
    let line: Line<'_> = serde_json::from_slice(json)?;
    let node = line.node_name.given();
    let source = &mut collector.source;
    if let Some(flow) = &line.flow {
        add(flow, node, &line.time, collector);
    } else if let Some(lost) = line.lost_events {
        *source.losses.entry(Loss::BufferOverflow).or_default() += lost.num_events_lost.0;
        collector.event(Channel::Flows, node, time(&line.time));
    } else if line.node_status.is_some() || line.agent_event.is_some() {
        source.irrelevant += 1;
    } else {
        let flow: Flow<'_> = serde_json::from_slice(json)?;
        if flow.ip.is_none() && flow.l4.is_none() {
            return Ok(false);
        }
        add(&flow, None, "", collector);
    }
    collector.source.formats.insert(Format::Hubble);
    Ok(true)
}

fn add(flow: &Flow<'_>, node: Option<&str>, line_time: &str, collector: &mut Collector) {
    let node = node.or(flow.node_name.given());
    let when = time(&flow.time).or_else(|| time(line_time));
    collector.event(Channel::Flows, node, when);
    let (Some(ip), Some(verdict), Some(transport)) = (&flow.ip, verdict(&flow.verdict), transport(flow))
    else {
        collector.source.irrelevant += 1;
        return;
    };
    if ip.source == ip.destination {
        // A pod that talks to itself is beyond every policy.
        collector.source.irrelevant += 1;
        return;
    }
    let Some(is_reply) = is_reply(flow) else {
        *collector.source.undecided.entry(Undecided::Direction).or_default() += 1;
        return;
    };
    let (client, server) = ends(flow, ip, is_reply);
    let port = if is_reply { transport.source_port } else { transport.destination_port };
    let connection = Connection {
        client: client.endpoint(),
        server: server.endpoint(),
        protocol: transport.protocol,
        port,
        port_of: server.port_of(),
        verdict,
    };
    for (end, endpoint) in [(&client, &connection.client), (&server, &connection.server)] {
        end.note(endpoint, node, collector);
    }
    let seen = collector.connection(connection);
    seen.seen.count_here(node, when);
    seen.names.extend(server.names.iter().map(|name| name.to_string()));
    seen.answered |= is_reply;
    for (end, side) in [(&client, Side::Client), (&server, Side::Server)] {
        if end.is_local() {
            seen.sides.insert(side);
        }
    }
}

/// What became of the packet; `None` where the flow is no packet's.
fn verdict(text: &str) -> Option<Verdict> {
    match text {
        "FORWARDED" | "REDIRECTED" | "TRANSLATED" | "TRACED" => Some(Verdict::Forwarded),
        "AUDIT" => Some(Verdict::Audited),
        "DROPPED" | "ERROR" => Some(Verdict::Dropped),
        _ => None,
    }
}

struct Transport {
    protocol: Protocol,
    source_port: Option<u16>,
    destination_port: Option<u16>,
}

fn transport(flow: &Flow<'_>) -> Option<Transport> {
    let l4 = flow.l4.as_ref()?;
    let with_ports = [(Protocol::Tcp, l4.tcp), (Protocol::Udp, l4.udp), (Protocol::Sctp, l4.sctp)];
    for (protocol, ports) in with_ports {
        if let Some(ports) = ports {
            let (source_port, destination_port) = (Some(ports.source_port), Some(ports.destination_port));
            return Some(Transport { protocol, source_port, destination_port });
        }
    }
    l4.icmp4.or(l4.icmp6)?;
    Some(Transport { protocol: Protocol::Icmp, source_port: None, destination_port: None })
}

/// Whether the packet is an answer. `traffic_direction` says something else: on which side of its node's network the
/// packet was seen, and not even that where the other end is a host. Where nothing says it, nothing is guessed.
fn is_reply(flow: &Flow<'_>) -> Option<bool> {
    let l4 = flow.l4.as_ref()?;
    let handshake = l4.tcp.and_then(|ports| ports.flags).filter(|flags| flags.syn).map(|flags| flags.ack);
    let echo = l4.icmp4.or(l4.icmp6).and_then(|icmp| match icmp.r#type {
        8 | 128 => Some(false),
        0 | 129 => Some(true),
        _ => None,
    });
    // The older field is left out where it is false and where it is not known.
    flow.is_reply.or(handshake).or(echo).or(flow.reply.filter(|is_reply| *is_reply))
}

/// One end, with all that the flow says about it.
struct End<'a> {
    peer: &'a Peer<'a>,
    address: Option<IpAddr>,
    service: Option<&'a Service<'a>>,
    names: &'a [Text<'a>],
}

/// The client and the server.
fn ends<'a>(flow: &'a Flow<'a>, ip: &Ip<'_>, is_reply: bool) -> (End<'a>, End<'a>) {
    let source = End {
        peer: &flow.source,
        address: ip.source.parse().ok(),
        service: flow.source_service.as_ref(),
        names: &flow.source_names,
    };
    let destination = End {
        peer: &flow.destination,
        address: ip.destination.parse().ok(),
        service: flow.destination_service.as_ref(),
        names: &flow.destination_names,
    };
    if is_reply { (destination, source) } else { (source, destination) }
}

impl End<'_> {
    fn endpoint(&self) -> Endpoint {
        let address = self.address;
        if let Some(service) = self.untranslated() {
            let (namespace, name) = (service.namespace.to_string(), service.name.to_string());
            return Endpoint::Service { namespace, name };
        }
        if self.is_pod() {
            return Endpoint::Pod(self.pod());
        }
        let has = |label: &str| self.peer.labels.iter().any(|own| &**own == label);
        let reserved = |name: &str| Endpoint::Reserved { name: name.to_owned(), address };
        match self.peer.identity {
            1 => Endpoint::Host,
            2 | 9 | 10 => Endpoint::Address { address, outside: true },
            3 => reserved("unmanaged"),
            4 => reserved("health"),
            5 => reserved("init"),
            6 => Endpoint::RemoteNode { address },
            7 => Endpoint::ApiServer { address },
            8 => reserved("ingress"),
            _ if has("reserved:host") => Endpoint::Host,
            _ if has("reserved:kube-apiserver") => Endpoint::ApiServer { address },
            _ if has("reserved:remote-node") => Endpoint::RemoteNode { address },
            _ => Endpoint::Address { address, outside: self.is_outside() },
        }
    }

    fn is_pod(&self) -> bool {
        !self.peer.namespace.is_empty() || !self.peer.pod_name.is_empty()
    }

    /// Cilium gives identities of their own to addresses that a policy names.
    fn is_outside(&self) -> bool {
        let marks = ["reserved:world", "cidr:", "fqdn:"];
        self.peer.labels.iter().any(|label| marks.iter().any(|mark| label.starts_with(mark)))
    }

    /// The Service whose address this is. A pod's own address is that of a pod, whatever Services lead to it.
    fn untranslated(&self) -> Option<&Service<'_>> {
        self.service.filter(|service| !self.is_pod() && !service.name.is_empty())
    }

    fn port_of(&self) -> PortOf {
        match self.endpoint() {
            Endpoint::Service { .. } => PortOf::Service,
            Endpoint::Address { outside: false, .. } => PortOf::Unknown,
            _ => PortOf::Server,
        }
    }

    fn pod(&self) -> PodEndpoint {
        let own = self.labels().filter(|(key, _)| !CILIUM.iter().any(|prefix| key.starts_with(prefix)));
        let workload = self.peer.workloads.first().filter(|owner| !owner.name.is_empty());
        PodEndpoint {
            namespace: self.peer.namespace.to_string(),
            workload: workload
                .map(|owner| Workload { kind: owner.kind.to_string(), name: owner.name.to_string() }),
            labels: lasting(own),
        }
    }

    /// Labels that Kubernetes knows; what is malformed is none.
    fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        self.peer.labels.iter().filter_map(|label| label.strip_prefix("k8s:")?.split_once('='))
    }

    /// Whether the flow was seen on the node on which this end runs: others have no endpoint's number there.
    fn is_local(&self) -> bool {
        self.peer.id.is_some()
    }

    /// Notes what is known about the end beside what it is.
    fn note(&self, endpoint: &Endpoint, node: Option<&str>, collector: &mut Collector) {
        let seen = collector.endpoint(endpoint);
        if self.is_local() {
            seen.nodes.extend(node.map(str::to_owned));
        }
        if let Endpoint::Pod(_) | Endpoint::Service { .. } = endpoint {
            seen.addresses.extend(self.address);
            seen.pods.extend(self.peer.pod_name.given().map(str::to_owned));
            let labels =
                self.labels().filter_map(|(key, value)| Some((key.strip_prefix(NAMESPACE_LABEL)?, value)));
            seen.namespace_labels.extend(labels.map(|(key, value)| (key.to_owned(), value.to_owned())));
        }
    }
}

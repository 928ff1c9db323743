//! Flows of Hubble: `jsonpb`, where each is wrapped with its node, and bare.

use super::labels::lasting;
use super::text::{Text, or_default};
use super::time::time;
use super::traffic::{End, Traffic};
use super::{Number, Unreadable, parse};
use crate::collect::Collector;
use crate::{Channel, Endpoint, Format, Loss, PodEndpoint, Protocol, Side, Undecided, Verdict, Workload};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::net::IpAddr;
use std::rc::Rc;

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
    source: Option<&'a RawValue>,
    destination: Option<&'a RawValue>,
    source_service: Option<&'a RawValue>,
    destination_service: Option<&'a RawValue>,
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

/// Reads flows.
#[derive(Default)]
pub(super) struct Hubble {
    traffic: Traffic,
}

impl Hubble {
    /// Takes over what a line says. `false` if it is none of Hubble's.
    pub(super) fn read(&mut self, json: &[u8], collector: &mut Collector) -> Result<bool, Unreadable> {
        let line: Line<'_> = parse(json)?;
        let node = line.node_name.given();
        let source = &mut collector.source;
        if let Some(flow) = &line.flow {
            self.add(flow, node, &line.time, collector)?;
        } else if let Some(lost) = line.lost_events {
            *source.losses.entry(Loss::BufferOverflow).or_default() += lost.num_events_lost.0;
            collector.event(Channel::Flows, node, time(&line.time));
        } else if line.node_status.is_some() || line.agent_event.is_some() {
            source.irrelevant += 1;
        } else {
            let flow: Flow<'_> = parse(json)?;
            if flow.ip.is_none() && flow.l4.is_none() {
                return Ok(false);
            }
            self.add(&flow, None, "", collector)?;
        }
        collector.source.formats.insert(Format::Hubble);
        Ok(true)
    }
}

impl Hubble {
    fn add(
        &mut self,
        flow: &Flow<'_>,
        node: Option<&str>,
        line_time: &str,
        collector: &mut Collector,
    ) -> Result<(), Unreadable> {
        let node = node.or(flow.node_name.given());
        let when = time(&flow.time).or_else(|| time(line_time));
        let (Some(ip), Some(verdict), Some(transport)) = (&flow.ip, verdict(&flow.verdict), transport(flow))
        else {
            collector.event(Channel::Flows, node, when);
            collector.source.irrelevant += 1;
            return Ok(());
        };
        let source = Raw { peer: flow.source, service: flow.source_service, address: &ip.source };
        let target =
            Raw { peer: flow.destination, service: flow.destination_service, address: &ip.destination };
        let (source, target) = (self.end(&source, node, collector)?, self.end(&target, node, collector)?);
        collector.event(Channel::Flows, node, when);
        if ip.source == ip.destination {
            // A pod that talks to itself is beyond every policy.
            collector.source.irrelevant += 1;
            return Ok(());
        }
        let Some(is_reply) = is_reply(flow) else {
            *collector.source.undecided.entry(Undecided::Direction).or_default() += 1;
            return Ok(());
        };
        let (client, server, port, names) = if is_reply {
            (target, source, transport.source_port, &flow.source_names)
        } else {
            (source, target, transport.destination_port, &flow.destination_names)
        };
        let protocol = transport.protocol;
        let noted = self.traffic.connection((&client, &server), protocol, port, verdict, collector);
        if let Some(seen) = collector.connection_seen(noted) {
            seen.seen.count_here(node, when);
            names.iter().for_each(|name| seen.names.offer(&**name));
            seen.answered |= is_reply;
            seen.sides.extend(client.is_local.then_some(Side::Client));
            seen.sides.extend(server.is_local.then_some(Side::Server));
        }
        Ok(())
    }

    /// What a flow says of one of its ends.
    fn end(
        &mut self,
        raw: &Raw<'_>,
        node: Option<&str>,
        collector: &mut Collector,
    ) -> Result<Rc<End>, serde_json::Error> {
        let known = self.traffic.start().part(raw.peer.map_or("", RawValue::get));
        known.part(raw.service.map_or("", RawValue::get)).part(raw.address).part(node.unwrap_or_default());
        if let Some(end) = self.traffic.known() {
            return Ok(end);
        }
        let described = Described::of(raw)?;
        let endpoint = described.endpoint();
        described.learn(&endpoint, node, collector);
        Ok(self.traffic.learn(endpoint, described.is_local()))
    }
}

/// One end, as it is written.
struct Raw<'a> {
    peer: Option<&'a RawValue>,
    service: Option<&'a RawValue>,
    address: &'a str,
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

/// One end, with all that a flow says about it.
struct Described<'a> {
    peer: Peer<'a>,
    service: Option<Service<'a>>,
    address: Option<IpAddr>,
}

impl<'a> Described<'a> {
    fn of(raw: &Raw<'a>) -> Result<Self, serde_json::Error> {
        Ok(Self {
            peer: raw.peer.map(value).transpose()?.unwrap_or_default(),
            service: raw.service.map(value).transpose()?,
            address: raw.address.parse().ok(),
        })
    }

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
        self.service.as_ref().filter(|service| !self.is_pod() && !service.name.is_empty())
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

    /// Only where the end runs on the node that saw the flow does it have an endpoint's number.
    fn is_local(&self) -> bool {
        self.peer.id.is_some()
    }

    /// Notes what is known about the end beside what it is.
    fn learn(&self, endpoint: &Endpoint, node: Option<&str>, collector: &mut Collector) {
        let is_local = self.is_local();
        let seen = collector.endpoint(endpoint);
        if is_local {
            seen.nodes.extend(node.map(str::to_owned));
        }
        if let Endpoint::Pod(_) | Endpoint::Service { .. } = endpoint {
            seen.addresses.extend(self.address);
            let pod = self.peer.pod_name.given().map(str::to_owned);
            seen.pods_at_home.extend(pod.clone().filter(|_| is_local));
            seen.pods.extend(pod);
            let labels =
                self.labels().filter_map(|(key, value)| Some((key.strip_prefix(NAMESPACE_LABEL)?, value)));
            seen.namespace_labels.extend(labels.map(|(key, value)| (key.to_owned(), value.to_owned())));
        }
    }
}

fn value<'a, T: Deserialize<'a>>(json: &'a RawValue) -> Result<T, serde_json::Error> {
    serde_json::from_str(json.get())
}

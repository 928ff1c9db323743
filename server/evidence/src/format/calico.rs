//! Flow logs of Calico: aggregated, and each connection once from either end.

use super::labels::lasting;
use super::text::{Pairs, Text};
use super::traffic::{End, Traffic};
use super::{Number, Unreadable, parse};
use crate::collect::Collector;
use crate::{Channel, Endpoint, Format, GENERATED, PodEndpoint, Protocol, Side, Verdict, Workload};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::net::IpAddr;
use std::rc::Rc;

/// What stands for nothing.
const NONE: &str = "-";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Flow<'a> {
    start_time: Number,
    end_time: Number,
    #[serde(borrow)]
    action: Text<'a>,
    reporter: Text<'a>,
    proto: Text<'a>,
    host: Text<'a>,
    #[serde(alias = "src_ip")]
    source_ip: Text<'a>,
    #[serde(alias = "src_name")]
    source_name: Text<'a>,
    #[serde(alias = "src_name_aggr")]
    source_name_aggr: Text<'a>,
    #[serde(alias = "src_namespace")]
    source_namespace: Text<'a>,
    #[serde(alias = "src_type")]
    source_type: Text<'a>,
    #[serde(alias = "src_labels")]
    source_labels: Option<&'a RawValue>,
    dest_ip: Text<'a>,
    dest_name: Text<'a>,
    dest_name_aggr: Text<'a>,
    dest_namespace: Text<'a>,
    dest_type: Text<'a>,
    dest_labels: Option<&'a RawValue>,
    dest_port: Number,
    #[serde(alias = "dest_domain")]
    dest_domains: Option<&'a RawValue>,
}

/// `{"labels": ["app=cart"]}`, `["app=cart"]` or `{"app": "cart"}`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Labels<'a> {
    Listed {
        labels: Vec<String>,
    },
    List(Vec<String>),
    #[serde(borrow)]
    Map(Pairs<String, Text<'a>>),
}

/// Reads flows.
#[derive(Default)]
pub(super) struct Calico {
    traffic: Traffic,
}

impl Calico {
    /// Takes over what a flow says. `false` if it is none.
    pub(super) fn read(&mut self, json: &[u8], collector: &mut Collector) -> Result<bool, Unreadable> {
        let flow: Flow<'_> = parse(json)?;
        if flow.reporter.is_empty() || flow.action.is_empty() {
            return Ok(false);
        }
        let verdict = match &*flow.action {
            "allow" => Verdict::Forwarded,
            "deny" => Verdict::Dropped,
            _ => return Err("an `action` that is neither allow nor deny".into()),
        };
        collector.source.formats.insert(Format::Calico);
        let node = given(&flow.host);
        let (start, end) = (seconds(flow.start_time), seconds(flow.end_time));
        let Some(protocol) = protocol(&flow.proto) else {
            collector.event(Channel::Flows, node, start);
            collector.source.irrelevant += 1;
            return Ok(true);
        };
        let side = if &*flow.reporter == "src" { Side::Client } else { Side::Server };
        let (client, server) = (flow.client(side == Side::Client), flow.server(side == Side::Server));
        let (client, server) = (self.end(&client, node, collector)?, self.end(&server, node, collector)?);
        collector.event(Channel::Flows, node, start);
        let has_port = protocol != Protocol::Icmp;
        let port = u16::try_from(flow.dest_port.0).ok().filter(|port| has_port && *port > 0);
        let noted = self.traffic.connection((&client, &server), protocol, port, verdict, collector);
        if let Some(seen) = collector.connection_seen(noted) {
            seen.seen.count_here(node, start);
            seen.seen.extend_here(node, end);
            seen.sides.insert(side);
            flow.domains().iter().for_each(|name| seen.names.offer(&**name));
        }
        Ok(true)
    }

    /// What a flow says of one of its ends.
    fn end(
        &mut self,
        described: &Described<'_>,
        node: Option<&str>,
        collector: &mut Collector,
    ) -> Result<Rc<End>, Unreadable> {
        let place = if described.is_local { node.unwrap_or_default() } else { NONE };
        let known = self.traffic.start().part(place).part(described.kind).part(described.address);
        known.part(described.name).part(described.name_aggr).part(described.namespace);
        known.part(described.labels.map_or("", RawValue::get));
        if let Some(end) = self.traffic.known() {
            return Ok(end);
        }
        let endpoint = described.endpoint()?;
        described.learn(&endpoint, node, collector);
        Ok(self.traffic.learn(endpoint, described.is_local))
    }
}

impl Flow<'_> {
    fn client(&self, is_local: bool) -> Described<'_> {
        Described {
            is_local,
            kind: &self.source_type,
            address: &self.source_ip,
            name: &self.source_name,
            name_aggr: &self.source_name_aggr,
            namespace: &self.source_namespace,
            labels: self.source_labels,
        }
    }

    fn server(&self, is_local: bool) -> Described<'_> {
        Described {
            is_local,
            kind: &self.dest_type,
            address: &self.dest_ip,
            name: &self.dest_name,
            name_aggr: &self.dest_name_aggr,
            namespace: &self.dest_namespace,
            labels: self.dest_labels,
        }
    }

    /// A list of names or null; other forms say nothing.
    fn domains(&self) -> Vec<Text<'_>> {
        let names = self.dest_domains.and_then(|names| serde_json::from_str::<Option<_>>(names.get()).ok());
        names.flatten().unwrap_or_default()
    }
}

fn seconds(number: Number) -> Option<Timestamp> {
    let seconds = i64::try_from(number.0).ok().filter(|seconds| *seconds > 0)?;
    Timestamp::from_second(seconds).ok()
}

fn given(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty() && *text != NONE)
}

/// By name or by number.
fn protocol(text: &str) -> Option<Protocol> {
    match text {
        "tcp" | "6" => Some(Protocol::Tcp),
        "udp" | "17" => Some(Protocol::Udp),
        "sctp" | "132" => Some(Protocol::Sctp),
        "icmp" | "icmp6" | "1" | "58" => Some(Protocol::Icmp),
        _ => None,
    }
}

/// One end, with all that a flow says about it.
struct Described<'a> {
    /// Whether it is the end that reports the flow.
    is_local: bool,
    kind: &'a str,
    address: &'a str,
    name: &'a str,
    name_aggr: &'a str,
    namespace: &'a str,
    labels: Option<&'a RawValue>,
}

impl Described<'_> {
    fn endpoint(&self) -> Result<Endpoint, Unreadable> {
        let address = self.address.parse().ok();
        Ok(match self.kind {
            "wep" => Endpoint::Pod(self.pod()?),
            "hep" => Endpoint::RemoteNode { address },
            _ => match self.name_aggr {
                "pub" => Endpoint::Address { address, outside: true },
                "pvt" | NONE | "" => Endpoint::Address { address, outside: false },
                set => Endpoint::Reserved { name: set.to_owned(), address },
            },
        })
    }

    fn pod(&self) -> Result<PodEndpoint, Unreadable> {
        let workload = given(self.name_aggr).map(|name| match name.strip_suffix("-*") {
            Some(start) => Workload { kind: GENERATED.into(), name: start.to_owned() },
            None => Workload { kind: "Pod".into(), name: name.to_owned() },
        });
        let namespace = given(self.namespace).unwrap_or_default().to_owned();
        let Some(labels) = self.labels else {
            return Ok(PodEndpoint { namespace, workload, ..PodEndpoint::default() });
        };
        let labels = match serde_json::from_str(labels.get())? {
            Labels::Listed { labels } | Labels::List(labels) => {
                lasting(labels.iter().filter_map(|label| label.split_once('=')))
            }
            Labels::Map(pairs) => lasting(pairs.0.iter().map(|(key, value)| (key.as_str(), &**value))),
        };
        Ok(PodEndpoint { namespace, workload, labels })
    }

    /// Notes what is known about the end beside what it is.
    fn learn(&self, endpoint: &Endpoint, node: Option<&str>, collector: &mut Collector) {
        let seen = collector.endpoint(endpoint);
        if self.is_local {
            seen.nodes.extend(node.map(str::to_owned));
        }
        if let Endpoint::Pod(_) = endpoint {
            let pod = given(self.name).map(str::to_owned);
            seen.pods_at_home.extend(pod.clone().filter(|_| self.is_local));
            seen.pods.extend(pod);
            seen.addresses.extend(self.address.parse::<IpAddr>());
        }
    }
}

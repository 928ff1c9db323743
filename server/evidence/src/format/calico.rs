//! Flow logs of Calico: aggregated, and each connection once from either end.

use super::labels::lasting;
use super::text::{Pairs, Text};
use super::{Number, Unreadable};
use crate::collect::Collector;
use crate::{
    Channel, Connection, Endpoint, Format, GENERATED, PodEndpoint, PortOf, Protocol, Side, Verdict, Workload,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};
use std::net::IpAddr;

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
    source_labels: Labels<'a>,
    dest_ip: Text<'a>,
    dest_name: Text<'a>,
    dest_name_aggr: Text<'a>,
    dest_namespace: Text<'a>,
    dest_type: Text<'a>,
    dest_labels: Labels<'a>,
    dest_port: Number,
    #[serde(alias = "dest_domain")]
    dest_domains: Domains<'a>,
}

/// `{"labels": ["app=cart"]}`, `["app=cart"]`, `{"app": "cart"}` or null.
#[derive(Default)]
struct Labels<'a>(Vec<(String, Text<'a>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Labels<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written<'a> {
            Listed {
                labels: Vec<String>,
            },
            List(Vec<String>),
            #[serde(borrow)]
            Map(Pairs<String, Text<'a>>),
        }

        let pair = |label: String| {
            let (key, value) = label.split_once('=')?;
            Some((key.to_owned(), value.to_owned().into()))
        };
        Ok(Self(match Option::<Written<'a>>::deserialize(deserializer)? {
            None => Vec::new(),
            Some(Written::Listed { labels } | Written::List(labels)) => {
                labels.into_iter().filter_map(pair).collect()
            }
            Some(Written::Map(pairs)) => pairs.0,
        }))
    }
}

/// A list of names or null; other forms say nothing.
#[derive(Default)]
struct Domains<'a>(Vec<Text<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Domains<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written<'a> {
            #[serde(borrow)]
            List(Vec<Text<'a>>),
            Other(IgnoredAny),
        }

        Ok(Self(match Written::deserialize(deserializer)? {
            Written::List(names) => names,
            Written::Other(_) => Vec::new(),
        }))
    }
}

/// Takes over what a flow says. `false` if it is none.
pub(super) fn read(json: &[u8], collector: &mut Collector) -> Result<bool, Unreadable> {
    let flow: Flow<'_> = serde_json::from_slice(json)?;
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
    collector.event(Channel::Flows, node, start);
    let Some(protocol) = protocol(&flow.proto) else {
        collector.source.irrelevant += 1;
        return Ok(true);
    };
    let client = End {
        kind: &flow.source_type,
        address: &flow.source_ip,
        name: &flow.source_name,
        name_aggr: &flow.source_name_aggr,
        namespace: &flow.source_namespace,
        labels: &flow.source_labels,
    };
    let server = End {
        kind: &flow.dest_type,
        address: &flow.dest_ip,
        name: &flow.dest_name,
        name_aggr: &flow.dest_name_aggr,
        namespace: &flow.dest_namespace,
        labels: &flow.dest_labels,
    };
    let endpoint = server.endpoint();
    // Where an address is nobody's, it may be a Service's, and so may the port.
    let port_of = match endpoint {
        Endpoint::Address { outside: false, .. } => PortOf::Unknown,
        _ => PortOf::Server,
    };
    let has_port = protocol != Protocol::Icmp;
    let port = u16::try_from(flow.dest_port.0).ok().filter(|port| has_port && *port > 0);
    let connection =
        Connection { client: client.endpoint(), server: endpoint, protocol, port, port_of, verdict };
    let side = if &*flow.reporter == "src" { Side::Client } else { Side::Server };
    for (end, endpoint, at) in
        [(&client, &connection.client, Side::Client), (&server, &connection.server, Side::Server)]
    {
        let seen = collector.endpoint(endpoint);
        if at == side {
            seen.nodes.extend(node.map(str::to_owned));
        }
        if let Endpoint::Pod(_) = endpoint {
            let pod = given(end.name).map(str::to_owned);
            seen.pods_at_home.extend(pod.clone().filter(|_| at == side));
            seen.pods.extend(pod);
            seen.addresses.extend(end.address.parse::<IpAddr>());
        }
    }
    let noted = collector.connection(connection);
    let Some(seen) = collector.connection_seen(noted) else {
        return Ok(true);
    };
    seen.seen.count_here(node, start);
    seen.seen.extend_here(node, end);
    seen.sides.insert(side);
    seen.names.extend(flow.dest_domains.0.iter().map(|name| name.to_string()));
    Ok(true)
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

struct End<'a> {
    kind: &'a str,
    address: &'a str,
    name: &'a str,
    name_aggr: &'a str,
    namespace: &'a str,
    labels: &'a Labels<'a>,
}

impl End<'_> {
    fn endpoint(&self) -> Endpoint {
        let address = self.address.parse().ok();
        match self.kind {
            "wep" => Endpoint::Pod(self.pod()),
            "hep" => Endpoint::RemoteNode { address },
            _ => match self.name_aggr {
                "pub" => Endpoint::Address { address, outside: true },
                "pvt" | NONE | "" => Endpoint::Address { address, outside: false },
                set => Endpoint::Reserved { name: set.to_owned(), address },
            },
        }
    }

    fn pod(&self) -> PodEndpoint {
        let workload = given(self.name_aggr).map(|name| match name.strip_suffix("-*") {
            Some(start) => Workload { kind: GENERATED.into(), name: start.to_owned() },
            None => Workload { kind: "Pod".into(), name: name.to_owned() },
        });
        PodEndpoint {
            namespace: given(self.namespace).unwrap_or_default().to_owned(),
            workload,
            labels: lasting(self.labels.0.iter().map(|(key, value)| (key.as_str(), &**value))),
        }
    }
}

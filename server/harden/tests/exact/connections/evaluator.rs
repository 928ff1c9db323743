//! What network policies allow, as Kubernetes documents `networking.k8s.io/v1`. It shares nothing with what is tested.

use super::cluster::Labels;
use serde_json::Value;
use std::net::IpAddr;

/// Who a policy may be for, or what it may let through.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Other<'c> {
    Pod { namespace: &'c str, labels: &'c Labels, ports: &'c [super::cluster::Port] },
    Address(IpAddr),
}

/// A policy.
#[derive(Clone, Debug)]
pub(crate) struct Policy(pub(crate) Value);

/// By which rule of a policy and which item of its ports something is let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Way {
    rule: usize,
    item: usize,
    /// Whether the item names a port, which is another number at other pods.
    pub(crate) is_by_name: bool,
}

impl Policy {
    /// Those among objects.
    pub(crate) fn all(objects: Vec<Value>) -> Vec<Self> {
        objects.into_iter().filter(|object| object["kind"] == "NetworkPolicy").map(Self).collect()
    }

    fn namespace(&self) -> &str {
        self.0["metadata"]["namespace"].as_str().unwrap()
    }

    /// Whether it is for a pod.
    pub(crate) fn is_for(&self, namespace: &str, labels: &Labels) -> bool {
        self.namespace() == namespace && selects(&self.0["spec"]["podSelector"], labels)
    }

    /// Whether it closes a direction. Ingress always, unless others are named; egress where it says something of it.
    pub(crate) fn isolates(&self, direction: &str) -> bool {
        let spec = &self.0["spec"];
        match spec["policyTypes"].as_array() {
            Some(types) if !types.is_empty() => types.iter().any(|one| one == direction),
            _ => direction == "Ingress" || spec["egress"].as_array().is_some_and(|rules| !rules.is_empty()),
        }
    }

    /// Whether it lets through what goes from or to a pod that it is for. The port is the server's.
    pub(crate) fn allows(
        &self,
        direction: &str,
        own: Other<'_>,
        other: Other<'_>,
        protocol: &str,
        port: u16,
    ) -> bool {
        !self.ways(direction, own, other, protocol, port).is_empty()
    }

    /// All by which it does so.
    pub(crate) fn ways(
        &self,
        direction: &str,
        own: Other<'_>,
        other: Other<'_>,
        protocol: &str,
        port: u16,
    ) -> Vec<Way> {
        if !self.isolates(direction) {
            return Vec::new();
        }
        let (list, peers, server) = match direction {
            "Ingress" => ("ingress", "from", own),
            _ => ("egress", "to", other),
        };
        let is_empty = |list: &Value| list.as_array().is_none_or(Vec::is_empty);
        let mut ways = Vec::new();
        for (rule_place, rule) in self.0["spec"][list].as_array().into_iter().flatten().enumerate() {
            let is_peer = is_empty(&rule[peers])
                || rule[peers].as_array().unwrap().iter().any(|peer| self.is_peer(peer, other));
            let way = |item, is_by_name| Way { rule: rule_place, item, is_by_name };
            if is_peer && is_empty(&rule["ports"]) {
                ways.push(way(0, false));
            } else if is_peer {
                let items = rule["ports"].as_array().unwrap().iter().enumerate();
                let holds = items.filter(|(_, item)| is_port(item, server, protocol, port));
                ways.extend(holds.map(|(place, item)| way(place, item["port"].is_string())));
            }
        }
        ways
    }

    fn is_peer(&self, peer: &Value, other: Other<'_>) -> bool {
        match other {
            Other::Address(address) => {
                let block = &peer["ipBlock"];
                let holds = |cidr: &Value| is_in(cidr.as_str().unwrap(), address);
                !block.is_null()
                    && holds(&block["cidr"])
                    && !block["except"].as_array().is_some_and(|list| list.iter().any(holds))
            }
            Other::Pod { namespace, labels, .. } => {
                if !peer["ipBlock"].is_null() {
                    return false;
                }
                let of_namespace =
                    Labels::from([("kubernetes.io/metadata.name".to_owned(), namespace.to_owned())]);
                let is_there = match &peer["namespaceSelector"] {
                    Value::Null => namespace == self.namespace(),
                    selector => selects(selector, &of_namespace),
                };
                is_there && (peer["podSelector"].is_null() || selects(&peer["podSelector"], labels))
            }
        }
    }
}

fn is_port(item: &Value, server: Other<'_>, protocol: &str, port: u16) -> bool {
    if item["protocol"].as_str().unwrap_or("TCP") != protocol {
        return false;
    }
    match &item["port"] {
        Value::Null => true,
        Value::String(name) => match server {
            Other::Pod { ports, .. } => {
                ports.iter().any(|own| own.name == name && own.protocol == protocol && own.number == port)
            }
            Other::Address(_) => false,
        },
        first => {
            let first = first.as_u64().unwrap();
            let last = item["endPort"].as_u64().unwrap_or(first);
            (first..=last).contains(&u64::from(port))
        }
    }
}

fn selects(selector: &Value, labels: &Labels) -> bool {
    let pairs = selector["matchLabels"].as_object().into_iter().flatten();
    let mut expressions = selector["matchExpressions"].as_array().into_iter().flatten();
    let own = |key: &Value| labels.get(key.as_str().unwrap());
    pairs.into_iter().all(|(key, value)| labels.get(key).map(String::as_str) == value.as_str())
        && expressions.all(|one| {
            let has =
                |value: &String| one["values"].as_array().unwrap().iter().any(|item| item == value.as_str());
            match one["operator"].as_str().unwrap() {
                "In" => own(&one["key"]).is_some_and(has),
                "NotIn" => !own(&one["key"]).is_some_and(has),
                "Exists" => own(&one["key"]).is_some(),
                "DoesNotExist" => own(&one["key"]).is_none(),
                other => panic!("{other}"),
            }
        })
}

fn is_in(cidr: &str, address: IpAddr) -> bool {
    let (block, length) = cidr.split_once('/').unwrap();
    let (block, length): (IpAddr, u32) = (block.parse().unwrap(), length.parse().unwrap());
    let bits = |address: IpAddr| match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)) << 96, 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    let ((block, width), (address, other)) = (bits(block), bits(address));
    width == other && (length == 0 || (block ^ address) >> (128 - length) == 0)
}

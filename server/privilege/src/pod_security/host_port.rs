use crate::power::Power;
use crate::reading::nodes;
use leastwise_manifest::{Container, Setting, integer, string};
use leastwise_yaml::Node;
use std::collections::BTreeSet;

/// The ports of the node that a container may bind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HostPorts {
    /// Any: it shares the node's network.
    Any,
    /// These.
    Only(BTreeSet<HostPort>),
}

/// A port of the node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HostPort {
    port: i64,
    protocol: String,
    /// `None`: on every address of the node.
    address: Option<String>,
}

impl HostPort {
    fn is_within(&self, other: &Self) -> bool {
        self.port == other.port
            && self.protocol == other.protocol
            && (other.address.is_none() || self.address == other.address)
    }
}

impl Power for HostPorts {
    fn beyond(&self, other: Option<&Self>) -> Vec<String> {
        match (self, other) {
            (_, Some(Self::Any)) => Vec::new(),
            (Self::Any, _) => vec!["may bind any port of the node".to_owned()],
            (Self::Only(ports), other) => {
                let is_within = |port: &HostPort| match other {
                    Some(Self::Only(others)) => others.iter().any(|other| port.is_within(other)),
                    _ => false,
                };
                ports.iter().filter(|port| !is_within(port)).map(phrase).collect()
            }
        }
    }

    fn is_greatest(&self) -> bool {
        *self == Self::Any
    }

    fn is_least(&self) -> bool {
        matches!(self, Self::Only(ports) if ports.is_empty())
    }
}

fn phrase(port: &HostPort) -> String {
    let HostPort { port, protocol, address } = port;
    match address {
        Some(address) => format!("binds port {port}/{protocol} of the node at {address}"),
        None => format!("binds port {port}/{protocol} of the node"),
    }
}

/// The host ports that a container lists, `None` when some are hidden.
pub(crate) fn host_ports(container: &Container<'_>) -> Option<BTreeSet<HostPort>> {
    let ports = nodes(container.node.get("ports"))?;
    let ports: Option<Vec<_>> = ports.into_iter().map(host_port).collect();
    Some(ports?.into_iter().flatten().collect())
}

fn host_port(node: Node<'_>) -> Option<Option<HostPort>> {
    let port = match integer(node, &["hostPort"]) {
        Setting::Set(0, _) | Setting::Unset => return Some(None),
        Setting::Set(port, _) => port,
        Setting::Unknown => return None,
    };
    let protocol = match string(node, &["protocol"]) {
        Setting::Set(protocol, _) => protocol.to_owned(),
        Setting::Unset => "TCP".to_owned(),
        Setting::Unknown => return None,
    };
    let address = match string(node, &["hostIP"]) {
        Setting::Set("" | "0.0.0.0" | "::", _) | Setting::Unset => None,
        Setting::Set(address, _) => Some(address.to_owned()),
        Setting::Unknown => return None,
    };
    Some(Some(HostPort { port, protocol, address }))
}

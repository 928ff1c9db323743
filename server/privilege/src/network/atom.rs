use super::addresses::{Addresses, number};
use super::ports::Protocol;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

/// Connections from one peer to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ConnectionAtom {
    /// Who opens them.
    pub from: Peer,
    /// Who accepts them.
    pub to: Peer,
    /// `TCP`, `UDP` or `SCTP`; `*` is all of them.
    pub protocol: String,
    /// Ports of the receiver, like `80,443,8000-8010`; names of ports that no known pod resolves are among them.
    pub ports: String,
}

impl ConnectionAtom {
    /// Whether a connection that was seen is one of these.
    pub fn has(&self, seen: &NeededConnection) -> bool {
        let is_protocol = self.protocol == "*" || self.protocol == seen.protocol.to_string();
        is_protocol && self.from.has(&seen.from) && self.to.has(&seen.to) && self.has_port(seen.port)
    }

    fn has_port(&self, port: u16) -> bool {
        let is_within = |part: &str| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            // The name of a port is none of its numbers.
            matches!((first.parse(), last.parse()), (Ok(first), Ok(last)) if (first..=last).contains(&port))
        };
        self.protocol == "*" || self.ports.split(',').any(is_within)
    }
}

/// Ports in words: `TCP 80,443`, `every UDP port`, `every port`.
pub fn ports_in_words(protocol: &str, ports: &str) -> String {
    match (protocol, ports) {
        ("*", _) => "every port".to_owned(),
        (protocol, "1-65535") => format!("every {protocol} port"),
        (protocol, ports) => format!("{protocol} {ports}"),
    }
}

/// One end of connections.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// The pods of a workload.
    Workload {
        /// Its namespace.
        namespace: String,
        /// Its kind.
        kind: String,
        /// Its name.
        name: String,
    },
    /// Pods that may be there.
    Pods {
        /// In which namespaces.
        namespace: Namespaces,
        /// Which, by their labels as `kubectl` writes selectors, like `app=web,!canary`; empty for those without a
        /// label that anybody asks about. `None` is all pods.
        labels: Option<String>,
    },
    /// What is no pod: a block of addresses like `10.0.0.0/8`.
    Addresses(String),
}

/// Namespaces of pods that may be there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Namespaces {
    /// All.
    All,
    /// The one of this name.
    Named(String),
    /// One that nobody names, with these labels.
    Other(BTreeMap<String, String>),
}

impl Peer {
    /// A pod that was seen with these labels.
    pub fn pod(namespace: &str, labels: &BTreeMap<String, String>) -> Self {
        Self::Pods { namespace: Namespaces::Named(namespace.to_owned()), labels: Some(written(labels)) }
    }

    /// Whether the end of a connection that was seen is this workload, or in this block of addresses.
    fn has(&self, end: &End) -> bool {
        match (self, end) {
            (Self::Workload { .. }, End::Pod { workload: Some(_), .. }) => {
                self.to_string() == end.to_string()
            }
            (Self::Addresses(block), End::Address(address)) => {
                let (version, number) = number(*address);
                Addresses::block(block).is_some_and(|block| block.of(version).contains(number))
            }
            _ => false,
        }
    }
}

/// `shop/Deployment/cart`, `10.0.0.0/8`; for pods that may be there `*/Pod/*`, `shop/Pod/*` or `shop/Pod/app=web`.
impl fmt::Display for Peer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workload { namespace, kind, name } => write!(formatter, "{namespace}/{kind}/{name}"),
            Self::Addresses(block) => formatter.write_str(block),
            Self::Pods { namespace, labels } => {
                match namespace {
                    Namespaces::All => formatter.write_str("*")?,
                    Namespaces::Named(name) => formatter.write_str(name)?,
                    Namespaces::Other(labels) if labels.is_empty() => {
                        formatter.write_str("other namespaces")?
                    }
                    Namespaces::Other(labels) => {
                        write!(formatter, "namespaces with {}", written(labels))?;
                    }
                }
                match labels {
                    None => formatter.write_str("/Pod/*"),
                    Some(labels) if labels.is_empty() => formatter.write_str("/Pod/without such labels"),
                    Some(labels) => write!(formatter, "/Pod/{labels}"),
                }
            }
        }
    }
}

pub(super) fn written(labels: &BTreeMap<String, String>) -> String {
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}

impl Serialize for Peer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A connection that was seen, and is needed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct NeededConnection {
    /// Who opened it.
    pub from: End,
    /// Who accepted it.
    pub to: End,
    /// Its protocol.
    pub protocol: Protocol,
    /// The receiver's port.
    #[serde(rename = "ports", serialize_with = "in_digits")]
    pub port: u16,
}

/// As the ports of a [`ConnectionAtom`] are written.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn in_digits<S: Serializer>(port: &u16, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(port)
}

/// One end of a connection that was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// A pod.
    Pod {
        /// Its namespace.
        namespace: String,
        /// The kind and name of its workload, where known. If that is among the objects, these say the labels.
        workload: Option<(String, String)>,
        /// All its labels.
        labels: BTreeMap<String, String>,
    },
    /// What is no pod.
    Address(IpAddr),
}

impl fmt::Display for End {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pod { namespace, workload: Some((kind, name)), .. } => {
                write!(formatter, "{namespace}/{kind}/{name}")
            }
            Self::Pod { namespace, workload: None, labels } => {
                write!(formatter, "{}", Peer::pod(namespace, labels))
            }
            Self::Address(address) => write!(formatter, "{address}"),
        }
    }
}

impl Serialize for End {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

//! Reads the rules of a network policy.

use super::peers::{key, port};
use leastwise_manifest::{Direction, Selector};
use leastwise_privilege::network::Protocol;
use leastwise_yaml::{Field, Kind, Literal, Node};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// A port as a rule writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum WrittenPort<'d> {
    Number(Protocol, u16),
    Name(Protocol, &'d str),
}

impl WrittenPort<'_> {
    pub(super) fn literal(&self) -> Literal {
        match *self {
            Self::Number(protocol, number) => port(protocol, Literal::Integer(number.into())),
            Self::Name(protocol, name) => port(protocol, Literal::from(name)),
        }
    }
}

/// Like `TCP 80, TCP http`.
pub(super) fn words(ports: &BTreeSet<WrittenPort<'_>>) -> String {
    let words = ports.iter().map(|port| match port {
        WrittenPort::Number(protocol, number) => format!("{protocol} {number}"),
        WrittenPort::Name(protocol, name) => format!("{protocol} {name}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// A rule as it is written.
pub(super) struct Written<'d> {
    /// `None` is everybody.
    pub(super) peers: Option<Vec<Item<'d>>>,
    /// `None` is every port.
    pub(super) ports: Option<Vec<PortItem<'d>>>,
}

/// An item of `from` or `to`.
pub(super) struct Item<'d> {
    pub(super) node: Node<'d>,
    pub(super) namespaces: Option<Selector<'d>>,
    pub(super) pods: Option<Selector<'d>>,
    pub(super) block: Option<Block>,
}

/// An item of `ports`.
pub(super) struct PortItem<'d> {
    pub(super) protocol: Protocol,
    pub(super) port: Port<'d>,
}

impl PortItem<'_> {
    /// Whether it is the item that writes a port so.
    pub(super) fn writes(&self, port: WrittenPort<'_>) -> bool {
        match (port, self.port) {
            (WrittenPort::Name(protocol, name), Port::Name(own)) => (protocol, name) == (self.protocol, own),
            (WrittenPort::Number(protocol, _), Port::All) => protocol == self.protocol,
            (WrittenPort::Number(protocol, number), Port::Range(first, last)) => {
                protocol == self.protocol && (first..=last).contains(&number)
            }
            _ => false,
        }
    }

    /// Whether it holds no more than that many ports of a server.
    pub(super) fn is_exactly(&self, count: usize) -> bool {
        match self.port {
            Port::Name(_) => true,
            Port::Range(first, last) => usize::from(last - first) + 1 == count,
            Port::All => false,
        }
    }
}

#[derive(Clone, Copy)]
pub(super) enum Port<'d> {
    All,
    Range(u16, u16),
    Name(&'d str),
}

/// A block of addresses.
pub(super) struct Block {
    cidr: (IpAddr, u8),
    except: Vec<(IpAddr, u8)>,
}

impl Block {
    fn read(node: Node<'_>) -> Option<Self> {
        let except = node
            .get("except")
            .value()
            .map(|list| list.items().map(|item| cidr(item.value)).collect::<Option<Vec<_>>>());
        Some(Self {
            cidr: cidr(node.get("cidr").value()?)?,
            except: except.unwrap_or_else(|| Some(Vec::new()))?,
        })
    }

    pub(super) fn holds(&self, address: IpAddr) -> bool {
        is_in(self.cidr, address) && !self.except.iter().any(|block| is_in(*block, address))
    }

    pub(super) fn is_one_address(&self) -> bool {
        self.cidr.1 == if self.cidr.0.is_ipv4() { 32 } else { 128 }
    }
}

fn cidr(node: Node<'_>) -> Option<(IpAddr, u8)> {
    let (address, length) = node.as_str()?.split_once('/')?;
    Some((address.parse().ok()?, length.parse().ok()?))
}

fn is_in((block, length): (IpAddr, u8), address: IpAddr) -> bool {
    let shifted =
        |value: u128, width: u32| value.checked_shr(width.saturating_sub(length.into())).unwrap_or(0);
    match (block, address) {
        (IpAddr::V4(block), IpAddr::V4(address)) => {
            shifted(u32::from(block).into(), 32) == shifted(u32::from(address).into(), 32)
        }
        (IpAddr::V6(block), IpAddr::V6(address)) => {
            shifted(u128::from(block), 128) == shifted(u128::from(address), 128)
        }
        _ => false,
    }
}

impl<'d> Written<'d> {
    pub(super) fn read(rule: Node<'d>, direction: Direction) -> Result<Self, String> {
        let list = |key: &str| -> Result<Option<Vec<Node<'d>>>, String> {
            match rule.get(key) {
                Field::Absent => Ok(None),
                Field::Present(entry) if entry.value.is_null() => Ok(None),
                Field::Present(entry) if is_whole(entry.value) => {
                    let items: Vec<_> = entry.value.items().map(|item| item.value).collect();
                    Ok(Some(items).filter(|items| !items.is_empty()))
                }
                _ => Err(format!("a template hides some of `{key}`")),
            }
        };
        let peers = list(key(direction))?.map(|items| items.into_iter().map(item).collect()).transpose()?;
        let ports = list("ports")?.map(|items| items.into_iter().map(port_item).collect()).transpose()?;
        Ok(Self { peers, ports })
    }
}

pub(super) fn is_whole(node: Node<'_>) -> bool {
    matches!(node.kind(), Kind::Sequence)
        && !node.is_open()
        && !node.items().any(|item| item.value.is_unknown())
}

fn item(node: Node<'_>) -> Result<Item<'_>, String> {
    let block = match node.get("ipBlock").value() {
        Some(block) => Some(Block::read(block).ok_or("a block of addresses cannot be read")?),
        None => None,
    };
    let namespaces = Selector::of(node.get("namespaceSelector"));
    let pods = Selector::of(node.get("podSelector"));
    if [&namespaces, &pods].into_iter().flatten().any(|selector| !selector.is_known()) {
        return Err("a template hides some of a selector".to_owned());
    }
    Ok(Item { node, namespaces, pods, block })
}

fn port_item(node: Node<'_>) -> Result<PortItem<'_>, String> {
    let number = |key: &str| {
        let value = node.get(key).value().filter(|value| !value.is_null())?;
        Some(value.as_integer().and_then(|number| u16::try_from(number).ok()))
    };
    let protocol = match node.get("protocol").value() {
        None => Some(Protocol::Tcp),
        Some(name) => name.as_str().and_then(Protocol::named),
    };
    let named = node.get("port").value().and_then(|value| value.as_str());
    let port = match (named, number("port"), number("endPort")) {
        (Some(name), ..) => Some(Port::Name(name)),
        (None, None, None) => Some(Port::All),
        (None, Some(Some(first)), None) => Some(Port::Range(first, first)),
        (None, Some(Some(first)), Some(Some(last))) if first <= last => Some(Port::Range(first, last)),
        _ => None,
    };
    match (protocol, port) {
        (Some(protocol), Some(port)) => Ok(PortItem { protocol, port }),
        _ => Err("a port cannot be read".to_owned()),
    }
}

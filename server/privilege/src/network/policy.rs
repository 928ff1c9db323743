//! NetworkPolicies as the API server reads them.
//!
//! Sources: `k8s.io/api/networking/v1/types.go`, `k8s.io/kubernetes/pkg/apis/networking/validation/validation.go`.

use super::addresses::Addresses;
use super::ports::{Ports, Protocol};
use crate::Applied;
use crate::judge::title;
use leastwise_manifest::{Direction, NetworkPolicy, Object, Resource, Selector, lookup};
use leastwise_yaml::{Field, Kind, Node, Path};

/// A policy all of which is known.
#[derive(Clone, Debug)]
pub(super) struct Policy<'d> {
    pub(super) resource: Resource,
    pub(super) namespace: String,
    /// The pods that it is for.
    pub(super) subjects: Selector<'d>,
    /// What it lets in; `None` where it has no say over that.
    pub(super) ingress: Option<Vec<Rule<'d>>>,
    /// What it lets out; `None` where it has no say over that.
    pub(super) egress: Option<Vec<Rule<'d>>>,
}

/// Connections that a policy allows.
#[derive(Clone, Debug)]
pub(super) struct Rule<'d> {
    /// With whom; `None` is anybody.
    pub(super) peers: Option<Vec<Peers<'d>>>,
    pub(super) ports: Ports,
    /// Where the rule stands in the policy.
    pub(super) path: Path,
}

/// Some peers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Peers<'d> {
    /// Pods.
    Pods {
        /// In namespaces with certain labels; `None` is the policy's own.
        namespaces: Option<Selector<'d>>,
        /// With certain labels; `None` is any.
        pods: Option<Selector<'d>>,
    },
    /// What is no pod, by address.
    Addresses(Addresses),
}

/// Why a policy has no meaning: where, and what is wrong.
type Fault = (Path, &'static str);

const HIDDEN: &str = "cannot be known";

impl<'d> Policy<'d> {
    /// Reads a policy. What is wrong is told in words.
    pub(super) fn read(policy: &NetworkPolicy<'d>, applied: Applied<'_, 'd>) -> Result<Self, String> {
        let object = &policy.object;
        Self::parse(policy, applied).map_err(|(path, why)| {
            let title = title(&object.resource());
            match path.last() {
                Some(_) => format!("{title}: {path} {why}"),
                None => format!("{title} {why}"),
            }
        })
    }

    fn parse(policy: &NetworkPolicy<'d>, applied: Applied<'_, 'd>) -> Result<Self, Fault> {
        let object = &policy.object;
        let spec = Path::root().key("spec");
        let subjects = match &policy.selector {
            Some(selector) if !selector.is_known() => return Err((spec.key("podSelector"), HIDDEN)),
            Some(selector) => selector.clone(),
            None => Selector { requirements: Vec::new(), open: false },
        };
        let rules = |direction: Direction, key: &str, peers: &str| {
            let path = spec.key(key);
            match policy.restricts(direction) {
                None => Err((spec.key("policyTypes"), HIDDEN)),
                Some(false) => Ok(None),
                Some(true) => rules(object, key, peers, &path).map(Some),
            }
        };
        Ok(Self {
            ingress: rules(Direction::Ingress, "ingress", "from")?,
            egress: rules(Direction::Egress, "egress", "to")?,
            resource: object.resource(),
            namespace: applied.home(object),
            subjects,
        })
    }

    pub(super) fn rules(&self, direction: Direction) -> Option<&[Rule<'d>]> {
        match direction {
            Direction::Ingress => self.ingress.as_deref(),
            Direction::Egress => self.egress.as_deref(),
        }
    }
}

/// The items of a list; none where it is not there or null.
fn items<'d>(field: Field<'d>, path: &Path) -> Result<Vec<(Node<'d>, Path)>, Fault> {
    match field {
        Field::Absent => Ok(Vec::new()),
        Field::Unknown => Err((path.clone(), HIDDEN)),
        Field::Present(entry) if entry.value.is_null() => Ok(Vec::new()),
        Field::Present(entry) if entry.value.is_unknown() || entry.value.is_open() => {
            Err((path.clone(), HIDDEN))
        }
        Field::Present(entry) if !matches!(entry.value.kind(), Kind::Sequence) => {
            Err((path.clone(), "is no list"))
        }
        Field::Present(entry) => {
            Ok(entry.value.items().map(|item| (item.value, path.index(item.index))).collect())
        }
    }
}

/// A field that is there and not null.
fn present<'d>(node: Node<'d>, key: &str, path: &Path) -> Result<Option<Node<'d>>, Fault> {
    match node.get(key) {
        Field::Absent => Ok(None),
        Field::Unknown => Err((path.key(key), HIDDEN)),
        Field::Present(entry) if entry.value.is_null() => Ok(None),
        Field::Present(entry) if entry.value.is_unknown() => Err((path.key(key), HIDDEN)),
        Field::Present(entry) => Ok(Some(entry.value)),
    }
}

fn rules<'d>(object: &Object<'d>, key: &str, peers: &str, path: &Path) -> Result<Vec<Rule<'d>>, Fault> {
    let rule = |(node, path): (Node<'d>, Path)| {
        if !node.is_null() && !matches!(node.kind(), Kind::Mapping) {
            return Err((path, if node.is_unknown() { HIDDEN } else { "is no mapping" }));
        }
        Ok(Rule { peers: all_peers(node, peers, &path)?, ports: all_ports(node, &path)?, path })
    };
    items(lookup(object.node, &["spec", key]), path)?.into_iter().map(rule).collect()
}

/// No list, or an empty one, is everybody.
fn all_peers<'d>(rule: Node<'d>, key: &str, path: &Path) -> Result<Option<Vec<Peers<'d>>>, Fault> {
    let items = items(rule.get(key), &path.key(key))?;
    let peers: Result<Vec<_>, _> = items.into_iter().map(|(node, path)| one_peer(node, &path)).collect();
    Ok(Some(peers?).filter(|peers| !peers.is_empty()))
}

fn one_peer<'d>(node: Node<'d>, path: &Path) -> Result<Peers<'d>, Fault> {
    let selector = |key: &str| -> Result<Option<Selector<'d>>, Fault> {
        let Some(node) = present(node, key, path)? else { return Ok(None) };
        let selector = Selector::read(node);
        if selector.is_known() { Ok(Some(selector)) } else { Err((path.key(key), HIDDEN)) }
    };
    let (namespaces, pods) = (selector("namespaceSelector")?, selector("podSelector")?);
    match present(node, "ipBlock", path)? {
        Some(_) if namespaces.is_some() || pods.is_some() => {
            Err((path.clone(), "has selectors beside ipBlock, which the API server refuses"))
        }
        Some(block) => addresses(block, &path.key("ipBlock")).map(Peers::Addresses),
        None if namespaces.is_none() && pods.is_none() => {
            Err((path.clone(), "names no peer, which the API server refuses"))
        }
        None => Ok(Peers::Pods { namespaces, pods }),
    }
}

fn addresses(node: Node<'_>, path: &Path) -> Result<Addresses, Fault> {
    let block = |node: Node<'_>, path: Path| match node.as_str() {
        _ if node.is_unknown() => Err((path, HIDDEN)),
        Some(text) => Addresses::block(text).ok_or((path, "is no block of addresses")),
        None => Err((path, "is no block of addresses")),
    };
    let cidr = present(node, "cidr", path)?.ok_or((path.key("cidr"), "is missing"))?;
    let mut addresses = block(cidr, path.key("cidr"))?;
    for (node, path) in items(node.get("except"), &path.key("except"))? {
        addresses = addresses.without(&block(node, path)?);
    }
    Ok(addresses)
}

/// No list, or an empty one, is all ports of all protocols.
fn all_ports(rule: Node<'_>, path: &Path) -> Result<Ports, Fault> {
    let items = items(rule.get("ports"), &path.key("ports"))?;
    if items.is_empty() {
        return Ok(Ports::all());
    }
    let mut ports = Ports::default();
    for (node, path) in items {
        ports.add(&one_port(node, &path)?);
    }
    Ok(ports)
}

fn one_port(node: Node<'_>, path: &Path) -> Result<Ports, Fault> {
    let protocol = match present(node, "protocol", path)? {
        None => Protocol::Tcp,
        Some(name) => name
            .as_str()
            .and_then(Protocol::named)
            .ok_or((path.key("protocol"), "is none of TCP, UDP and SCTP"))?,
    };
    let number =
        |node: Node<'_>| node.as_integer().and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0);
    let last = present(node, "endPort", path)?;
    let Some(port) = present(node, "port", path)? else {
        return match last {
            None => Ok(Ports::of(protocol)),
            Some(_) => Err((path.key("endPort"), "has no port to begin with")),
        };
    };
    match (port.as_str(), number(port), last) {
        (Some(name), _, None) if is_port_name(name) => Ok(Ports::name(protocol, name)),
        (Some(_), _, Some(_)) => Err((path.key("endPort"), "needs a port that is a number")),
        (None, Some(first), None) => Ok(Ports::range(protocol, first, first)),
        (None, Some(first), Some(last)) => match number(last) {
            Some(last) if first <= last => Ok(Ports::range(protocol, first, last)),
            _ => Err((path.key("endPort"), "is no port from the first on")),
        },
        _ => Err((path.key("port"), "is no port")),
    }
}

/// Names have a letter, so that they cannot be taken for numbers (`IsValidPortName`).
fn is_port_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.len() <= 15 && name.bytes().all(is_plain) && name.bytes().any(|byte| byte.is_ascii_lowercase())
}

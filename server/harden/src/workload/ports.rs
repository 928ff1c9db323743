//! `ports`: what was served is declared, for those who read the manifest. A port that is declared grants nothing, and
//! none is taken away.

use super::decision::{Decision, HIDDEN};
use super::part::Part;
use crate::seen::Seen;
use leastwise_evidence::{Protocol, SocketAccess, SocketUse};
use leastwise_manifest::{integer, string};
use leastwise_yaml::{Field, Literal, Patch};
use std::collections::BTreeMap;

/// Where the ports begin that the kernel hands out to who asks for any. Source: Linux,
/// `net.ipv4.ip_local_port_range`.
const ANY: u16 = 32_768;

pub(super) fn decide(part: &Part<'_, '_>) -> Result<Vec<Decision>, String> {
    let mut served: BTreeMap<(u16, &str), Seen> = BTreeMap::new();
    for (socket, seen) in part.sockets() {
        if let Some(port) = port(socket) {
            served.entry(port).or_default().add(&Seen::of(seen, part.ground.record));
        }
    }
    // In the node's network a port of the container is one of the node.
    if served.is_empty() || part.pod.boolean(&["hostNetwork"]).known() == Some(true) {
        return Ok(Vec::new());
    }
    let path = part.container.path.key("ports");
    let declared: Vec<(i64, &str)> = match part.container.node.get("ports") {
        Field::Absent => Vec::new(),
        Field::Present(entry) if entry.value.is_null() => Vec::new(),
        Field::Present(entry) if !entry.value.is_open() && !entry.value.is_unknown() => {
            let item = |item: leastwise_yaml::Item<'_>| {
                let protocol = string(item.value, &["protocol"]);
                let number = integer(item.value, &["containerPort"]).known()?;
                (!protocol.is_unknown()).then(|| (number, protocol_of(part, item.index)))
            };
            entry.value.items().map(item).collect::<Option<_>>().ok_or_else(|| HIDDEN.to_owned())?
        }
        _ => return Err(HIDDEN.to_owned()),
    };
    let missing =
        served.into_iter().filter(|((port, protocol), _)| !declared.contains(&(i64::from(*port), protocol)));
    let state = |(place, ((port, protocol), seen)): (usize, ((u16, &str), Seen))| {
        let path = path.index(declared.len() + place);
        let mut entries = vec![("containerPort".to_owned(), Literal::Integer(i64::from(port)))];
        // TCP is what a port is without.
        if protocol != "TCP" {
            entries.push(("protocol".to_owned(), protocol.into()));
        }
        let patch = Patch::Set { path: path.clone(), value: Literal::Mapping(entries) };
        let because = seen.words("socket event");
        Decision::exact(format!("serves {protocol} port {port}"), because, path, vec![patch])
    };
    Ok(missing.enumerate().map(state).collect())
}

fn protocol_of<'d>(part: &Part<'_, 'd>, index: usize) -> &'d str {
    let port = part.container.node.get("ports").value().and_then(|ports| ports.items().nth(index));
    port.and_then(|port| string(port.value, &["protocol"]).known()).unwrap_or("TCP")
}

/// The port that is served, to others than the pod itself.
fn port(socket: &SocketUse) -> Option<(u16, &'static str)> {
    let port = socket.port.filter(|port| *port > 0)?;
    if socket.address.is_some_and(|address| address.is_loopback()) {
        return None;
    }
    let protocol = match (socket.access, socket.protocol) {
        (SocketAccess::Listen | SocketAccess::Accept, None | Some(Protocol::Tcp)) => "TCP",
        (SocketAccess::Bind, Some(Protocol::Tcp)) if port < ANY => "TCP",
        (SocketAccess::Bind, Some(Protocol::Udp)) if port < ANY => "UDP",
        (SocketAccess::Listen | SocketAccess::Bind, Some(Protocol::Sctp)) => "SCTP",
        _ => return None,
    };
    Some((port, protocol))
}

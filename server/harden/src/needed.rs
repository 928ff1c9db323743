//! What a record says is needed, as the privilege order asks about it.

use crate::rbac::exact_requests;
use leastwise_evidence::{Connection, Endpoint, PodEndpoint, PortOf, Protocol, Record, Verdict};
use leastwise_privilege::Needed;
use leastwise_privilege::network::{self, End, NeededConnection};
use std::collections::BTreeMap;

/// The requests and connections that were seen and allowed; and what of the connections no policy can be asked about,
/// by reason and how many there are.
///
/// What a node says to its own pods, and what has no ports, is beside network policies and left out.
pub fn needed(record: &Record) -> (Needed, BTreeMap<&'static str, usize>) {
    let mut needed = Needed { requests: exact_requests(record), connections: Vec::new() };
    let mut unanswerable = BTreeMap::new();
    for connection in record.connections.keys().filter(|connection| connection.verdict != Verdict::Dropped) {
        match needed_connection(connection) {
            Ok(connection) => needed.connections.extend(connection),
            Err(why) => *unanswerable.entry(why).or_default() += 1,
        }
    }
    needed.connections.sort();
    needed.connections.dedup();
    (needed, unanswerable)
}

/// `Ok(None)` where no policy has a say.
fn needed_connection(connection: &Connection) -> Result<Option<NeededConnection>, &'static str> {
    let protocol = match connection.protocol {
        Protocol::Tcp => network::Protocol::Tcp,
        Protocol::Udp => network::Protocol::Udp,
        Protocol::Sctp => network::Protocol::Sctp,
        Protocol::Icmp => return Ok(None),
    };
    let (client, server) = (&connection.client, &connection.server);
    if matches!(client, Endpoint::Host) || matches!(server, Endpoint::Host) {
        return Ok(None);
    }
    if connection.port_of != PortOf::Server {
        return Err("the log does not show the port of a pod, but perhaps that of a Service");
    }
    let Some(port) = connection.port else { return Ok(None) };
    let (from, to) = (end(client)?, end(server)?);
    Ok(Some(NeededConnection { from, to, protocol, port }))
}

fn end(endpoint: &Endpoint) -> Result<End, &'static str> {
    const NO_ADDRESS: &str = "the log has left an address out";
    match endpoint {
        Endpoint::Pod(PodEndpoint { namespace, workload, labels }) => Ok(End::Pod {
            namespace: namespace.clone(),
            workload: workload.as_ref().map(|workload| (workload.kind.clone(), workload.name.clone())),
            labels: labels.clone(),
        }),
        Endpoint::RemoteNode { address } | Endpoint::ApiServer { address } => {
            address.map(End::Address).ok_or(NO_ADDRESS)
        }
        Endpoint::Address { address, outside: true } => address.map(End::Address).ok_or(NO_ADDRESS),
        Endpoint::Address { outside: false, .. } => Err("an address may be that of a pod"),
        Endpoint::Service { .. } => Err("the log shows a Service in place of a pod"),
        Endpoint::Reserved { .. } => Err("a network plugin knows an end by a name of its own"),
        Endpoint::Host => Err("a node is no end of connections that policies decide about"),
    }
}

#[cfg(test)]
mod tests {
    use super::needed;
    use leastwise_evidence::{
        Connection, ConnectionSeen, Endpoint, PodEndpoint, PortOf, Protocol, Record, Verdict, Workload,
    };

    fn pod(name: &str) -> Endpoint {
        let workload = Some(Workload { kind: "Deployment".to_owned(), name: name.to_owned() });
        Endpoint::Pod(PodEndpoint { namespace: "shop".to_owned(), workload, ..PodEndpoint::default() })
    }

    #[test]
    fn connections_are_needed_where_they_happened_and_policies_decide() {
        let connection = |client: Endpoint, server: Endpoint| Connection {
            client,
            server,
            protocol: Protocol::Tcp,
            port: Some(80),
            port_of: PortOf::Server,
            verdict: Verdict::Forwarded,
        };
        let outside = Endpoint::Address { address: "192.0.2.1".parse().ok(), outside: true };
        let mut record = Record::default();
        for seen in [
            connection(pod("web"), pod("cart")),
            Connection { verdict: Verdict::Dropped, ..connection(pod("web"), pod("drop")) },
            Connection { protocol: Protocol::Icmp, port: None, ..connection(pod("web"), pod("ping")) },
            Connection { port_of: PortOf::Service, ..connection(pod("web"), pod("service")) },
            connection(Endpoint::Host, pod("probe")),
            connection(pod("web"), outside),
        ] {
            record.connections.insert(seen, ConnectionSeen::default());
        }
        let (needed, unanswerable) = needed(&record);
        let words = |connection: &leastwise_privilege::network::NeededConnection| {
            format!("{} -> {} {} {}", connection.from, connection.to, connection.protocol, connection.port)
        };
        let connections: Vec<_> = needed.connections.iter().map(words).collect();
        assert_eq!(
            connections,
            ["shop/Deployment/web -> shop/Deployment/cart TCP 80", "shop/Deployment/web -> 192.0.2.1 TCP 80"]
        );
        assert_eq!(unanswerable.values().sum::<usize>(), 1, "{unanswerable:?}");
    }
}

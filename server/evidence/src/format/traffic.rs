use super::known::Known;
use crate::collect::{Collector, Noted};
use crate::{Connection, Endpoint, PortOf, Protocol, Verdict};
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::rc::Rc;

/// So many different connections are remembered before all are forgotten and learned again.
const CONNECTIONS: usize = 1 << 16;

/// A connection by the numbers of its ends, client and server, and what else makes it what it is.
type Key = (u64, u64, Protocol, Option<u16>, Verdict);

/// Remembers the ends of flows and the connections between them, which are the same in most flows: what a flow says of
/// them is understood once.
#[derive(Default)]
pub(super) struct Traffic {
    ends: Known<Rc<End>>,
    /// How many ends there have been.
    count: u64,
    connections: HashMap<Key, Noted, RandomState>,
}

/// One end of a flow.
pub(super) struct End {
    number: u64,
    endpoint: Endpoint,
    port_of: PortOf,
    /// Whether the flow was seen on the node on which this end runs.
    pub(super) is_local: bool,
}

impl Traffic {
    /// Starts on an end: all that the flow says of it follows.
    pub(super) fn start(&mut self) -> &mut Known<Rc<End>> {
        self.ends.start()
    }

    /// The end of which other flows have said the same.
    pub(super) fn known(&self) -> Option<Rc<End>> {
        self.ends.get().cloned()
    }

    /// Remembers what the end is.
    pub(super) fn learn(&mut self, endpoint: Endpoint, is_local: bool) -> Rc<End> {
        self.count += 1;
        // An address that is nobody's may be a Service's, and so may the port.
        let port_of = match endpoint {
            Endpoint::Service { .. } => PortOf::Service,
            Endpoint::Address { outside: false, .. } => PortOf::Unknown,
            _ => PortOf::Server,
        };
        let end = Rc::new(End { number: self.count, endpoint, port_of, is_local });
        self.ends.remember(end.clone());
        end
    }

    /// Notes a connection, without counting it.
    pub(super) fn connection(
        &mut self,
        (client, server): (&End, &End),
        protocol: Protocol,
        port: Option<u16>,
        verdict: Verdict,
        collector: &mut Collector,
    ) -> Noted {
        let key = (client.number, server.number, protocol, port, verdict);
        if let Some(noted) = self.connections.get(&key) {
            return *noted;
        }
        let port_of = server.port_of;
        let (client, server) = (client.endpoint.clone(), server.endpoint.clone());
        let noted = collector.connection(Connection { client, server, protocol, port, port_of, verdict });
        if self.connections.len() >= CONNECTIONS {
            self.connections.clear();
        }
        self.connections.insert(key, noted);
        noted
    }
}

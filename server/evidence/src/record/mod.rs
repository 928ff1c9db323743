//! The record, its parts and how two of them become one.

mod certificate;
mod connection;
mod container;
mod form;
mod observations;
mod request;
mod sample;
mod source;
mod unite;

pub use certificate::*;
pub use connection::*;
pub use container::*;
pub use form::FormError;
pub use observations::*;
pub use request::*;
pub use sample::Sample;
pub use source::*;
pub use unite::Unite;

use crate::Visible;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What was seen: every atom once, and every source that was read.
///
/// As JSON it is the versioned form that `docs/evidence.md` describes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "form::Form")]
pub struct Record {
    /// The logs that were read, and what each of them could and could not see.
    pub sources: BTreeMap<SourceId, Source>,
    /// Requests of the Kubernetes API.
    pub requests: BTreeMap<Request, RequestSeen>,
    /// Connections between workloads, and between them and the rest of the world.
    pub connections: BTreeMap<Connection, ConnectionSeen>,
    /// The ends of those connections.
    pub endpoints: BTreeMap<Endpoint, EndpointSeen>,
    /// What the processes of containers did.
    pub containers: BTreeMap<Container, ContainerSeen>,
}

impl Record {
    /// The record as JSON on one line, in which no character has an effect on a terminal: names in logs are whatever
    /// somebody wrote there.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(Visible(&serde_json::to_string(self)?).json())
    }

    /// Whether nothing was seen and nothing was read.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Unite for Record {
    fn unite(&mut self, other: Self) {
        self.sources.unite(other.sources);
        self.requests.unite(other.requests);
        self.connections.unite(other.connections);
        self.endpoints.unite(other.endpoints);
        self.containers.unite(other.containers);
    }
}

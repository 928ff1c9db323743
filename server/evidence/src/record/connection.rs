use super::{Observations, Sample, Unite};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Traffic from one that opens it to one that accepts it. Replies are part of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Connection {
    /// Who sent the first packet.
    pub client: Endpoint,
    /// Who received it.
    pub server: Endpoint,
    /// Over what.
    pub protocol: Protocol,
    /// The server's port; `None` where the protocol has none.
    pub port: Option<u16>,
    /// Whose port that is.
    pub port_of: PortOf,
    /// What became of it.
    pub verdict: Verdict,
}

/// One end of a connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Endpoint {
    /// A pod.
    Pod(PodEndpoint),
    /// A Service by its own address, before it is translated to that of a pod.
    Service {
        /// Where it lies.
        namespace: String,
        /// How it is called.
        name: String,
    },
    /// The node on which the other end runs. Its traffic to its own pods, like probes, is always allowed.
    Host,
    /// Another node.
    RemoteNode {
        /// Its address.
        address: Option<IpAddr>,
    },
    /// The API server.
    ApiServer {
        /// Its address: that of an endpoint, unless the port is the Service's.
        address: Option<IpAddr>,
    },
    /// Something outside of the cluster, or that the log knows by its address alone.
    Address {
        /// Its address; `None` where an aggregated log has left it out.
        address: Option<IpAddr>,
        /// Whether the log says that it lies outside of the cluster, rather than nothing.
        outside: bool,
    },
    /// What a network plugin knows by a name of its own: `health`, `init`, `ingress`, `unmanaged`, or a network set.
    Reserved {
        /// Its name.
        name: String,
        /// Its address.
        address: Option<IpAddr>,
    },
}

/// A pod, by what it has in common with its replicas.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PodEndpoint {
    /// Where it lies.
    pub namespace: String,
    /// What made it, where the log says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<Workload>,
    /// Its labels as far as the log has them, without those that tell replicas and revisions apart
    /// ([`REPLICA_LABELS`]). Cilium's flows have only labels that make an identity: that one is absent proves nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// What made a pod.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Workload {
    /// Like `Deployment`. Of a ReplicaSet whose Deployment the log does not name, `ReplicaSet`; of pods that the log
    /// knows only by what their generated names begin with, [`GENERATED`].
    pub kind: String,
    /// How it is called.
    pub name: String,
}

/// The kind of a workload that is known only by what the generated names of its pods begin with.
pub const GENERATED: &str = "GeneratedName";

/// Labels that controllers put on pods to tell replicas and revisions apart. They belong to no workload.
pub const REPLICA_LABELS: [&str; 8] = [
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name",
    "controller-revision-hash",
    "controller-uid",
    "job-name",
    "pod-template-generation",
    "pod-template-hash",
];

/// Over what a connection goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
    /// Of either version. Outside of what a NetworkPolicy can say.
    Icmp,
}

/// Whose port it is that a log shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PortOf {
    /// The server's own: what it receives.
    #[default]
    Server,
    /// A Service's, which is translated to one of a pod.
    Service,
    /// The log does not say: the server is known by its address alone.
    Unknown,
}

/// What became of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It happened.
    Forwarded,
    /// It happened, but would not have if policies were enforced.
    Audited,
    /// It was attempted only.
    Dropped,
}

/// What is known about a connection beside itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectionSeen {
    /// How often and when: events of the log, of which one connection has many.
    pub seen: Observations,
    /// The names by which the client had found the server.
    pub names: Sample<String>,
    /// At which ends it was seen.
    pub sides: BTreeSet<Side>,
    /// Whether a reply was seen. What was forwarded at the client's end may still have been dropped at the server's.
    pub answered: bool,
}

/// One of the two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The one that opened it.
    Client,
    /// The one that accepted it.
    Server,
}

impl Unite for ConnectionSeen {
    fn unite(&mut self, other: Self) {
        self.seen.unite(other.seen);
        self.names.unite(other.names);
        self.sides.unite(other.sides);
        self.answered.unite(other.answered);
    }
}

/// What is known about an end of connections beside itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointSeen {
    /// The names of its pods.
    #[serde(default, skip_serializing_if = "Sample::is_empty")]
    pub pods: Sample<String>,
    /// Those of its pods that were seen from the node on which they run: of the others only what concerns a watched
    /// node was seen.
    #[serde(default, skip_serializing_if = "Sample::is_empty")]
    pub pods_at_home: Sample<String>,
    /// The addresses of its pods or of the Service.
    #[serde(default, skip_serializing_if = "Sample::is_empty")]
    pub addresses: Sample<IpAddr>,
    /// The nodes from which it was observed as local.
    #[serde(default, skip_serializing_if = "Sample::is_empty")]
    pub nodes: Sample<String>,
    /// The labels of its namespace, as far as the log has them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub namespace_labels: BTreeSet<(String, String)>,
}

impl Unite for EndpointSeen {
    fn unite(&mut self, other: Self) {
        self.pods.unite(other.pods);
        self.pods_at_home.unite(other.pods_at_home);
        self.addresses.unite(other.addresses);
        self.nodes.unite(other.nodes);
        self.namespace_labels.unite(other.namespace_labels);
    }
}

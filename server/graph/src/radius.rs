use leastwise_evidence::Record;
use leastwise_manifest::Resource;
use leastwise_privilege::rbac::Origin;
use leastwise_yaml::Path;
use serde::{Serialize, Serializer};
use std::collections::BTreeSet;

/// What a workload may do, as a tree of nodes.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BlastRadius {
    /// The workload, like `shop/Deployment/cart`.
    pub workload: String,
    /// What was observed, where evidence was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<Observed>,
    /// The nodes; the first is the workload. Each comes before those below it.
    pub nodes: Vec<Node>,
    /// Which node stands below which.
    pub edges: Vec<Edge>,
    /// What nobody can know from these objects, in words.
    pub unknown: BTreeSet<String>,
}

/// The time from the first event of the evidence to the last.
#[derive(Clone, Debug, Serialize)]
pub struct Observed {
    /// The first event.
    pub first: Option<String>,
    /// The last.
    pub last: Option<String>,
    /// How many there were.
    pub events: u64,
}

/// Something that the workload is, holds or may do.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Node {
    /// Its place among the nodes.
    pub id: usize,
    /// What it is.
    pub kind: NodeKind,
    /// What it is called.
    pub label: String,
    /// What it grants in detail, such as verbs or ports.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Whether it was seen used, where there is evidence of its kind. Of one with parts or nodes below it, whether any of
    /// them was.
    pub used: Option<bool>,
    /// Why it reaches further than it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<String>,
    /// The object that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<Resource>,
    /// Where in it that stands.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "written")]
    pub path: Option<Path>,
}

/// A detail of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Such as `list` or `TCP 80`.
    pub text: String,
    /// Whether it was seen used, where there is evidence of its kind.
    pub used: Option<bool>,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NodeKind {
    /// The workload.
    Workload,
    /// As whom its pods speak to the API server.
    ServiceAccount,
    /// A role that this holds.
    Role,
    /// What a role grants.
    Permission,
    /// What it may connect to, or what may connect to it, as a whole.
    Network,
    /// One of those.
    Peer,
    /// Its pods on their node, as a whole.
    Host,
    /// Something that they may do there.
    Power,
}

/// That one node stands below another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Edge {
    /// The node above.
    pub from: usize,
    /// The node below.
    pub to: usize,
}

fn written<S: Serializer>(path: &Option<Path>, serializer: S) -> Result<S::Ok, S::Error> {
    match path {
        Some(path) => serializer.collect_str(path),
        None => serializer.serialize_none(),
    }
}

impl Observed {
    pub(crate) fn of(record: &Record) -> Self {
        let certificate = record.certificate();
        Self { first: certificate.first, last: certificate.last, events: certificate.events }
    }
}

impl Node {
    pub(crate) fn new(kind: NodeKind, label: impl Into<String>) -> Self {
        let (label, parts) = (label.into(), Vec::new());
        Self { id: 0, kind, label, parts, used: None, risk: None, resource: None, path: None }
    }

    pub(crate) fn from(mut self, origin: Origin) -> Self {
        (self.resource, self.path) = (Some(origin.resource), Some(origin.path));
        self
    }

    /// The node with its parts; it was used if any of them was.
    pub(crate) fn with(mut self, parts: Vec<Part>) -> Self {
        self.used = any_used(parts.iter().map(|part| part.used));
        self.parts = parts;
        self
    }
}

/// `None` where nobody knows of any.
fn any_used(all: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    all.flatten().reduce(|one, other| one || other)
}

/// A tree that grows from its root.
pub(crate) struct Tree(BlastRadius);

/// The workload.
pub(crate) const ROOT: usize = 0;

impl Tree {
    pub(crate) fn new(workload: String, observed: Option<Observed>) -> Self {
        let nodes = vec![Node::new(NodeKind::Workload, workload.clone())];
        Self(BlastRadius { workload, observed, nodes, edges: Vec::new(), unknown: BTreeSet::new() })
    }

    /// Adds a node below another. Its place.
    pub(crate) fn add(&mut self, above: usize, node: Node) -> usize {
        let id = self.0.nodes.len();
        self.0.nodes.push(Node { id, ..node });
        self.0.edges.push(Edge { from: above, to: id });
        id
    }

    /// Something that nobody can know.
    pub(crate) fn unknown(&mut self, what: impl Into<String>) {
        self.0.unknown.insert(what.into());
    }

    /// The whole, in which what has something used below it is used.
    pub(crate) fn finish(self) -> BlastRadius {
        let mut radius = self.0;
        for Edge { from, to } in radius.edges.iter().rev() {
            let below = radius.nodes.get(*to).and_then(|node| node.used);
            if let Some(above) = radius.nodes.get_mut(*from) {
                above.used = any_used([above.used, below].into_iter());
            }
        }
        radius
    }
}

//! The labels and annotations that an object has: its own, and those of the pods that it makes.

use leastwise_manifest::{Object, Setting, pod_specs, string};
use leastwise_yaml::{Node, Path};

/// The kinds that make pods.
pub(super) const WORKLOADS: &[&str] = &[
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Job",
    "Pod",
    "PodTemplate",
    "ReplicaSet",
    "ReplicationController",
    "StatefulSet",
];

/// One place that holds metadata.
pub(super) struct Holder<'d> {
    /// What it is, for messages.
    pub(super) title: String,
    node: Node<'d>,
    path: Path,
}

/// The object and its pod template. None of what Kubernetes reads from files and does not keep as an object.
pub(super) fn holders<'d>(object: &Object<'d>) -> Vec<Holder<'d>> {
    let is_built_in = object.is_built_in() == Some(true);
    if is_built_in && object.scope().is_none() {
        return Vec::new();
    }
    let title = match (object.kind(), object.name()) {
        (Some(kind), Some(name)) => format!("{kind} \"{name}\""),
        _ => "this object".to_owned(),
    };
    let template = format!("the pod template of {title}");
    let mut holders = vec![Holder { title, node: object.node, path: object.path.clone() }];
    for pod in is_built_in.then(|| pod_specs(object)).into_iter().flatten() {
        let Some(path) = pod.metadata.parent().filter(|path| *path != object.path) else { continue };
        if let Some(node) = object.node.document().at(&path) {
            holders.push(Holder { title: template.clone(), node, path });
        }
    }
    holders
}

impl<'d> Holder<'d> {
    /// The label of that key.
    pub(super) fn label(&self, key: &str) -> Setting<'d, &'d str> {
        string(self.node, &["metadata", "labels", key])
    }

    /// The annotation of that key.
    pub(super) fn annotation(&self, key: &str) -> Setting<'d, &'d str> {
        string(self.node, &["metadata", "annotations", key])
    }

    /// The keys of its annotations.
    pub(super) fn annotations(&self) -> Vec<&'d str> {
        let annotations = leastwise_manifest::lookup(self.node, &["metadata", "annotations"]).value();
        let entries = annotations.into_iter().flat_map(Node::entries);
        entries.filter(|entry| !entry.key.is_unknown()).filter_map(|entry| entry.key.key_text()).collect()
    }

    /// Where its labels stand, or would.
    pub(super) fn labels_path(&self) -> Path {
        self.path.keys(&["metadata", "labels"])
    }

    /// Where its annotations stand, or would.
    pub(super) fn annotations_path(&self) -> Path {
        self.path.keys(&["metadata", "annotations"])
    }
}

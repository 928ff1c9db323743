//! The annotations of a pod that once stood for fields of its containers.

use leastwise_manifest::PodSpec;
use leastwise_yaml::{Entry, Node, Path};

/// How the annotations for AppArmor begin; the name of a container follows.
pub(super) const APPARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// Each annotation of the pod that begins so: what follows in its key, its value and where it stands.
pub(super) fn container_annotations<'d>(
    pod: &PodSpec<'d>,
    beginning: &str,
) -> Vec<(&'d str, Node<'d>, Path)> {
    let path = pod.metadata.key("annotations");
    let named = |entry: Entry<'d>| {
        let key = entry.key.as_text()?;
        Some((key.strip_prefix(beginning)?, entry.value, path.key(key)))
    };
    annotations(pod).into_iter().flat_map(Node::entries).filter_map(named).collect()
}

fn annotations<'d>(pod: &PodSpec<'d>) -> Option<Node<'d>> {
    pod.node.document().at(&pod.metadata.key("annotations"))
}

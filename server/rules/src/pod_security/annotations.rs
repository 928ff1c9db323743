//! The annotations of a pod that once stood for fields of its containers.

use leastwise_manifest::PodSpec;
use leastwise_yaml::{Entry, Field, Node, Path};

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

/// Whether the pod may have annotations that cannot be read.
pub(super) fn may_hide_annotations(pod: &PodSpec<'_>) -> bool {
    let document = pod.node.document();
    match annotations(pod) {
        Some(annotations) => annotations.is_unknown() || annotations.is_open(),
        None => match document.at(&pod.metadata) {
            Some(metadata) => matches!(metadata.get("annotations"), Field::Unknown),
            None => pod
                .metadata
                .parent()
                .and_then(|holder| document.at(&holder))
                .is_none_or(|holder| matches!(holder.get("metadata"), Field::Unknown)),
        },
    }
}

fn annotations<'d>(pod: &PodSpec<'d>) -> Option<Node<'d>> {
    pod.node.document().at(&pod.metadata.key("annotations"))
}

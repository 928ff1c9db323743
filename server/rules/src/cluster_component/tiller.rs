//! Tells Tiller, the part of Helm 2 in the cluster, by its image, labels and name.

use leastwise_manifest::{Container, Image, PodSpec, lookup, string};
use leastwise_yaml::{Node, Path};

const NAME: &str = "tiller";

/// Labels that Helm 2 gave it.
const LABELS: [(&str, &str); 2] = [("app", "helm"), ("name", "tiller")];

/// Whether the container runs Tiller, by its image.
pub(super) fn is_tiller(container: &Container<'_>) -> bool {
    container.image().as_ref().is_some_and(holds_tiller)
}

fn holds_tiller(image: &Image<'_>) -> bool {
    image.repository.contains(NAME)
}

/// Where labels or a name say that the pod is Tiller: its own labels, those of the object, and the object's name.
pub(super) fn told_by(pod: &PodSpec<'_>) -> Option<Path> {
    let object = &pod.object;
    let own = pod.node.document().at(&pod.metadata).and_then(|node| labelled(node, &pod.metadata));
    let path = object.path.key("metadata");
    own.or_else(|| labelled(lookup(object.node, &["metadata"]).value()?, &path)).or_else(|| {
        let is_named = object.name().is_some_and(|name| name.contains(NAME));
        is_named.then(|| path.key("name"))
    })
}

fn labelled(metadata: Node<'_>, path: &Path) -> Option<Path> {
    let found = LABELS.iter().find(|(key, value)| string(metadata, &["labels", key]).known() == Some(value));
    found.map(|(key, _)| path.keys(&["labels", key]))
}

/// The first entry of a mapping of texts whose value speaks of Tiller.
pub(super) fn entry_with_tiller(mapping: Node<'_>, path: &Path) -> Option<Path> {
    let entries = mapping.entries();
    let entry =
        entries.iter().find(|entry| entry.value.as_str().is_some_and(|value| value.contains(NAME)))?;
    entry.key.key_text().map(|key| path.key(key))
}

/// Whether a name speaks of Tiller.
pub(super) fn is_named(name: &str) -> bool {
    name.contains(NAME)
}

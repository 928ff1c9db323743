//! The volumes of a pod, for the rules that judge where they come from.

use leastwise_manifest::PodSpec;
use leastwise_yaml::{Entry, Field, Kind, Node, Path};

/// One item of the pod's `volumes`.
pub(super) struct Volume<'d> {
    node: Node<'d>,
    /// Where it stands in its document.
    pub(super) path: Path,
}

/// The volumes of a pod. Items that are not mappings are left out.
pub(super) fn volumes<'d>(pod: &PodSpec<'d>) -> Vec<Volume<'d>> {
    let list = pod.path.key("volumes");
    let items = pod.node.get("volumes").value().into_iter().flat_map(Node::items);
    items
        .filter(|item| matches!(item.value.kind(), Kind::Mapping))
        .map(|item| Volume { node: item.value, path: list.index(item.index) })
        .collect()
}

impl<'d> Volume<'d> {
    /// Its name, when known.
    pub(super) fn name(&self) -> Option<&'d str> {
        self.node.get("name").value().and_then(Node::as_text)
    }

    /// `volume "name"`, or its place where the name is not known; for messages.
    pub(super) fn title(&self) -> String {
        match self.name() {
            Some(name) => format!("volume \"{name}\""),
            None => format!("the volume at {}", self.path),
        }
    }

    /// The source of that key, where it is known to be there: a null is no source, and nobody knows what a template
    /// in its place becomes.
    pub(super) fn source(&self, key: &str) -> Option<Entry<'d>> {
        match self.node.get(key) {
            Field::Present(entry) if !entry.value.is_null() && !entry.value.is_unknown() => Some(entry),
            _ => None,
        }
    }
}

//! The volume mounts of containers, for the rules on those that can be written.

use crate::finding::Fix;
use leastwise_manifest::{Container, Setting, boolean, string};
use leastwise_yaml::{Kind, Node, Patch, Path};

/// One item of a container's `volumeMounts`.
pub(super) struct Mount<'d> {
    node: Node<'d>,
    path: Path,
}

/// The mounts of a container. Items that are not mappings are left out.
pub(super) fn mounts<'d>(container: &Container<'d>) -> impl Iterator<Item = Mount<'d>> + use<'d> {
    let list = container.path.key("volumeMounts");
    let items = container.node.get("volumeMounts").value().into_iter().flat_map(Node::items);
    items
        .filter(|item| matches!(item.value.kind(), Kind::Mapping))
        .map(move |item| Mount { node: item.value, path: list.index(item.index) })
}

impl<'d> Mount<'d> {
    /// The volume it mounts, when known.
    pub(super) fn volume(&self) -> Option<&'d str> {
        string(self.node, &["name"]).known()
    }

    /// Where it stands in the container's file system, when known.
    pub(super) fn directory(&self) -> Option<&'d str> {
        string(self.node, &["mountPath"]).known()
    }

    /// Whether the container may write to it, as far as the mount says.
    pub(super) fn is_writable(&self) -> bool {
        matches!(boolean(self.node, &["readOnly"]), Setting::Set(false, _) | Setting::Unset)
    }

    /// Where `readOnly` stands, or would.
    pub(super) fn read_only(&self) -> Path {
        self.path.key("readOnly")
    }

    /// A fix that makes it read-only.
    pub(super) fn make_read_only(&self) -> Fix {
        Fix::behavioural("Set readOnly: true", [Patch::Set { path: self.read_only(), value: true.into() }])
    }
}

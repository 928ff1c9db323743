//! The node ports that containers bind, for the rules that judge them.

use leastwise_manifest::{Container, Setting, integer};
use leastwise_yaml::{Node, Path};

/// Each `hostPort` of a container that is set and not 0, with where it stands. 0 means none.
pub(super) fn host_ports(container: &Container<'_>) -> Vec<(i64, Path)> {
    let list = container.path.key("ports");
    let items = container.node.get("ports").value().into_iter().flat_map(Node::items);
    items
        .filter_map(|item| match integer(item.value, &["hostPort"]) {
            Setting::Set(0, _) | Setting::Unset | Setting::Unknown => None,
            Setting::Set(port, _) => Some((port, list.index(item.index).key("hostPort"))),
        })
        .collect()
}

//! The ports that containers declare, for the rules to which low ones matter.

use leastwise_manifest::{Container, integer};
use leastwise_yaml::{Node, Path};

/// Each `containerPort` below 1024, with where it stands. In kernels and runtimes of old only root or
/// `NET_BIND_SERVICE` could bind those.
pub(super) fn low_ports<'d>(container: &Container<'d>) -> impl Iterator<Item = (i64, Path)> + use<'d> {
    let list = container.path.key("ports");
    let items = container.node.get("ports").value().into_iter().flat_map(Node::items);
    items.filter_map(move |item| {
        let port = integer(item.value, &["containerPort"]).known()?;
        (1..1024).contains(&port).then(|| (port, list.index(item.index).key("containerPort")))
    })
}

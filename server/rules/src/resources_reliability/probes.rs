//! The probes of a container, and which containers should have some.

use leastwise_manifest::{Container, ContainerList, PodSpec, string};
use leastwise_yaml::{Field, Kind, Node};

/// The handlers of a probe; it has one of them.
pub(super) const HANDLERS: [&str; 4] = ["httpGet", "tcpSocket", "grpc", "exec"];

/// The kinds whose pods serve until they are told to stop. Those of Jobs end by themselves, and what pods of other
/// kinds are for is not known.
const SERVING: [&str; 6] =
    ["Pod", "Deployment", "ReplicaSet", "ReplicationController", "StatefulSet", "DaemonSet"];

/// Whether the pods are of a built-in kind that serves until it is told to stop.
pub(super) fn is_serving(pod: &PodSpec<'_>) -> bool {
    pod.object.is_built_in() != Some(false) && pod.object.kind().is_some_and(|kind| SERVING.contains(&kind))
}

/// Whether the container starts before the others and keeps running beside them.
pub(super) fn is_sidecar(container: &Container<'_>) -> bool {
    container.list == ContainerList::InitContainers
        && string(container.node, &["restartPolicy"]).known() == Some("Always")
}

/// Whether the API lets the container have probes.
pub(super) fn may_have_probes(container: &Container<'_>) -> bool {
    container.list == ContainerList::Containers || is_sidecar(container)
}

/// Whether the container certainly lacks the probe. An empty one is none.
pub(super) fn lacks(container: &Container<'_>, probe: &str) -> bool {
    match container.node.get(probe) {
        Field::Absent => true,
        Field::Present(entry) => entry.value.is_null() || is_empty(entry.value),
        Field::Unknown => false,
    }
}

fn is_empty(node: Node<'_>) -> bool {
    matches!(node.kind(), Kind::Mapping) && !node.is_open() && node.entries().is_empty()
}

/// The handler of a probe with its name, where it is known.
pub(super) fn handler<'d>(container: &Container<'d>, probe: &str) -> Option<(&'static str, Node<'d>)> {
    let probe = container.node.get(probe).value()?;
    HANDLERS.into_iter().find_map(|name| {
        let handler = probe.get(name).value()?;
        matches!(handler.kind(), Kind::Mapping).then_some((name, handler))
    })
}

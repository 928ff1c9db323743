//! Where a pod refers to Secrets.

use leastwise_manifest::{Container, PodSpec, string};
use leastwise_yaml::{Kind, Node, Path};

/// One reference to a Secret.
pub(super) struct Reference<'d> {
    /// The Secret's name, when known.
    pub(super) name: Option<&'d str>,
    /// Where the name stands, or would.
    pub(super) path: Path,
    /// The mapping that makes it a reference to a Secret.
    pub(super) source: Path,
    /// The variable that takes a key of the Secret; all its keys become variables or files without one.
    pub(super) variable: Option<&'d str>,
}

/// What the variables of a container refer to.
pub(super) fn of_container<'d>(container: &Container<'d>) -> Vec<Reference<'d>> {
    let mut references = Vec::new();
    for (list, keys) in [("env", &["valueFrom", "secretKeyRef"][..]), ("envFrom", &["secretRef"])] {
        for item in container.node.get(list).value().into_iter().flat_map(Node::items) {
            let path = container.path.key(list).index(item.index);
            if let Some(mut reference) = reference(item.value, path, keys, "name") {
                reference.variable = if list == "env" {
                    Some(string(item.value, &["name"]).known().unwrap_or("without a name"))
                } else {
                    None
                };
                references.push(reference);
            }
        }
    }
    references
}

/// What the volumes of a pod refer to.
pub(super) fn of_volumes<'d>(pod: &PodSpec<'d>) -> Vec<Reference<'d>> {
    let volumes = pod.node.get("volumes").value().into_iter().flat_map(Node::items);
    let path = pod.path.key("volumes");
    volumes
        .filter_map(|item| reference(item.value, path.index(item.index), &["secret"], "secretName"))
        .collect()
}

fn reference<'d>(node: Node<'d>, path: Path, keys: &[&str], name: &str) -> Option<Reference<'d>> {
    let source = leastwise_manifest::lookup(node, keys).value()?;
    matches!(source.kind(), Kind::Mapping).then(|| {
        let path = path.keys(keys);
        Reference {
            name: string(source, &[name]).known(),
            path: path.key(name),
            source: path,
            variable: None,
        }
    })
}

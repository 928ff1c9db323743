//! Values of a Helm chart: not Kubernetes' objects, but people write security contexts into them as they stand in one.

use crate::{Object, PodSpec};
use leastwise_yaml::{Document, Kind, Node, Path};

/// The keys under which charts keep security contexts.
const CONTEXTS: [&str; 3] = ["securityContext", "podSecurityContext", "containerSecurityContext"];

/// As many nodes as contexts are looked for in; more than any honest file of values has.
const BUDGET: usize = 50_000;

/// What holds a security context in values, seen as the pod spec that it will become a part of. Which of its fields
/// are a pod's and which a container's, only the chart knows.
pub fn security_contexts(values: &Document) -> Vec<PodSpec<'_>> {
    let object = Object { node: values.root(), path: Path::root() };
    let mut found = Vec::new();
    let mut visit = |path: &Path, node: Node<'_>| {
        for context in CONTEXTS {
            let is_one = node.get(context).value().is_some_and(|value| matches!(value.kind(), Kind::Mapping));
            if is_one {
                found.push((path.clone(), context));
            }
        }
        true
    };
    values.root().walk(&mut visit, BUDGET);
    found
        .into_iter()
        .filter_map(|(path, context)| {
            let node = values.at(&path)?;
            let metadata = path.key("metadata");
            Some(PodSpec { object: object.clone(), node, path, metadata, context })
        })
        .collect()
}

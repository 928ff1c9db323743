use leastwise_manifest::{Namespace, Object, lookup};
use leastwise_yaml::Node;

/// Objects as a cluster has them when they are applied together.
#[derive(Clone, Copy, Debug)]
pub struct Applied<'o, 'd> {
    /// The objects. Of two that are the same object of a cluster the last one counts.
    pub objects: &'o [Object<'d>],
    /// The namespace of those that do not say one.
    pub namespace: &'o str,
}

impl Applied<'_, '_> {
    /// Where an object lives; as it is written, where a template hides it.
    pub fn home(&self, object: &Object<'_>) -> String {
        match object.home() {
            Namespace::Named(name) => name.to_owned(),
            Namespace::Unsaid => self.namespace.to_owned(),
            Namespace::Unknown => {
                let node = lookup(object.node, &["metadata", "namespace"]).value();
                node.map(written).unwrap_or("a hidden namespace").to_owned()
            }
        }
    }
}

fn written(node: Node<'_>) -> &str {
    crate::data::written(node)
}

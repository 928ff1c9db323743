use crate::Object;
use crate::setting::{Setting, lookup, text};
use leastwise_yaml::{Node, Path};

/// An annotation of an object.
#[derive(Clone, Debug)]
pub struct Annotation<'d> {
    /// Its key.
    pub key: &'d str,
    /// Its value.
    pub node: Node<'d>,
    /// Where it stands in its document.
    pub path: Path,
}

impl<'d> Annotation<'d> {
    /// Its value, when known. A plain number or boolean counts as it is written: people forget quotes.
    pub fn value(&self) -> Option<&'d str> {
        text(self.node)
    }
}

impl<'d> Object<'d> {
    /// What the annotation of that key says.
    pub fn annotation(&self, key: &str) -> Setting<'d, &'d str> {
        Setting::read(lookup(self.node, &["metadata", "annotations", key]), text)
    }

    /// Where the annotation of that key stands, or would.
    pub fn annotation_path(&self, key: &str) -> Path {
        self.path.keys(&["metadata", "annotations", key])
    }

    /// Its annotations that are not null and whose key begins so.
    pub fn annotations(&self, beginning: &str) -> impl Iterator<Item = Annotation<'d>> {
        let annotations = lookup(self.node, &["metadata", "annotations"]).value();
        annotations.into_iter().flat_map(Node::entries).filter_map(move |entry| {
            let key = entry.key.as_text().filter(|key| key.starts_with(beginning))?;
            let path = self.annotation_path(key);
            (!entry.value.is_null()).then_some(Annotation { key, node: entry.value, path })
        })
    }
}

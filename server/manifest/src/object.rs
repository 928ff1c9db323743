use crate::Namespace;
use crate::setting::{lookup, string, text};
use leastwise_yaml::{Document, Field, Kind, Node, Path};
use serde::Serialize;

/// A Kubernetes object: a mapping with `apiVersion` and `kind`, alone in its document or an item of a `List`.
#[derive(Clone, Debug)]
pub struct Object<'d> {
    /// The mapping.
    pub node: Node<'d>,
    /// Where it stands in its document: the root, or `items[n]`.
    pub path: Path,
}

/// What an object calls itself. Empty where it does not say or nobody knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// `apiVersion`.
    pub api_version: String,
    /// `kind`.
    pub kind: String,
    /// `metadata.namespace`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// `metadata.name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Resource {
    /// Whether the kind is one of Kubernetes itself.
    pub fn is_built_in(&self) -> bool {
        is_built_in(group(&self.api_version))
    }
}

/// What stands before the slash; the core group has no name.
fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

fn is_built_in(group: &str) -> bool {
    !group.contains('.') || group.ends_with(".k8s.io")
}

/// The objects of a document, the items of lists each for itself. A list is of kind `List`, or of another kind that
/// ends so and has objects as items.
pub fn objects(document: &Document) -> Vec<Object<'_>> {
    let root = Object { node: document.root(), path: Path::root() };
    if !root.looks_like_kubernetes() {
        return Vec::new();
    }
    let items = match root.node.get("items") {
        Field::Present(items) if root.kind().is_some_and(|kind| kind.ends_with("List")) => items.value,
        _ => return vec![root],
    };
    let path = Path::root().key("items");
    let objects: Vec<_> = items
        .items()
        .map(|item| Object { node: item.value, path: path.index(item.index) })
        .filter(Object::looks_like_kubernetes)
        .collect();
    if objects.is_empty() && root.kind() != Some("List") { vec![root] } else { objects }
}

impl<'d> Object<'d> {
    /// `apiVersion`, when known.
    pub fn api_version(&self) -> Option<&'d str> {
        string(self.node, &["apiVersion"]).known()
    }

    /// The API group: what stands before the slash of `apiVersion`, empty for the core group.
    pub fn api_group(&self) -> Option<&'d str> {
        self.api_version().map(group)
    }

    /// Whether the kind is one of Kubernetes itself, when known: its groups have no dot or end in `.k8s.io`, those
    /// that extend it have a domain of their own.
    pub fn is_built_in(&self) -> Option<bool> {
        self.api_group().map(is_built_in)
    }

    /// `kind`, when known.
    pub fn kind(&self) -> Option<&'d str> {
        string(self.node, &["kind"]).known()
    }

    /// `metadata.name`, when known. A plain number or boolean counts too: people forget quotes.
    pub fn name(&self) -> Option<&'d str> {
        text(lookup(self.node, &["metadata", "name"]).value()?)
    }

    /// `metadata.namespace`, when known.
    pub fn namespace(&self) -> Option<&'d str> {
        text(lookup(self.node, &["metadata", "namespace"]).value()?)
    }

    /// Where it lives.
    pub fn home(&self) -> Namespace<'d> {
        match lookup(self.node, &["metadata", "namespace"]) {
            Field::Absent => Namespace::Unsaid,
            Field::Unknown => Namespace::Unknown,
            Field::Present(entry) if entry.value.is_null() => Namespace::Unsaid,
            Field::Present(entry) => match text(entry.value) {
                Some("") => Namespace::Unsaid,
                Some(name) => Namespace::Named(name),
                None => Namespace::Unknown,
            },
        }
    }

    /// What it calls itself.
    pub fn resource(&self) -> Resource {
        let owned = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        Resource {
            api_version: self.api_version().unwrap_or_default().to_owned(),
            kind: self.kind().unwrap_or_default().to_owned(),
            namespace: owned(self.namespace()),
            name: owned(self.name()),
        }
    }

    /// Both keys are there, whatever a template makes of their values.
    fn looks_like_kubernetes(&self) -> bool {
        let says = |key| {
            self.node.get(key).value().is_some_and(|value| value.is_unknown() || value.as_str().is_some())
        };
        matches!(self.node.kind(), Kind::Mapping) && says("apiVersion") && says("kind")
    }
}

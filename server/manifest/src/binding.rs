use crate::Object;
use crate::setting::{Setting, lookup, string, text};
use leastwise_yaml::{Field, Kind, Node, Path};

/// A RoleBinding or ClusterRoleBinding: who holds a role.
#[derive(Clone, Debug)]
pub struct Binding<'d> {
    /// The object.
    pub object: Object<'d>,
    /// The role that is granted.
    pub role: RoleRef<'d>,
    /// Who holds it, in order.
    pub subjects: Vec<Subject<'d>>,
    /// There may be subjects that nobody can read.
    pub open: bool,
}

/// The role that a binding names.
#[derive(Clone, Debug)]
pub struct RoleRef<'d> {
    /// Where it stands in its document, or would.
    pub path: Path,
    /// `Role` or `ClusterRole`, when known.
    pub kind: Option<&'d str>,
    /// Its name, when known.
    pub name: Option<&'d str>,
}

/// Someone who holds a role.
#[derive(Clone, Debug)]
pub struct Subject<'d> {
    /// The mapping.
    pub node: Node<'d>,
    /// Where it stands in its document.
    pub path: Path,
    /// `User`, `Group` or `ServiceAccount`, when known.
    pub kind: Option<&'d str>,
    /// The name, when known.
    pub name: Option<&'d str>,
    /// The namespace of a ServiceAccount.
    pub namespace: Setting<'d, &'d str>,
}

/// The object as a binding, if it is one. Where a template hides the version, the kind alone says so.
pub fn binding<'d>(object: &Object<'d>) -> Option<Binding<'d>> {
    let is_binding = matches!(object.kind(), Some("RoleBinding" | "ClusterRoleBinding"))
        && matches!(object.api_group(), Some("rbac.authorization.k8s.io") | None);
    is_binding.then(|| {
        let path = object.path.key("subjects");
        let (subjects, open) = match object.node.get("subjects") {
            Field::Present(subjects) => {
                let is_list = subjects.value.is_null() || matches!(subjects.value.kind(), Kind::Sequence);
                (Some(subjects.value), subjects.value.is_open() || !is_list)
            }
            Field::Absent => (None, false),
            Field::Unknown => (None, true),
        };
        let named = |key| lookup(object.node, &["roleRef", key]).value().and_then(text);
        Binding {
            role: RoleRef { path: object.path.key("roleRef"), kind: named("kind"), name: named("name") },
            subjects: subjects
                .into_iter()
                .flat_map(Node::items)
                .map(|item| subject(item.value, path.index(item.index)))
                .collect(),
            open,
            object: object.clone(),
        }
    })
}

fn subject(node: Node<'_>, path: Path) -> Subject<'_> {
    let named = |key| node.get(key).value().and_then(text);
    Subject { node, path, kind: named("kind"), name: named("name"), namespace: string(node, &["namespace"]) }
}

impl RoleRef<'_> {
    /// Whether it is known to be this one.
    pub fn is(&self, kind: &str, name: &str) -> bool {
        self.kind == Some(kind) && self.name == Some(name)
    }

    /// The role in words: `ClusterRole view`.
    pub fn title(&self) -> String {
        match (self.kind, self.name) {
            (Some(kind), Some(name)) => format!("{kind} {name}"),
            (Some(kind), None) => format!("a {kind}"),
            _ => "a role".to_owned(),
        }
    }
}

impl Binding<'_> {
    /// Whether it grants in every namespace and at cluster scope.
    pub fn is_cluster_binding(&self) -> bool {
        self.object.kind() == Some("ClusterRoleBinding")
    }
}

impl<'d> Subject<'d> {
    /// Whether it is known to be this one; the namespace is not looked at.
    pub fn is(&self, kind: &str, name: &str) -> bool {
        self.kind == Some(kind) && self.name == Some(name)
    }

    /// Whether part of it is hidden.
    pub fn is_open(&self) -> bool {
        self.node.is_open() || self.kind.is_none() || self.name.is_none() || self.namespace.is_unknown()
    }
}

/// The names in a binding: what every pod and every role of a workspace is compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Binds {
    /// The name of the role, when known.
    pub role: Option<String>,
    /// The names of the subjects, as far as they are known.
    pub subjects: Vec<String>,
}

impl Binds {
    /// Reads a binding; of another object it has no names.
    pub fn of(object: &Object<'_>) -> Self {
        let Some(binding) = binding(object) else { return Self::default() };
        Self {
            role: binding.role.name.map(str::to_owned),
            subjects: binding.subjects.iter().filter_map(|subject| subject.name).map(str::to_owned).collect(),
        }
    }
}

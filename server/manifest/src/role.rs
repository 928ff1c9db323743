use crate::Object;
use crate::setting::text;
use leastwise_yaml::{Field, Kind, Node, Path};

/// A Role or ClusterRole.
#[derive(Clone, Debug)]
pub struct Role<'d> {
    /// The object.
    pub object: Object<'d>,
    /// Its rules in order.
    pub rules: Vec<PolicyRule<'d>>,
}

/// One rule of a role.
#[derive(Clone, Debug)]
pub struct PolicyRule<'d> {
    /// The mapping.
    pub node: Node<'d>,
    /// Where it stands in its document.
    pub path: Path,
}

/// A list of names in a rule.
#[derive(Clone, Debug, Default)]
pub struct Names<'d> {
    /// Each known name and where it stands.
    pub known: Vec<(&'d str, Path)>,
    /// Some or all of the list is hidden by a template, broken text or a value that is no list.
    pub open: bool,
}

impl Names<'_> {
    /// Whether the name is listed.
    pub fn contains(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Where the name is listed.
    pub fn find(&self, name: &str) -> Option<&Path> {
        self.known.iter().find(|(known, _)| *known == name).map(|(_, path)| path)
    }
}

/// The object as a role, if it is one. Where a template hides the version, the kind alone says so.
pub fn role<'d>(object: &Object<'d>) -> Option<Role<'d>> {
    let is_role = matches!(object.api_group(), Some("rbac.authorization.k8s.io") | None)
        && matches!(object.kind(), Some("Role" | "ClusterRole"));
    is_role.then(|| {
        let path = object.path.key("rules");
        let rules = object.node.get("rules").value().into_iter().flat_map(Node::items);
        Role {
            object: object.clone(),
            rules: rules.map(|item| PolicyRule { node: item.value, path: path.index(item.index) }).collect(),
        }
    })
}

impl Role<'_> {
    /// Whether it grants in every namespace and at cluster scope, if bound so.
    pub fn is_cluster_role(&self) -> bool {
        self.object.kind() == Some("ClusterRole")
    }
}

impl<'d> PolicyRule<'d> {
    /// The names under `key`: `verbs`, `apiGroups`, `resources`, `resourceNames` or `nonResourceURLs`.
    pub fn names(&self, key: &str) -> Names<'d> {
        let path = self.path.key(key);
        match self.node.get(key) {
            Field::Present(entry) => Names {
                known: entry
                    .value
                    .items()
                    .filter_map(|item| Some((text(item.value)?, path.index(item.index))))
                    .collect(),
                open: !is_list(entry.value)
                    || entry.value.is_open()
                    || entry.value.items().any(|item| item.value.is_unknown()),
            },
            Field::Absent => Names::default(),
            Field::Unknown => Names { known: Vec::new(), open: true },
        }
    }
}

/// A null is an empty list.
fn is_list(node: Node<'_>) -> bool {
    node.is_null() || matches!(node.kind(), Kind::Sequence)
}

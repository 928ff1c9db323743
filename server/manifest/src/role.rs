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
    /// There may be rules that nobody can read: a template, broken text or a value that is no list.
    pub open: bool,
}

/// One rule of a role.
#[derive(Clone, Debug)]
pub struct PolicyRule<'d> {
    /// The mapping.
    pub node: Node<'d>,
    /// Where it stands in its document.
    pub path: Path,
    /// What may be done.
    pub verbs: Names<'d>,
    /// The groups of the resources; the core group has an empty name.
    pub api_groups: Names<'d>,
    /// The resources, some with a subresource after a slash.
    pub resources: Names<'d>,
    /// The objects that it is for; all when there are none.
    pub resource_names: Names<'d>,
    /// The URLs that are no resources.
    pub non_resource_urls: Names<'d>,
}

/// A list of names in a rule.
#[derive(Clone, Debug, Default)]
pub struct Names<'d> {
    /// Where the list stands, or would.
    pub path: Path,
    /// Each known name and its place in the list.
    pub known: Vec<(&'d str, usize)>,
    /// Some or all of the list is hidden by a template, broken text or a value that is no list.
    pub open: bool,
}

impl<'d> Names<'d> {
    /// The known names.
    pub fn texts(&self) -> impl Iterator<Item = &'d str> + Clone {
        self.known.iter().map(|(name, _)| *name)
    }

    /// Whether the name is listed.
    pub fn contains(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The place in the list at which the name stands.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.known.iter().find(|(known, _)| *known == name).map(|(_, place)| *place)
    }

    /// Where the item stands in its document.
    pub fn at(&self, place: usize) -> Path {
        self.path.index(place)
    }

    /// Whether there is certainly no name.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty() && !self.open
    }
}

/// The object as a role, if it is one. Where a template hides the version, the kind alone says so.
pub fn role<'d>(object: &Object<'d>) -> Option<Role<'d>> {
    let is_role = matches!(object.kind(), Some("Role" | "ClusterRole"))
        && matches!(object.api_group(), Some("rbac.authorization.k8s.io") | None);
    is_role.then(|| {
        let path = object.path.key("rules");
        let (rules, open) = match object.node.get("rules") {
            Field::Present(rules) => (Some(rules.value), rules.value.is_open() || !is_list(rules.value)),
            Field::Absent => (None, false),
            Field::Unknown => (None, true),
        };
        Role {
            object: object.clone(),
            rules: rules
                .into_iter()
                .flat_map(Node::items)
                .map(|item| PolicyRule::new(item.value, path.index(item.index)))
                .collect(),
            open,
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
    fn new(node: Node<'d>, path: Path) -> Self {
        let names = |key| names(node, key, &path);
        Self {
            verbs: names("verbs"),
            api_groups: names("apiGroups"),
            resources: names("resources"),
            resource_names: names("resourceNames"),
            non_resource_urls: names("nonResourceURLs"),
            node,
            path,
        }
    }

    /// Whether part of it is hidden.
    pub fn is_open(&self) -> bool {
        let lists =
            [&self.verbs, &self.api_groups, &self.resources, &self.resource_names, &self.non_resource_urls];
        lists.iter().any(|names| names.open)
    }
}

fn names<'d>(rule: Node<'d>, key: &str, path: &Path) -> Names<'d> {
    let path = path.key(key);
    match rule.get(key) {
        Field::Present(entry) => Names {
            path,
            known: entry.value.items().filter_map(|item| Some((text(item.value)?, item.index))).collect(),
            open: !is_list(entry.value)
                || entry.value.is_open()
                || entry.value.items().any(|item| item.value.is_unknown()),
        },
        Field::Absent => Names { path, known: Vec::new(), open: false },
        Field::Unknown => Names { path, known: Vec::new(), open: true },
    }
}

/// A null is an empty list.
fn is_list(node: Node<'_>) -> bool {
    node.is_null() || matches!(node.kind(), Kind::Sequence)
}

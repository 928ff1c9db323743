//! Pod specs wherever they stand: in the workload kinds, and in custom resources by their shape.

use crate::setting::{CONTEXT, Setting, boolean, security, string};
use crate::{Container, ContainerList, Labels, Object};
use leastwise_yaml::{Field, Kind, Node, Path, Segment};

/// A pod spec: `spec` of a Pod, `spec.template.spec` of a Deployment, and so on.
#[derive(Clone, Debug)]
pub struct PodSpec<'d> {
    /// The object that it is part of.
    pub object: Object<'d>,
    /// The mapping.
    pub node: Node<'d>,
    /// Where it stands in its document.
    pub path: Path,
    /// Where the pod's own metadata stands, or would.
    pub metadata: Path,
    /// The key of its security context: `securityContext`, but for values of charts.
    pub(crate) context: &'static str,
}

/// Where the API puts the pod template. Sources: `core/v1`, `apps/v1` and `batch/v1` types.
const TEMPLATES: &[(&str, &[&str], &[&str])] = &[
    ("", &["Pod"], &[]),
    ("", &["ReplicationController"], &["spec", "template"]),
    ("", &["PodTemplate"], &["template"]),
    ("apps", &["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"], &["spec", "template"]),
    ("extensions", &["Deployment", "ReplicaSet", "DaemonSet"], &["spec", "template"]),
    ("batch", &["Job"], &["spec", "template"]),
    ("batch", &["CronJob"], &["spec", "jobTemplate", "spec", "template"]),
];

/// Groups whose objects describe pods without being any: policies hold patterns, not specs.
const PATTERNS: &[&str] = &["kyverno.io", "gatekeeper.sh"];

/// Keys under which containers share a pod that is described elsewhere (Argo Workflows).
const NOT_PODS: &[&str] = &["containerSet"];

/// As many nodes as a shape is looked for in; more than any honest object has.
const SHAPE_BUDGET: usize = 20_000;

/// The pod specs of an object.
pub fn pod_specs<'d>(object: &Object<'d>) -> Vec<PodSpec<'d>> {
    match (object.api_group(), object.kind()) {
        (Some(group), Some(kind)) if object.is_built_in() == Some(true) => {
            at_template(object, |known, kinds| known == group && kinds.contains(&kind)).into_iter().collect()
        }
        // A template hides the version, but who calls a kind so means the one of Kubernetes.
        (None, Some(kind)) => match at_template(object, |_, kinds| kinds.contains(&kind)) {
            Some(pod) => vec![pod],
            None => by_shape(object),
        },
        (Some(group), _) if PATTERNS.iter().any(|pattern| group.ends_with(pattern)) => Vec::new(),
        _ => by_shape(object),
    }
}

/// Whether the object is of a kind of Kubernetes that holds a pod spec, be it seen or not. Where a template hides the
/// group the kind decides.
pub fn is_workload(object: &Object<'_>) -> bool {
    object.kind().is_some_and(|kind| {
        let is_of = |known: &str| object.api_group().is_none_or(|group| group == known);
        TEMPLATES.iter().any(|(group, kinds, _)| is_of(group) && kinds.contains(&kind))
    })
}

fn at_template<'d>(object: &Object<'d>, is_kind: impl Fn(&str, &[&str]) -> bool) -> Option<PodSpec<'d>> {
    let (_, _, template) = TEMPLATES.iter().find(|(group, kinds, _)| is_kind(group, kinds))?;
    let path = object.path.keys(template);
    let keys: Vec<&str> = template.iter().copied().chain(["spec"]).collect();
    let node = crate::lookup(object.node, &keys).value()?;
    matches!(node.kind(), Kind::Mapping).then(|| PodSpec {
        object: object.clone(),
        node,
        metadata: path.key("metadata"),
        path: path.key("spec"),
        context: CONTEXT,
    })
}

/// Every mapping that has `containers` with images is a pod spec, whatever the kind calls it.
fn by_shape<'d>(object: &Object<'d>) -> Vec<PodSpec<'d>> {
    let mut found = Vec::new();
    let mut visit = |path: &Path, node: Node<'d>| {
        let is_pod_spec = holds_containers(node) && !is_part_of_pod(path);
        if is_pod_spec {
            let path = object.path.join(path);
            let holder = match path.last() {
                Some(Segment::Key(key)) if key == "spec" => path.parent().unwrap_or_default(),
                _ => path.clone(),
            };
            let metadata = holder.key("metadata");
            found.push(PodSpec { object: object.clone(), node, metadata, path, context: CONTEXT });
        }
        !is_pod_spec
    };
    object.node.walk(&mut visit, SHAPE_BUDGET);
    found
}

fn is_part_of_pod(path: &Path) -> bool {
    matches!(path.last(), Some(Segment::Key(key)) if NOT_PODS.contains(&key.as_str()))
}

fn holds_containers(node: Node<'_>) -> bool {
    node.get("containers").value().is_some_and(|containers| {
        containers.items().any(|item| matches!(item.value.get("image"), Field::Present(image) if image.value.as_str().is_some() || image.value.is_unknown()))
    })
}

impl<'d> PodSpec<'d> {
    /// The same, seen as a container: in values of charts nobody knows which it will be.
    pub fn as_container(&self) -> Container<'d> {
        let list = ContainerList::Containers;
        Container { list, node: self.node, path: self.path.clone(), context: self.context }
    }

    /// The path of its security context.
    pub fn security_context(&self) -> Path {
        self.path.key(self.context)
    }

    /// The containers of all three lists. Items that are not mappings are left out.
    pub fn containers(&self) -> Vec<Container<'d>> {
        ContainerList::ALL
            .into_iter()
            .flat_map(|list| {
                let items = self.node.get(list.key()).value();
                let path = self.path.key(list.key());
                items.into_iter().flat_map(Node::items).filter_map(move |item| {
                    let mapping = matches!(item.value.kind(), Kind::Mapping);
                    mapping.then(|| Container {
                        list,
                        node: item.value,
                        path: path.index(item.index),
                        context: CONTEXT,
                    })
                })
            })
            .collect()
    }

    /// The name of its ServiceAccount; `None` where a template hides it. `serviceAccount` is the field's old name.
    pub fn service_account(&self) -> Option<&'d str> {
        match self.string(&["serviceAccountName"]).or(self.string(&["serviceAccount"])) {
            Setting::Set("", _) | Setting::Unset => Some("default"),
            Setting::Set(name, _) => Some(name),
            Setting::Unknown => None,
        }
    }

    /// The labels of the pods.
    pub fn labels(&self) -> Labels<'d> {
        let document = self.node.document();
        // Metadata that is hidden may have any labels; where it is not there at all, there are none.
        match document.at(&self.metadata) {
            Some(metadata) => Labels::of(metadata.get("labels")),
            None => {
                let holder = self.metadata.parent().and_then(|holder| document.at(&holder));
                Labels::of(holder.map_or(Field::Unknown, |holder| match holder.get("metadata") {
                    Field::Absent => Field::Absent,
                    Field::Present(_) | Field::Unknown => Field::Unknown,
                }))
            }
        }
    }

    /// Whether `os.name` is `windows`; `None` when nobody knows.
    pub fn is_windows(&self) -> Option<bool> {
        match string(self.node, &["os", "name"]) {
            Setting::Set(name, _) => Some(name == "windows"),
            Setting::Unset => Some(false),
            Setting::Unknown => None,
        }
    }

    /// The boolean at `keys`.
    pub fn boolean(&self, keys: &[&str]) -> Setting<'d, bool> {
        boolean(self.node, keys)
    }

    /// The string at `keys`.
    pub fn string(&self, keys: &[&str]) -> Setting<'d, &'d str> {
        string(self.node, keys)
    }

    /// The boolean `keys` of the pod's `securityContext`.
    pub fn security_boolean(&self, keys: &[&str]) -> Setting<'d, bool> {
        Setting::read(security(self.node, self.context, keys), Node::as_bool)
    }

    /// The whole number `keys` of the pod's `securityContext`.
    pub fn security_integer(&self, keys: &[&str]) -> Setting<'d, i64> {
        Setting::read(security(self.node, self.context, keys), Node::as_integer)
    }

    /// The string `keys` of the pod's `securityContext`.
    pub fn security_string(&self, keys: &[&str]) -> Setting<'d, &'d str> {
        Setting::read(security(self.node, self.context, keys), Node::as_str)
    }

    /// The path of the field `keys` of the pod's `securityContext`.
    pub fn security_path(&self, keys: &[&str]) -> Path {
        self.path.key(self.context).keys(keys)
    }
}

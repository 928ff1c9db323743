use crate::setting::{Setting, integer, lookup, string, text};
use crate::{Object, PodSpec, Requirement, Selector};
use leastwise_yaml::{Field, Kind, Node, Path};

/// A Service of the core group; not one of Knative.
#[derive(Clone, Debug)]
pub struct Service<'d> {
    /// The object.
    pub object: Object<'d>,
}

/// A port of a Service.
#[derive(Clone, Debug)]
pub struct ServicePort<'d> {
    /// The mapping.
    pub node: Node<'d>,
    /// Where it stands in its document.
    pub path: Path,
}

/// A port as others refer to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortReference<'d> {
    /// By its number.
    Number(i64),
    /// By its name.
    Name(&'d str),
}

impl<'d> PortReference<'d> {
    /// Reads a number or a name.
    pub(crate) fn read(node: Node<'d>) -> Option<Self> {
        node.as_integer().map(Self::Number).or_else(|| node.as_str().map(Self::Name))
    }
}

/// Labels that controllers give to pods and no template holds.
const GIVEN_LABELS: &[&str] = &[
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name",
    "controller-revision-hash",
    "controller-uid",
    "job-name",
    "pod-template-generation",
    "pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
];

impl<'d> Service<'d> {
    /// The object as a Service, if it is one. Where a template hides the version, the kind alone says so.
    pub fn of(object: &Object<'d>) -> Option<Self> {
        let is_one = object.kind() == Some("Service") && matches!(object.api_group(), Some("") | None);
        is_one.then(|| Self { object: object.clone() })
    }

    /// `Service "name"`, for messages.
    pub fn title(&self) -> String {
        self.object.name().map_or_else(|| "a Service".to_owned(), |name| format!("Service \"{name}\""))
    }

    /// `spec.type`; unset means ClusterIP.
    pub fn kind(&self) -> Setting<'d, &'d str> {
        string(self.object.node, &["spec", "type"])
    }

    /// Whether it is certainly of this type.
    pub fn is_of(&self, kind: &str) -> bool {
        self.kind().known() == Some(kind)
    }

    /// Whether it certainly opens ports outside of the cluster: of type NodePort or LoadBalancer.
    pub fn is_external(&self) -> bool {
        matches!(self.kind().known(), Some("NodePort" | "LoadBalancer"))
    }

    /// The labels by which it selects pods. `None` where it selects none at all. What it asks of labels that
    /// controllers give to pods is hidden.
    pub fn selector(&self) -> Option<Selector<'d>> {
        if self.is_of("ExternalName") {
            return None;
        }
        let mut selector = Selector::of_labels(lookup(self.object.node, &["spec", "selector"]))?;
        for requirement in &mut selector.requirements {
            let Requirement { key, operator } = requirement;
            if GIVEN_LABELS.contains(key) {
                *operator = None;
            }
        }
        (!selector.is_empty()).then_some(selector)
    }

    /// Whether it selects the pod, wherever both live. `None` when nobody knows.
    pub fn selects(&self, pod: &PodSpec<'_>) -> Option<bool> {
        self.selector().map_or(Some(false), |selector| selector.matches(&pod.labels()))
    }

    /// Its ports. Items that are not mappings are left out.
    pub fn ports(&self) -> impl Iterator<Item = ServicePort<'d>> + use<'d> {
        let list = self.object.path.keys(&["spec", "ports"]);
        let items = lookup(self.object.node, &["spec", "ports"]).value().into_iter().flat_map(Node::items);
        items.filter_map(move |item| {
            let is_mapping = matches!(item.value.kind(), Kind::Mapping);
            is_mapping.then(|| ServicePort { node: item.value, path: list.index(item.index) })
        })
    }

    /// Whether it certainly has no such port.
    pub fn lacks_port(&self, wanted: PortReference<'_>) -> bool {
        let is_readable = match lookup(self.object.node, &["spec", "ports"]) {
            Field::Absent => true,
            Field::Unknown => false,
            Field::Present(entry) => {
                matches!(entry.value.kind(), Kind::Sequence)
                    && !entry.value.is_open()
                    && entry.value.items().all(|item| matches!(item.value.kind(), Kind::Mapping))
            }
        };
        is_readable
            && self.ports().all(|port| match wanted {
                PortReference::Number(wanted) => match port.number() {
                    Setting::Set(number, _) => number != wanted,
                    Setting::Unset => true,
                    Setting::Unknown => false,
                },
                PortReference::Name(wanted) => match port.node.get("name") {
                    Field::Present(name) => text(name.value).is_some_and(|name| name != wanted),
                    Field::Absent => true,
                    Field::Unknown => false,
                },
            })
    }
}

impl<'d> ServicePort<'d> {
    /// `port`.
    pub fn number(&self) -> Setting<'d, i64> {
        integer(self.node, &["port"])
    }

    /// `targetPort`; unset means the same as `port`.
    pub fn target(&self) -> Setting<'d, PortReference<'d>> {
        Setting::read(self.node.get("targetPort"), PortReference::read)
    }
}

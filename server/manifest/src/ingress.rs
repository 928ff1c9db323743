use crate::setting::{Setting, lookup, string};
use crate::{Object, PortReference};
use leastwise_yaml::{Field, Kind, Node, Path};

/// An Ingress of `networking.k8s.io/v1`, or in the shape of the versions before it.
#[derive(Clone, Debug)]
pub struct Ingress<'d> {
    /// The object.
    pub object: Object<'d>,
}

/// One of its rules.
#[derive(Clone, Debug)]
pub struct IngressRule<'d> {
    /// The mapping.
    pub node: Node<'d>,
    /// Where it stands in its document.
    pub path: Path,
}

/// A path of a rule.
#[derive(Clone, Debug)]
pub struct IngressPath<'d> {
    /// The mapping.
    pub node: Node<'d>,
    /// Where it stands in its document.
    pub path: Path,
}

/// The Service that requests are sent to.
#[derive(Clone, Debug)]
pub struct IngressBackend<'d> {
    /// Its name.
    pub service: &'d str,
    /// Where the name stands.
    pub service_path: Path,
    /// The port, when known.
    pub port: Option<PortReference<'d>>,
    /// Where the port stands.
    pub port_path: Path,
}

/// The annotation that named the class before there was a field.
pub const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";

impl<'d> Ingress<'d> {
    /// The object as an Ingress, if it is one. Where a template hides the version, the kind alone says so.
    pub fn of(object: &Object<'d>) -> Option<Self> {
        let is_one = object.kind() == Some("Ingress")
            && matches!(object.api_group(), Some("networking.k8s.io" | "extensions") | None);
        is_one.then(|| Self { object: object.clone() })
    }

    /// `Ingress "name"`, for messages.
    pub fn title(&self) -> String {
        self.object.name().map_or_else(|| "an Ingress".to_owned(), |name| format!("Ingress \"{name}\""))
    }

    /// Its class and where it stands: the field counts before the annotation.
    pub fn class(&self) -> (Setting<'d, &'d str>, Path) {
        match string(self.object.node, &["spec", "ingressClassName"]) {
            Setting::Unset => {
                (self.object.annotation(CLASS_ANNOTATION), self.object.annotation_path(CLASS_ANNOTATION))
            }
            class => (class, self.object.path.keys(&["spec", "ingressClassName"])),
        }
    }

    /// Its rules.
    pub fn rules(&self) -> impl Iterator<Item = IngressRule<'d>> + use<'d> {
        let list = self.object.path.keys(&["spec", "rules"]);
        mappings(lookup(self.object.node, &["spec", "rules"]))
            .map(move |(index, node)| IngressRule { node, path: list.index(index) })
    }

    /// Where requests go that no rule matches. Its name was `backend` before `networking.k8s.io/v1`.
    pub fn default_backend(&self) -> Option<(Node<'d>, Path)> {
        ["defaultBackend", "backend"].into_iter().find_map(|key| {
            let node = lookup(self.object.node, &["spec", key]).value().filter(|node| !node.is_null())?;
            Some((node, self.object.path.keys(&["spec", key])))
        })
    }

    /// Every Service that it sends requests to.
    pub fn backends(&self) -> impl Iterator<Item = IngressBackend<'d>> + use<'d> {
        let of_paths = self.rules().flat_map(|rule| rule.paths().collect::<Vec<_>>());
        let of_paths =
            of_paths.filter_map(|path| Some((path.node.get("backend").value()?, path.path.key("backend"))));
        self.default_backend().into_iter().chain(of_paths).filter_map(|(node, path)| backend(node, &path))
    }
}

impl<'d> IngressRule<'d> {
    /// `host`; unset means every host.
    pub fn host(&self) -> Setting<'d, &'d str> {
        string(self.node, &["host"])
    }

    /// Where the host stands, or would.
    pub fn host_path(&self) -> Path {
        self.path.key("host")
    }

    /// Its paths.
    pub fn paths(&self) -> impl Iterator<Item = IngressPath<'d>> + use<'d> {
        let list = self.path.keys(&["http", "paths"]);
        mappings(lookup(self.node, &["http", "paths"]))
            .map(move |(index, node)| IngressPath { node, path: list.index(index) })
    }
}

impl<'d> IngressPath<'d> {
    /// `path`; unset means every path.
    pub fn value(&self) -> Setting<'d, &'d str> {
        string(self.node, &["path"])
    }

    /// Where the path stands, or would.
    pub fn value_path(&self) -> Path {
        self.path.key("path")
    }
}

/// The mappings of a list, with their places in it.
fn mappings<'d>(field: Field<'d>) -> impl Iterator<Item = (usize, Node<'d>)> {
    let items = field.value().into_iter().flat_map(Node::items);
    items.filter_map(|item| matches!(item.value.kind(), Kind::Mapping).then_some((item.index, item.value)))
}

/// `service.{name,port}`, or `serviceName` and `servicePort` as it was before. `None` for other resources.
fn backend<'d>(node: Node<'d>, path: &Path) -> Option<IngressBackend<'d>> {
    if let Some(service) = string(node, &["service", "name"]).known() {
        let number = lookup(node, &["service", "port", "number"]).value().and_then(Node::as_integer);
        let name = || string(node, &["service", "port", "name"]).known();
        return Some(IngressBackend {
            service,
            service_path: path.keys(&["service", "name"]),
            port: number.map(PortReference::Number).or_else(|| name().map(PortReference::Name)),
            port_path: path.keys(&["service", "port"]),
        });
    }
    Some(IngressBackend {
        service: string(node, &["serviceName"]).known()?,
        service_path: path.key("serviceName"),
        port: node.get("servicePort").value().and_then(PortReference::read),
        port_path: path.key("servicePort"),
    })
}

use crate::Image;
use crate::setting::{Setting, lookup, security, text};
use leastwise_yaml::{Field, Node, Path};

/// The three lists of containers in a pod spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContainerList {
    /// `containers`.
    Containers,
    /// `initContainers`.
    InitContainers,
    /// `ephemeralContainers`, in which the API forbids resources, ports, probes and lifecycle.
    EphemeralContainers,
}

impl ContainerList {
    /// All three, in the order in which pods list them.
    pub const ALL: [Self; 3] = [Self::Containers, Self::InitContainers, Self::EphemeralContainers];

    /// The field's name.
    pub fn key(self) -> &'static str {
        match self {
            Self::Containers => "containers",
            Self::InitContainers => "initContainers",
            Self::EphemeralContainers => "ephemeralContainers",
        }
    }
}

/// One container of a pod.
#[derive(Clone, Debug)]
pub struct Container<'d> {
    /// The list it stands in.
    pub list: ContainerList,
    /// The mapping.
    pub node: Node<'d>,
    /// Where it stands in its document.
    pub path: Path,
    /// The key of its security context: `securityContext`, but for values of charts.
    pub(crate) context: &'static str,
}

impl<'d> Container<'d> {
    /// `name`, when known.
    pub fn name(&self) -> Option<&'d str> {
        text(lookup(self.node, &["name"]).value()?)
    }

    /// `container "name"`, or the place in its list where the name is not known; for messages.
    pub fn title(&self) -> String {
        match self.name() {
            Some(name) => format!("container \"{name}\""),
            None if self.path.segments().is_empty() => "the container".to_owned(),
            None => format!("the container at {}", self.path),
        }
    }

    /// Its image, when known and not left to a tool to fill in.
    pub fn image(&self) -> Option<Image<'d>> {
        Image::parse(self.node.get("image").value()?.as_str()?)
    }

    /// The field `keys` of its `securityContext`.
    pub fn security(&self, keys: &[&str]) -> Field<'d> {
        security(self.node, self.context, keys)
    }

    /// The boolean `keys` of its `securityContext`.
    pub fn security_boolean(&self, keys: &[&str]) -> Setting<'d, bool> {
        Setting::read(security(self.node, self.context, keys), Node::as_bool)
    }

    /// The whole number `keys` of its `securityContext`.
    pub fn security_integer(&self, keys: &[&str]) -> Setting<'d, i64> {
        Setting::read(security(self.node, self.context, keys), Node::as_integer)
    }

    /// The string `keys` of its `securityContext`.
    pub fn security_string(&self, keys: &[&str]) -> Setting<'d, &'d str> {
        Setting::read(security(self.node, self.context, keys), Node::as_str)
    }

    /// The path of the field `keys` of its `securityContext`.
    pub fn security_path(&self, keys: &[&str]) -> Path {
        self.path.key(self.context).keys(keys)
    }
}

//! What volumes bring into a pod, and how far its containers reach into them.

use crate::data::canonical;
use crate::power::Power;
use crate::reading::{nodes, said};
use leastwise_manifest::{PodSpec, boolean, integer, string};
use leastwise_yaml::{Field, Node};
use std::cmp::Ordering;

/// A tree of files that a pod reaches: what it belongs to, and the part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    root: Root,
    /// The names on the way from the root to the part; empty for the whole.
    part: Vec<String>,
}

/// What a volume takes its files from. An `emptyDir` and the downward API bring nothing that was not the pod's.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Root {
    /// The node's file system.
    Host(HostPathType),
    /// A secret by name; its parts are keys.
    Secret(String),
    /// A config map by name; its parts are keys.
    ConfigMap(String),
    /// A claim by name.
    Claim(String),
    /// A token of the pod's service account.
    Token { audience: String, seconds: i64 },
    /// Another kind of volume with its data: equal or not, nothing more is known.
    Other(String),
    /// Mounted by name but declared elsewhere, as by a claim template of a StatefulSet.
    Undeclared(String),
}

/// What the kubelet does about a host path before it mounts it: creating is more than nothing, and that is more
/// than refusing what is of another type.
#[derive(Clone, Debug, PartialEq, Eq)]
struct HostPathType(String);

impl PartialOrd for HostPathType {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let rank = |kind: &Self| match kind.0.as_str() {
            "DirectoryOrCreate" | "FileOrCreate" => 2,
            "" => 1,
            _ => 0,
        };
        match rank(self).cmp(&rank(other)) {
            Ordering::Equal => (self == other).then_some(Ordering::Equal),
            unequal => Some(unequal),
        }
    }
}

impl Root {
    fn is_within(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Host(kind), Self::Host(other)) => kind <= other,
            (Self::Token { audience, seconds }, Self::Token { audience: other, seconds: longest }) => {
                audience == other && seconds <= longest
            }
            _ => self == other,
        }
    }
}

impl Reach {
    fn is_within(&self, other: &Self) -> bool {
        self.root.is_within(&other.root) && self.part.starts_with(&other.part)
    }

    fn phrase(&self) -> String {
        let part = self.part.join("/");
        let of = |what: &str, name: &str| match part.as_str() {
            "" => format!("the {what} {name}"),
            part => format!("{part} of the {what} {name}"),
        };
        match &self.root {
            Root::Host(kind) if kind.0.is_empty() => format!("the host path /{part}"),
            Root::Host(kind) => format!("the host path /{part} ({})", kind.0),
            Root::Secret(name) => of("secret", name),
            Root::ConfigMap(name) => of("config map", name),
            Root::Claim(name) => of("volume claim", name),
            Root::Token { audience, seconds } if audience.is_empty() => {
                format!("a service account token for {seconds} s")
            }
            Root::Token { audience, seconds } => {
                format!("a service account token for {audience:?} and {seconds} s")
            }
            Root::Other(data) => of("volume", data),
            Root::Undeclared(name) => of("volume", name),
        }
    }
}

/// What the volumes of a pod reach, mounted or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Volumes(Vec<Reach>);

impl Power for Volumes {
    fn beyond(&self, other: Option<&Self>) -> Vec<String> {
        let others = other.map_or(&[] as &[Reach], |other| &other.0);
        let beyond = self.0.iter().filter(|reach| !others.iter().any(|other| reach.is_within(other)));
        beyond.map(|reach| format!("declares {}", reach.phrase())).collect()
    }

    fn is_least(&self) -> bool {
        self.0.is_empty()
    }
}

/// How far a mount may change what it reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
enum Access {
    /// Not even file systems that are mounted below.
    RecursivelyReadOnly,
    ReadOnly,
    ReadWrite,
}

/// Whether mounts of the node appear in the container, and those of the container on the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
enum Propagation {
    None,
    HostToContainer,
    Bidirectional,
}

/// A part of a volume in a container.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mount {
    reach: Reach,
    access: Access,
    propagation: Propagation,
}

impl Mount {
    fn is_within(&self, other: &Self) -> bool {
        self.reach.is_within(&other.reach)
            && self.access <= other.access
            && self.propagation <= other.propagation
    }

    fn phrase(&self) -> String {
        let verb = match self.access {
            Access::RecursivelyReadOnly | Access::ReadOnly => "reads",
            Access::ReadWrite => "reads and writes",
        };
        let propagation = match self.propagation {
            Propagation::None => "",
            Propagation::HostToContainer => ", with what the node mounts there",
            Propagation::Bidirectional => ", and mounts there for the node",
        };
        format!("{verb} {}{propagation}", self.reach.phrase())
    }
}

/// What a container reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mounts(Vec<Mount>);

impl Power for Mounts {
    fn beyond(&self, other: Option<&Self>) -> Vec<String> {
        let others = other.map_or(&[] as &[Mount], |other| &other.0);
        let beyond = self.0.iter().filter(|mount| !others.iter().any(|other| mount.is_within(other)));
        beyond.map(Mount::phrase).collect()
    }

    fn is_least(&self) -> bool {
        self.0.is_empty()
    }
}

/// One tree of files in a volume.
#[derive(Clone, Debug)]
struct Content {
    reach: Reach,
    /// Where it lies in the volume.
    at: Vec<String>,
    /// As far as the volume itself allows.
    access: Access,
}

impl Content {
    fn whole(root: Root, access: Access) -> Self {
        Self { reach: Reach { root, part: Vec::new() }, at: Vec::new(), access }
    }

    /// What of it lies under a `subPath`.
    fn under(&self, sub_path: &[String]) -> Option<Reach> {
        if self.at.starts_with(sub_path) {
            return Some(self.reach.clone());
        }
        let below = sub_path.strip_prefix(self.at.as_slice())?;
        let mut reach = self.reach.clone();
        reach.part.extend_from_slice(below);
        Some(reach)
    }
}

/// What the volumes of a pod reach; `None` when some is hidden.
pub(crate) fn volumes(pod: &PodSpec<'_>) -> Option<Volumes> {
    let mut reached = Vec::new();
    for volume in nodes(pod.node.get("volumes"))? {
        reached.extend(contents(volume)?.into_iter().map(|content| content.reach));
    }
    Some(Volumes(reached))
}

/// What a container reaches through its mounts; `None` when some is hidden.
pub(crate) fn mounts(pod: &PodSpec<'_>, container: Node<'_>) -> Option<Mounts> {
    let mut mounts = Vec::new();
    for mount in nodes(container.get("volumeMounts"))? {
        let name = said(string(mount, &["name"]))?.unwrap_or_default();
        let sub_path = said(string(mount, &["subPath"]))?.filter(|path| !path.is_empty());
        let sub_path = sub_path.or(said(string(mount, &["subPathExpr"]))?).unwrap_or_default();
        let sub_path = segments(sub_path)?;
        let access = access(mount)?;
        let propagation = propagation(mount)?;
        for content in volume(pod, name)? {
            let limited = if access <= content.access { access } else { content.access };
            mounts.extend(content.under(&sub_path).map(|reach| Mount {
                reach,
                access: limited,
                propagation,
            }));
        }
    }
    for device in nodes(container.get("volumeDevices"))? {
        let name = said(string(device, &["name"]))?.unwrap_or_default();
        let contents = volume(pod, name)?.into_iter();
        mounts.extend(contents.map(|content| Mount {
            reach: content.reach,
            access: content.access,
            propagation: Propagation::None,
        }));
    }
    Some(Mounts(mounts))
}

fn access(mount: Node<'_>) -> Option<Access> {
    let read_only = said(boolean(mount, &["readOnly"]))?.unwrap_or(false);
    let recursive = said(string(mount, &["recursiveReadOnly"]))?;
    Some(match (read_only, recursive) {
        (false, _) => Access::ReadWrite,
        (true, Some("Enabled")) => Access::RecursivelyReadOnly,
        (true, _) => Access::ReadOnly,
    })
}

fn propagation(mount: Node<'_>) -> Option<Propagation> {
    match said(string(mount, &["mountPropagation"]))? {
        None | Some("None") => Some(Propagation::None),
        Some("HostToContainer") => Some(Propagation::HostToContainer),
        Some("Bidirectional") => Some(Propagation::Bidirectional),
        Some(_) => None,
    }
}

/// What the volume of that name holds; `None` when that is hidden.
fn volume(pod: &PodSpec<'_>, name: &str) -> Option<Vec<Content>> {
    for volume in nodes(pod.node.get("volumes"))? {
        if said(string(volume, &["name"]))? == Some(name) {
            return contents(volume);
        }
    }
    Some(vec![Content::whole(Root::Undeclared(name.to_owned()), Access::ReadWrite)])
}

fn contents(volume: Node<'_>) -> Option<Vec<Content>> {
    if volume.is_open() {
        return None;
    }
    let entries = volume.entries();
    let sources =
        entries.iter().filter(|entry| entry.key.as_text() != Some("name") && !entry.value.is_null());
    let mut contents = Vec::new();
    for entry in sources {
        contents.extend(source(entry.key.as_text()?, entry.value)?);
    }
    Some(contents)
}

fn source(kind: &str, source: Node<'_>) -> Option<Vec<Content>> {
    let text = |key| Some(said(string(source, &[key]))?.unwrap_or_default().to_owned());
    match kind {
        "emptyDir" | "downwardAPI" => Some(Vec::new()),
        "hostPath" => {
            let root = Root::Host(HostPathType(text("type")?));
            let reach = Reach { root, part: segments(&text("path")?)? };
            Some(vec![Content { reach, at: Vec::new(), access: Access::ReadWrite }])
        }
        "secret" => keyed(Root::Secret(text("secretName")?), source),
        "configMap" => keyed(Root::ConfigMap(text("name")?), source),
        "persistentVolumeClaim" => {
            Some(vec![Content::whole(Root::Claim(text("claimName")?), source_access(source)?)])
        }
        "projected" => {
            let mut contents = Vec::new();
            for projection in nodes(source.get("sources"))? {
                contents.extend(projected(projection)?);
            }
            Some(contents)
        }
        _ => {
            let data = canonical(source, &["readOnly"])?;
            let access = if kind == "image" { Access::ReadOnly } else { source_access(source)? };
            Some(vec![Content::whole(Root::Other(format!("{kind} {data}")), access)])
        }
    }
}

fn source_access(source: Node<'_>) -> Option<Access> {
    let read_only = said(boolean(source, &["readOnly"]))?.unwrap_or(false);
    Some(if read_only { Access::ReadOnly } else { Access::ReadWrite })
}

fn projected(projection: Node<'_>) -> Option<Vec<Content>> {
    if projection.is_open() {
        return None;
    }
    let mut contents = Vec::new();
    for entry in projection.entries().into_iter().filter(|entry| !entry.value.is_null()) {
        let source = entry.value;
        let text = |key| Some(said(string(source, &[key]))?.unwrap_or_default().to_owned());
        match entry.key.as_text()? {
            "downwardAPI" => {}
            "secret" => contents.extend(keyed(Root::Secret(text("name")?), source)?),
            "configMap" => contents.extend(keyed(Root::ConfigMap(text("name")?), source)?),
            "serviceAccountToken" => {
                // The default of the API, in `core/v1` `ServiceAccountTokenProjection`.
                let seconds = said(integer(source, &["expirationSeconds"]))?.unwrap_or(3600);
                let root = Root::Token { audience: text("audience")?, seconds };
                let reach = Reach { root, part: Vec::new() };
                contents.push(Content { reach, at: segments(&text("path")?)?, access: Access::ReadOnly });
            }
            other => {
                let root = Root::Other(format!("{other} {}", canonical(source, &[])?));
                contents.push(Content::whole(root, Access::ReadOnly));
            }
        }
    }
    Some(contents)
}

/// A secret or config map: whole, or the keys that `items` picks.
fn keyed(root: Root, source: Node<'_>) -> Option<Vec<Content>> {
    if !matches!(source.get("items"), Field::Present(items) if !items.value.is_null()) {
        nodes(source.get("items"))?;
        return Some(vec![Content::whole(root, Access::ReadOnly)]);
    }
    let item = |item: Node<'_>| {
        let key = said(string(item, &["key"]))?.unwrap_or_default().to_owned();
        let at = segments(said(string(item, &["path"]))?.unwrap_or_default())?;
        let reach = Reach { root: root.clone(), part: vec![key] };
        Some(Content { reach, at, access: Access::ReadOnly })
    };
    nodes(source.get("items"))?.into_iter().map(item).collect()
}

/// The names of a path. `None` with `..`, which the API refuses.
fn segments(path: &str) -> Option<Vec<String>> {
    let names = path.split('/').filter(|name| !name.is_empty() && *name != ".");
    names.map(|name| (name != "..").then(|| name.to_owned())).collect()
}

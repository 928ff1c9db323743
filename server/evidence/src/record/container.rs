use super::{Observations, Protocol, Sample, Unite, Workload};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// A container of a workload: what its replicas have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Container {
    /// The namespace of its pod. `""` where the log cannot tell to which pod a process belongs.
    pub namespace: String,
    /// What made its pod, where the log says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<Workload>,
    /// The pod's name where the workload is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<String>,
    /// Its name in the pod.
    pub name: String,
}

/// What a container did, and how completely that was watched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContainerSeen {
    /// The images it ran.
    pub images: BTreeSet<String>,
    /// The labels that its pods had, without [`REPLICA_LABELS`](super::REPLICA_LABELS).
    pub labels: BTreeMap<String, BTreeSet<String>>,
    /// Each replica that was seen, by its pod's name.
    pub runs: BTreeMap<String, Run>,
    /// What was done, each thing once.
    pub acts: BTreeMap<Act, Observations>,
}

/// How one replica of a container was watched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Whether its first process was seen to start, so that nothing before it was missed.
    pub start_observed: bool,
    /// When that was; the first time, of a container that was started again.
    pub started: Option<Timestamp>,
    /// Whether its first process was seen to end.
    pub end_observed: bool,
    /// Which channels had events of it. A channel that is missing was silent, which may mean that nobody listened.
    /// Alerts are no channel: that there was none says nothing.
    pub channels: BTreeMap<Channel, Observations>,
}

/// A kind of event that a log is able to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// Requests of the Kubernetes API.
    Audit,
    /// Network flows.
    Flows,
    /// Processes that start, with their credentials.
    Processes,
    /// Capabilities that the kernel was asked about.
    Capabilities,
    /// What was done to files.
    Files,
    /// System calls.
    Syscalls,
    /// Sockets that were bound, listened on, or connected.
    Sockets,
}

/// Something that a process of a container did.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Act {
    /// Whose process it was.
    pub origin: Origin,
    /// What it did.
    #[serde(flatten)]
    pub deed: Deed,
}

/// How a process came into its container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// It is the container's first process or descends from it.
    Init,
    /// It was put in from outside: a probe, a lifecycle hook, or somebody's `kubectl exec`.
    Entered,
    /// It belongs to the container runtime, which sets the container up before its own first process.
    Runtime,
    /// The log does not say.
    #[default]
    Unknown,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "act")]
pub enum Deed {
    /// A program ran.
    Process(Process),
    /// The kernel asked whether a process has a capability.
    Capability(CapabilityCheck),
    /// Something was done to a file.
    File(FileUse),
    /// A system call was made.
    Syscall(Syscall),
    /// Something was done with a socket.
    Socket(SocketUse),
}

/// A program that ran, with the credentials it had. What a log does not show is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Process {
    /// The path of the program, or its short name where that is all there is.
    pub program: String,
    /// Its arguments, of processes that were put in from outside only, where they tell a probe from a person. They are
    /// untrusted text and may hold secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<String>,
    /// The effective user id as the host sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// The effective group id as the host sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gid: Option<u32>,
    /// The capabilities it might use. Held, which is not needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permitted: Option<BTreeSet<String>>,
    /// The capabilities in force. Held, which is not needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<BTreeSet<String>>,
    /// Whether the program's set-user-id, set-group-id or file capabilities gave it more than its parent had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gained_privileges: Option<bool>,
    /// Whether the program was written into the container after it had started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_upper_layer: Option<bool>,
    /// Whether the log takes it for a probe.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub maybe_probe: bool,
}

/// The kernel asked whether a process has a capability.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CapabilityCheck {
    /// As Kubernetes writes it, like `NET_BIND_SERVICE`.
    pub capability: String,
    /// Whether it had it. `None` where the log does not say.
    pub granted: Option<bool>,
    /// Whether the kernel meant to audit the answer: it does not for checks that only look for an easier way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audited: Option<bool>,
    /// Whether it was asked about the first user namespace, where a container's capabilities count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_user_namespace: Option<bool>,
}

/// Something was done to a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileUse {
    /// What was done.
    pub access: FileAccess,
    /// Where, as the container sees it.
    pub path: String,
    /// Where to: of a rename or link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Whether the path is the kernel's own. Otherwise it is what the process had asked for: perhaps relative, perhaps
    /// through a link.
    pub resolved: bool,
    /// Whether it came off.
    pub outcome: Outcome,
}

/// What may be done to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileAccess {
    /// Opened, and nobody knows for what.
    Open,
    /// Read, or opened for it.
    Read,
    /// Written, or opened for it.
    Write,
    /// Created, or opened so that it might be.
    Create,
    /// Created, or emptied: what had been there before makes no difference.
    CreateAnew,
    /// Cut.
    Truncate,
    /// Removed.
    Delete,
    /// Moved.
    Rename,
    /// Given a second name.
    Link,
    /// Its mode, owner, times or attributes changed.
    Change,
    /// A folder, device or socket was made.
    Make,
    /// Mapped shared and writable.
    MapShared,
    /// Executed.
    Execute,
}

impl FileAccess {
    /// Whether a read-only file system would not let it: `None` where nobody knows.
    pub fn writes(self) -> Option<bool> {
        match self {
            Self::Open => None,
            Self::Read | Self::Execute => Some(false),
            _ => Some(true),
        }
    }
}

/// Whether something came off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It did.
    Succeeded,
    /// It did not.
    Failed,
    /// The log does not say.
    #[default]
    Unknown,
}

/// A system call was made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Syscall {
    /// Its name, like `mount`.
    pub name: String,
    /// What it was about, where the log shows that and it matters: an id, a namespace, a target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Whether it came off.
    pub outcome: Outcome,
}

/// Something was done with a socket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SocketUse {
    /// What was done.
    pub access: SocketAccess,
    /// Over what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
    /// Whose: the process's own when it binds or listens, otherwise the other end's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// The port at that address; of an accepted connection, the process's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Whether it came off.
    pub outcome: Outcome,
}

/// What may be done with a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SocketAccess {
    /// Given an address of its own.
    Bind,
    /// Made to wait for clients.
    Listen,
    /// A client was let in.
    Accept,
    /// Connected to a server.
    Connect,
    /// Opened to packets of every kind.
    Raw,
}

/// Where Kubernetes mounts the token of a pod's service account.
pub const TOKEN_FOLDER: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

impl FileUse {
    /// Whether it is the token of the pod's service account that was touched. `/run` is where `/var/run` leads.
    pub fn is_token(&self) -> bool {
        let below =
            |folder: &str| self.path.strip_prefix(folder).is_some_and(|rest| rest.ends_with("/token"));
        below(TOKEN_FOLDER) || TOKEN_FOLDER.strip_prefix("/var").is_some_and(below)
    }
}

impl ContainerSeen {
    /// The names of its pods, as far as they are kept apart.
    pub fn pods(&self) -> Sample<String> {
        self.runs.keys().cloned().collect()
    }
}

impl Run {
    /// Its first process was seen to start.
    pub(crate) fn start(&mut self, when: Option<Timestamp>) {
        self.start_observed = true;
        self.started = [self.started, when].into_iter().flatten().min();
    }
}

impl Unite for ContainerSeen {
    fn unite(&mut self, other: Self) {
        self.images.unite(other.images);
        self.labels.unite(other.labels);
        self.runs.unite(other.runs);
        self.acts.unite(other.acts);
    }
}

impl Unite for Run {
    fn unite(&mut self, other: Self) {
        self.start_observed.unite(other.start_observed);
        self.started = [self.started, other.started].into_iter().flatten().min();
        self.end_observed.unite(other.end_observed);
        self.channels.unite(other.channels);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_path() {
        let is_token = |path: &str| {
            let path = path.to_owned();
            let (access, outcome) = (FileAccess::Read, Outcome::Succeeded);
            FileUse { access, path, to: None, resolved: true, outcome }.is_token()
        };
        assert!(is_token("/var/run/secrets/kubernetes.io/serviceaccount/token"));
        assert!(
            is_token("/run/secrets/kubernetes.io/serviceaccount/..2026_01_01/token"),
            "where the link leads"
        );
        assert!(!is_token("/var/run/secrets/kubernetes.io/serviceaccount/namespace"));
        assert!(!is_token("/etc/token"));
    }
}

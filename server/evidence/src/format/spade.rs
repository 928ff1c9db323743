//! SPADE's provenance graph in the vocabularies of OPM and PROV: vertices, and edges from effect to cause.

use super::text::{Pairs, Text, or_default};
use super::{Unreadable, files, sockets};
use crate::collect::{Collector, Scene};
use crate::owner::Owner;
use crate::{
    Channel, Deed, FileAccess, FileUse, Format, Origin, Outcome, Process, SocketAccess, SocketUse, Syscall,
};
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Element<'a> {
    #[serde(borrow)]
    r#type: Text<'a>,
    id: Text<'a>,
    from: Text<'a>,
    to: Text<'a>,
    #[serde(deserialize_with = "or_default")]
    annotations: Pairs<Text<'a>, Text<'a>>,
}

impl Element<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.annotations.0.iter().find(|(own, _)| &**own == key)?.1.given()
    }

    fn number<T: std::str::FromStr>(&self, key: &str) -> Option<T> {
        self.get(key)?.parse().ok()
    }
}

/// The vertices so far: an edge names both of its ends by their ids.
#[derive(Default)]
pub(super) struct Spade {
    processes: HashMap<String, Actor>,
    artifacts: HashMap<String, Artifact>,
    agents: HashMap<String, Agent>,
}

/// A process vertex.
#[derive(Clone)]
struct Actor {
    program: String,
    agent: Agent,
    /// The mount namespace, which is all that is known of its container.
    namespace: String,
}

#[derive(Clone, Copy, Default)]
struct Agent {
    uid: Option<u32>,
    gid: Option<u32>,
}

/// What a process acts on.
enum Artifact {
    File(String),
    Socket {
        protocol: Option<crate::Protocol>,
        address: Option<std::net::IpAddr>,
        remote: Option<u16>,
        local: Option<u16>,
    },
    Other,
}

impl Spade {
    /// Takes over what an element says. `false` if it is none of a graph.
    pub(super) fn read(&mut self, json: &[u8], collector: &mut Collector) -> Result<bool, Unreadable> {
        let element: Element<'_> = serde_json::from_slice(json)?;
        let is_edge = !element.from.is_empty() && !element.to.is_empty();
        if element.r#type.is_empty() || element.id.is_empty() && !is_edge {
            return Ok(false);
        }
        collector.source.formats.insert(Format::Spade);
        if is_edge {
            self.edge(&element, collector);
        } else {
            self.vertex(&element);
        }
        Ok(true)
    }

    fn vertex(&mut self, vertex: &Element<'_>) {
        let id = vertex.id.to_string();
        let agent = Agent {
            uid: vertex.number("euid").or(vertex.number("uid")),
            gid: vertex.number("egid").or(vertex.number("gid")),
        };
        match &*vertex.r#type {
            "Process" | "Activity" => {
                let program = vertex.get("exe").or(vertex.get("name")).unwrap_or_default().to_owned();
                let namespace = vertex.get("mount namespace").unwrap_or_default().to_owned();
                self.processes.insert(id, Actor { program, agent, namespace });
            }
            "Agent" => {
                self.agents.insert(id, agent);
            }
            "Artifact" | "Entity" => {
                self.artifacts.insert(id, artifact(vertex));
            }
            _ => {}
        }
    }

    /// Both vocabularies draw from effect to cause: who reads depends on the file, and the file on who writes it.
    fn edge(&mut self, edge: &Element<'_>, collector: &mut Collector) {
        let operation = edge.get("operation").unwrap_or_default();
        let deed = match &*edge.r#type {
            "Used" => self.deed(&edge.from, &edge.to, operation),
            "WasGeneratedBy" => self.deed(&edge.to, &edge.from, operation),
            "WasTriggeredBy" | "WasInformedBy" => self.changed(&edge.from, operation),
            "WasControlledBy" | "WasAssociatedWith" => self.controlled(&edge.from, &edge.to),
            _ => None,
        };
        let Some((actor, channel, deed)) = deed else {
            collector.source.irrelevant += 1;
            return;
        };
        let container = match actor.namespace.as_str() {
            "" => String::new(),
            namespace => format!("mount namespace {namespace}"),
        };
        let scene = Scene {
            // Nothing in the graph names a pod.
            owner: Owner { namespace: "", pod: "", container: &container, workload: None },
            image: None,
            labels: BTreeMap::new(),
            node: None,
            when: edge.get("time").and_then(seconds),
            channel: Some(channel),
        };
        let is_failure = matches!(edge.get("success"), Some("false" | "no"));
        let deeds = vec![if is_failure { failed(deed) } else { deed }];
        collector.unattributed(&scene, Origin::Unknown, deeds);
    }

    fn deed(&self, process: &str, artifact: &str, operation: &str) -> Option<(Actor, Channel, Deed)> {
        let actor = self.processes.get(process)?.clone();
        // `mmap (read)` and the like.
        let (name, how) = operation.split_once(" (").unwrap_or((operation, ""));
        match self.artifacts.get(artifact)? {
            Artifact::File(path) => {
                let access = file_access(name, how);
                let (path, outcome) = (path.clone(), Outcome::Succeeded);
                let file = FileUse { access, path, to: None, resolved: true, outcome };
                Some((actor, Channel::Files, Deed::File(file)))
            }
            Artifact::Socket { protocol, address, remote, local } => {
                let access = match name {
                    "connect" | "send" | "sendto" | "sendmsg" | "write" => SocketAccess::Connect,
                    "accept" | "recv" | "recvfrom" | "recvmsg" | "read" => SocketAccess::Accept,
                    "bind" => SocketAccess::Bind,
                    "listen" => SocketAccess::Listen,
                    _ => return None,
                };
                let is_remote = access == SocketAccess::Connect;
                let port = if is_remote { *remote } else { *local };
                let (protocol, address) = (*protocol, address.filter(|_| is_remote));
                let outcome = Outcome::Succeeded;
                let socket = SocketUse { access, protocol, address, port, outcome };
                // Data that goes or comes over a connection says nothing about who had opened it.
                let opens = matches!(name, "connect" | "accept" | "bind" | "listen");
                opens.then_some((actor, Channel::Sockets, Deed::Socket(socket)))
            }
            Artifact::Other => None,
        }
    }

    /// A process became another: by running a program, or by a call that changes what it may do.
    fn changed(&self, process: &str, operation: &str) -> Option<(Actor, Channel, Deed)> {
        let actor = self.processes.get(process)?.clone();
        match operation {
            "execve" | "execveat" => {
                Some((actor.clone(), Channel::Processes, Deed::Process(actor.process())))
            }
            "fork" | "vfork" | "clone" | "clone3" | "" => None,
            call => {
                let id = if call.contains("gid") { actor.agent.gid } else { actor.agent.uid };
                let about = id.filter(|_| files::is_about_ids(call)).map(|id| id.to_string());
                let (name, outcome) = (call.to_owned(), Outcome::Succeeded);
                Some((actor, Channel::Syscalls, Deed::Syscall(Syscall { name, about, outcome })))
            }
        }
    }

    /// With that option on, ids stand at agents.
    fn controlled(&mut self, process: &str, agent: &str) -> Option<(Actor, Channel, Deed)> {
        let agent = *self.agents.get(agent)?;
        let actor = self.processes.get_mut(process)?;
        actor.agent = agent;
        Some((actor.clone(), Channel::Processes, Deed::Process(actor.process())))
    }
}

impl Actor {
    fn process(&self) -> Process {
        Process {
            program: self.program.clone(),
            uid: self.agent.uid,
            gid: self.agent.gid,
            ..Process::default()
        }
    }
}

fn artifact(vertex: &Element<'_>) -> Artifact {
    let subtype = vertex.get("subtype").unwrap_or_default();
    match vertex.get("path") {
        Some(path) if !subtype.contains("socket") => Artifact::File(path.to_owned()),
        _ if subtype.contains("network socket") => Artifact::Socket {
            protocol: vertex.get("protocol").and_then(sockets::protocol),
            address: vertex.number("remote address").or(vertex.number("destination address")),
            remote: vertex.number("remote port").or(vertex.number("destination port")),
            local: vertex.number("local port").or(vertex.number("source port")),
        },
        _ => Artifact::Other,
    }
}

/// `open` alone does not say for what; the edges for reading and writing do.
fn file_access(operation: &str, how: &str) -> FileAccess {
    match operation {
        "read" | "pread" | "pread64" | "readv" | "preadv" | "load" => FileAccess::Read,
        "write" | "pwrite" | "pwrite64" | "writev" | "pwritev" => FileAccess::Write,
        "create" | "creat" => FileAccess::Create,
        "truncate" | "ftruncate" => FileAccess::Truncate,
        "unlink" | "unlinkat" | "rmdir" => FileAccess::Delete,
        "rename" | "renameat" | "renameat2" => FileAccess::Rename,
        "link" | "linkat" | "symlink" | "symlinkat" => FileAccess::Link,
        "chmod" | "fchmod" | "fchmodat" | "chown" | "fchown" | "utime" => FileAccess::Change,
        "mkdir" | "mkdirat" | "mknod" | "mknodat" => FileAccess::Make,
        "mmap" if how.starts_with("write") => FileAccess::MapShared,
        "mmap" => FileAccess::Read,
        "execve" => FileAccess::Execute,
        _ => FileAccess::Open,
    }
}

fn failed(mut deed: Deed) -> Deed {
    match &mut deed {
        Deed::File(file) => file.outcome = Outcome::Failed,
        Deed::Syscall(syscall) => syscall.outcome = Outcome::Failed,
        Deed::Socket(socket) => socket.outcome = Outcome::Failed,
        Deed::Process(_) | Deed::Capability(_) => {}
    }
    deed
}

/// `1767225600.123`.
fn seconds(text: &str) -> Option<Timestamp> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let milliseconds = format!("{:0<3}", fraction.get(..3.min(fraction.len())).unwrap_or_default());
    let milliseconds: i64 = milliseconds.parse().ok()?;
    let seconds: i64 = seconds.parse().ok()?;
    Timestamp::from_millisecond(seconds.checked_mul(1000)?.checked_add(milliseconds)?).ok()
}

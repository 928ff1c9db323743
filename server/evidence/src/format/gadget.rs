//! Events of Inspektor Gadget. They do not name their gadget: their fields tell.

use super::labels::lasting;
use super::text::{Text, or_default};
use super::time::time;
use super::{Unreadable, files, sockets};
use crate::collect::{Collector, Scene};
use crate::owner::Owner;
use crate::{
    CapabilityCheck, Channel, Connection, Deed, Endpoint, FileUse, Format, Origin, Outcome, PodEndpoint,
    PortOf, Process, Protocol, Side, SocketAccess, SocketUse, Syscall, Verdict, Workload,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::IpAddr;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Event<'a> {
    #[serde(borrow)]
    timestamp: Text<'a>,
    k8s: Option<Kubernetes<'a>>,
    #[serde(deserialize_with = "or_default")]
    runtime: Runtime<'a>,
    proc: Option<Proc<'a>>,
    // trace_capabilities
    cap: Text<'a>,
    capable: Option<Value>,
    audit: Option<Value>,
    // trace_open
    fname: Text<'a>,
    fpath: Text<'a>,
    flags: Text<'a>,
    fd: Option<i64>,
    error: Text<'a>,
    // trace_exec
    args: Option<Value>,
    exepath: Text<'a>,
    upper_layer: Option<bool>,
    // trace_tcp
    r#type: Text<'a>,
    src: Option<End<'a>>,
    dst: Option<End<'a>>,
    // trace_bind
    addr: Option<End<'a>>,
    // audit_seccomp and traceloop
    syscall: Text<'a>,
    code: Text<'a>,
    ret: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Kubernetes<'a> {
    #[serde(borrow)]
    namespace: Text<'a>,
    pod_name: Text<'a>,
    container_name: Text<'a>,
    pod_labels: Option<Value>,
    node: Text<'a>,
    #[serde(deserialize_with = "or_default")]
    owner: OwnerOf<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OwnerOf<'a> {
    #[serde(borrow)]
    kind: Text<'a>,
    name: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Runtime<'a> {
    #[serde(borrow)]
    container_image_name: Text<'a>,
    /// The first process, as the node numbers it.
    container_pid: Option<u32>,
    /// In nanoseconds since 1970.
    container_started_at: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Proc<'a> {
    #[serde(borrow)]
    comm: Text<'a>,
    pid: Option<u32>,
    #[serde(deserialize_with = "or_default")]
    creds: Credentials,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Credentials {
    uid: Option<u32>,
    gid: Option<u32>,
}

/// One end of a connection, or the address that was bound.
#[derive(Default, Deserialize)]
#[serde(default)]
struct End<'a> {
    #[serde(borrow)]
    addr: Text<'a>,
    port: Option<u16>,
    proto: Text<'a>,
    #[serde(deserialize_with = "or_default")]
    k8s: EndOf<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct EndOf<'a> {
    #[serde(borrow)]
    kind: Text<'a>,
    namespace: Text<'a>,
    name: Text<'a>,
    labels: Option<Value>,
}

/// Takes over what an event says. `false` if it is none of Inspektor Gadget's.
pub(super) fn read(json: &[u8], collector: &mut Collector) -> Result<bool, Unreadable> {
    let event: Event<'_> = serde_json::from_slice(json)?;
    let Some(k8s) = event.k8s.as_ref().filter(|_| event.proc.is_some()) else {
        return Ok(false);
    };
    collector.source.formats.insert(Format::InspektorGadget);
    let when = time(&event.timestamp);
    let node = k8s.node.given();
    let Some((channel, deed)) = deed(&event) else {
        collector.source.irrelevant += 1;
        return Ok(true);
    };
    if k8s.pod_name.is_empty() {
        collector.no_container(channel, node, when);
        return Ok(true);
    }
    let workload = k8s.owner.name.given().map(|name| (&*k8s.owner.kind, name));
    let owner =
        Owner { namespace: &k8s.namespace, pod: &k8s.pod_name, container: &k8s.container_name, workload };
    let labels = labels(k8s.pod_labels.as_ref());
    let scene = Scene {
        owner,
        image: event.runtime.container_image_name.given(),
        labels: labels.clone(),
        node,
        when,
        channel: Some(channel),
    };
    if channel == Channel::Processes
        && let Some(started) = started(&event)
    {
        collector.run(&scene.owner).start(Some(started));
    }
    let comm = event.proc.as_ref().map_or("", |proc| &*proc.comm);
    let is_runtime = super::RUNTIMES.iter().any(|runtime| comm.split(':').next() == Some(runtime));
    collector.act(&scene, if is_runtime { Origin::Runtime } else { Origin::Unknown }, vec![deed]);
    connection(&event, k8s, labels, collector);
    Ok(true)
}

/// When the container started, where the event is that of its first process.
fn started(event: &Event<'_>) -> Option<Timestamp> {
    let (first, own) = (event.runtime.container_pid?, event.proc.as_ref()?.pid?);
    let started = event.runtime.container_started_at.as_ref()?;
    let nanoseconds = started.as_i64().or_else(|| started.as_str()?.parse().ok())?;
    Timestamp::from_nanosecond(i128::from(nanoseconds)).ok().filter(|_| first == own && nanoseconds > 0)
}

/// The event's deed, and what kind of event that is. `None` for gadgets that show nothing of use.
fn deed(event: &Event<'_>) -> Option<(Channel, Deed)> {
    let proc = event.proc.as_ref()?;
    let outcome = outcome(event);
    if !event.cap.is_empty() {
        return Some((
            Channel::Capabilities,
            Deed::Capability(CapabilityCheck {
                capability: event.cap.strip_prefix("CAP_").unwrap_or(&event.cap).to_owned(),
                granted: event.capable.as_ref().and_then(truth),
                audited: event.audit.as_ref().and_then(truth),
                initial_user_namespace: None,
            }),
        ));
    }
    if !event.fname.is_empty() {
        let resolved = !event.fpath.is_empty();
        let path = if resolved { &event.fpath } else { &event.fname };
        let access = files::of_flag_names(&event.flags);
        let file = FileUse { access, path: path.to_string(), to: None, resolved, outcome };
        return Some((Channel::Files, Deed::File(file)));
    }
    if event.args.is_some() && !event.exepath.is_empty() || event.upper_layer.is_some() {
        let program = event.exepath.given().unwrap_or(&proc.comm).to_owned();
        let (uid, gid) = (proc.creds.uid, proc.creds.gid);
        let process =
            Process { program, uid, gid, from_upper_layer: event.upper_layer, ..Process::default() };
        return Some((Channel::Processes, Deed::Process(process)));
    }
    if let (Some(source), Some(destination)) = (&event.src, &event.dst) {
        let (access, end, address) = match &*event.r#type {
            "connect" => (SocketAccess::Connect, destination, destination.addr.parse().ok()),
            "accept" => (SocketAccess::Accept, source, None),
            _ => return None,
        };
        let protocol = sockets::protocol(&end.proto).or(Some(Protocol::Tcp));
        let socket = SocketUse { access, protocol, address, port: end.port, outcome };
        return Some((Channel::Sockets, Deed::Socket(socket)));
    }
    if let Some(bound) = &event.addr {
        let (protocol, address) = (sockets::protocol(&bound.proto), bound.addr.parse().ok());
        let socket = SocketUse { access: SocketAccess::Bind, protocol, address, port: bound.port, outcome };
        return Some((Channel::Sockets, Deed::Socket(socket)));
    }
    if !event.syscall.is_empty() && (!event.code.is_empty() || event.ret.is_some()) {
        let name = event.syscall.strip_prefix("SYS_").unwrap_or(&event.syscall).to_ascii_lowercase();
        return Some((Channel::Syscalls, Deed::Syscall(Syscall { name, about: None, outcome })));
    }
    None
}

/// `true`, `1` or `"true"`.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(bool) => Some(*bool),
        Value::Number(number) => number.as_i64().map(|number| number != 0),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn outcome(event: &Event<'_>) -> Outcome {
    match (&*event.error, event.fd, &event.ret) {
        ("", Some(fd), _) if fd >= 0 => Outcome::Succeeded,
        ("" | "0", None, Some(ret)) if ret.as_i64().is_some_and(|ret| ret >= 0) => Outcome::Succeeded,
        ("" | "0", None, Some(_)) => Outcome::Failed,
        ("" | "0", None, None) => Outcome::Unknown,
        ("0", ..) => Outcome::Succeeded,
        _ => Outcome::Failed,
    }
}

/// `app=cart,tier=front`, or an object.
fn labels(value: Option<&Value>) -> BTreeMap<String, String> {
    match value {
        Some(Value::String(text)) => {
            lasting(text.split(',').filter_map(|label| label.trim().split_once('=')))
        }
        Some(Value::Object(map)) => {
            lasting(map.iter().filter_map(|(key, value)| Some((key.as_str(), value.as_str()?))))
        }
        _ => BTreeMap::new(),
    }
}

/// The connection that the event shows from one end.
fn connection(
    event: &Event<'_>,
    k8s: &Kubernetes<'_>,
    labels: BTreeMap<String, String>,
    collector: &mut Collector,
) {
    let (Some(source), Some(destination)) = (&event.src, &event.dst) else {
        return;
    };
    let workload = k8s.owner.name.given();
    let workload = workload.map(|name| Workload { kind: k8s.owner.kind.to_string(), name: name.to_owned() });
    let own = Endpoint::Pod(PodEndpoint { namespace: k8s.namespace.to_string(), workload, labels });
    // Source is the own end, whoever opened the connection.
    let (client, server, end, side) = match &*event.r#type {
        "connect" => (own, other(destination), destination, Side::Client),
        "accept" => (other(destination), own, source, Side::Server),
        _ => return,
    };
    let port_of = match server {
        Endpoint::Service { .. } => PortOf::Service,
        Endpoint::Address { .. } => PortOf::Unknown,
        _ => PortOf::Server,
    };
    let (node, when) = (k8s.node.given(), time(&event.timestamp));
    let protocol = sockets::protocol(&end.proto).unwrap_or(Protocol::Tcp);
    let verdict = if outcome(event) == Outcome::Failed { Verdict::Dropped } else { Verdict::Forwarded };
    let connection = Connection { client, server, protocol, port: end.port, port_of, verdict };
    let endpoint = if side == Side::Client { &connection.client } else { &connection.server };
    let seen = collector.endpoint(endpoint);
    seen.pods.insert(k8s.pod_name.to_string());
    seen.pods_at_home.insert(k8s.pod_name.to_string());
    seen.nodes.extend(node.map(str::to_owned));
    let noted = collector.connection(connection);
    let Some(seen) = collector.connection_seen(noted) else {
        return;
    };
    seen.seen.count_here(node, when);
    seen.sides.insert(side);
}

fn other(end: &End<'_>) -> Endpoint {
    let (namespace, name) = (end.k8s.namespace.to_string(), end.k8s.name.to_string());
    match &*end.k8s.kind {
        "svc" => Endpoint::Service { namespace, name },
        "pod" => {
            let labels = labels(end.k8s.labels.as_ref());
            // Without labels, the pod's own name is all that tells it from others.
            let workload = labels.is_empty().then(|| Workload { kind: "Pod".into(), name });
            Endpoint::Pod(PodEndpoint { namespace, workload, labels })
        }
        _ => Endpoint::Address { address: end.addr.parse::<IpAddr>().ok(), outside: false },
    }
}

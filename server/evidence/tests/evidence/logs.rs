//! What the tests of readers share: reading a text, and writing atoms as short lines.

use leastwise_evidence::{
    Act, Basis, Decision, Deed, Endpoint, Input, Reading, Record, Target, Verdict, Visible, read,
};
use std::io::Cursor;

/// Reads bytes as one log.
pub(crate) fn read_bytes(bytes: impl Into<Vec<u8>>) -> Reading {
    let reader = Box::new(Cursor::new(bytes.into()));
    read(vec![Input::Stream { name: "log".into(), reader }], &())
}

/// Reads a text that has to be readable altogether.
pub(crate) fn record(text: &str) -> Record {
    let reading = read_bytes(text);
    assert_eq!(reading.problems, [], "of {text}");
    reading.record
}

/// The problems of a text, as they are shown.
pub(crate) fn problems(bytes: impl Into<Vec<u8>>) -> Vec<String> {
    read_bytes(bytes).problems.iter().map(ToString::to_string).collect()
}

/// Each request as `subject verb group/resource [name] in namespace`, with what is not the usual, and the count.
pub(crate) fn requests(record: &Record) -> Vec<String> {
    let line = |(request, seen): (&leastwise_evidence::Request, &leastwise_evidence::RequestSeen)| {
        let target = match &request.target {
            Target::Resource { namespace, api_group, resource, name } => {
                let group = if api_group.is_empty() { String::new() } else { format!("{api_group}/") };
                let name = name.as_ref().map_or(String::new(), |name| format!(" {name}"));
                let place = namespace.as_ref().map_or("the cluster", |namespace| namespace);
                format!("{group}{resource}{name} in {place}")
            }
            Target::Url(url) => url.clone(),
        };
        let denied = if request.decision == Decision::Denied { " denied" } else { "" };
        let basis = match request.basis {
            Basis::Logged => String::new(),
            basis => format!(" {basis:?}"),
        };
        format!("{} {} {target}{denied}{basis} x{}", request.subject, request.verb, seen.seen.count())
    };
    record.requests.iter().map(line).collect()
}

/// An endpoint as `namespace/kind/name`, `namespace[labels]` or what it is.
pub(crate) fn endpoint(endpoint: &Endpoint) -> String {
    let with = |what: &str, address: &Option<std::net::IpAddr>| match address {
        Some(address) => format!("{what} {address}"),
        None => what.to_owned(),
    };
    match endpoint {
        Endpoint::Pod(pod) => {
            let labels: Vec<_> = pod.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
            let workload =
                pod.workload.as_ref().map(|workload| format!("/{}/{}", workload.kind, workload.name));
            format!("{}{}[{}]", pod.namespace, workload.unwrap_or_default(), labels.join(","))
        }
        Endpoint::Service { namespace, name } => format!("service {namespace}/{name}"),
        Endpoint::Host => "host".into(),
        Endpoint::RemoteNode { address } => with("node", address),
        Endpoint::ApiServer { address } => with("apiserver", address),
        Endpoint::Address { address, outside } => with(if *outside { "outside" } else { "address" }, address),
        Endpoint::Reserved { name, address } => with(name, address),
    }
}

/// Each connection as `client -> server protocol/port`, with what is not the usual, and the count.
pub(crate) fn connections(record: &Record) -> Vec<String> {
    let line =
        |(connection, seen): (&leastwise_evidence::Connection, &leastwise_evidence::ConnectionSeen)| {
            let (client, server) = (endpoint(&connection.client), endpoint(&connection.server));
            let port = connection.port.map_or(String::new(), |port| format!("/{port}"));
            let port_of = match connection.port_of {
                leastwise_evidence::PortOf::Server => String::new(),
                other => format!(" of {other:?}"),
            };
            let verdict = if connection.verdict == Verdict::Forwarded {
                String::new()
            } else {
                format!(" {:?}", connection.verdict)
            };
            let protocol = connection.protocol;
            format!("{client} -> {server} {protocol:?}{port}{port_of}{verdict} x{}", seen.seen.count())
        };
    record.connections.iter().map(line).collect()
}

/// Each act of each container as `container: act`, with the count.
pub(crate) fn acts(record: &Record) -> Vec<String> {
    let mut lines = Vec::new();
    for (container, seen) in &record.containers {
        for (act, observations) in &seen.acts {
            lines.push(format!("{}: {} x{}", container.name, act_line(act), observations.count()));
        }
    }
    lines
}

fn act_line(act: &Act) -> String {
    let deed = match &act.deed {
        Deed::Process(process) => {
            let id = |word: &str, id: Option<u32>| id.map_or(String::new(), |id| format!(" {word} {id}"));
            let gained = if process.gained_privileges == Some(true) { " gained" } else { "" };
            let held =
                process.effective.as_ref().map(|held| format!(" holds {}", held.len())).unwrap_or_default();
            format!(
                "ran {}{}{}{held}{gained}",
                process.program,
                id("uid", process.uid),
                id("gid", process.gid)
            )
        }
        Deed::Capability(check) => format!("{} granted {:?}", check.capability, check.granted),
        Deed::File(file) => {
            let to = file.to.as_ref().map_or(String::new(), |to| format!(" to {to}"));
            let path = if file.resolved { "" } else { " as asked" };
            format!("{:?} {}{to}{path} {:?}", file.access, file.path, file.outcome)
        }
        Deed::Syscall(syscall) => {
            let about = syscall.about.as_ref().map_or(String::new(), |about| format!("({about})"));
            format!("{}{about} {:?}", syscall.name, syscall.outcome)
        }
        Deed::Socket(socket) => {
            let port = socket.port.map_or(String::new(), |port| format!(" {port}"));
            format!("{:?}{port} {:?}", socket.access, socket.outcome)
        }
    };
    format!("{:?} {}", act.origin, Visible(&deed))
}

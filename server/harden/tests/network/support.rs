//! How these tests are written. A connection is a line like `shop/web > shop/cart TCP 8080`. An end is a pod, by its
//! namespace and the value of its label `app`; `svc:shop/cart`, a Service; an address outside of the cluster; or
//! `host`, `node:10.0.0.1`, `api:10.0.0.2`. After ` # ` stands `dropped` or `audited`.

use leastwise_evidence::{
    Channel, Connection, ConnectionSeen, Endpoint, EndpointSeen, Format, Observations, PodEndpoint, PortOf,
    Protocol, Record, Side, Source, SourceId, Tally, Verdict,
};
use leastwise_harden::{Manifests, Options, Proposal};
use leastwise_yaml::{Document, parse};

pub(crate) fn record(lines: &str) -> Record {
    record_of("flows.json", 1, lines)
}

/// What a log of that name says, which is known by a number.
pub(crate) fn record_of(name: &str, id: u8, lines: &str) -> Record {
    let mut record = Record::default();
    let id = SourceId([id; 16]);
    let mut tally = Tally::default();
    tally.count(Some("2026-03-01T08:00:00Z".parse().unwrap()));
    let source = Source {
        names: [name.to_owned()].into(),
        formats: [Format::Hubble].into(),
        complete: true,
        channels: [(Channel::Flows, tally)].into(),
        ..Source::default()
    };
    record.sources.insert(id, source);
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let connection = connection(line);
        let mut seen = Observations::default();
        seen.insert((id, None), tally);
        for end in [&connection.client, &connection.server] {
            let known: &mut EndpointSeen = record.endpoints.entry(end.clone()).or_default();
            if let Endpoint::Pod(pod) = end {
                known.nodes = ["node-a".to_owned()].into_iter().collect();
                let app = pod.labels.get("app").map_or("x", String::as_str);
                known.pods = [format!("{app}-0")].into_iter().collect();
                known.pods_at_home = known.pods.clone();
            }
        }
        let sides = [Side::Client, Side::Server].into();
        record.connections.insert(connection, ConnectionSeen { seen, sides, ..ConnectionSeen::default() });
    }
    record
}

fn connection(line: &str) -> Connection {
    let (line, mark) = line.split_once(" # ").unwrap_or((line, ""));
    let words: Vec<_> = line.split_whitespace().collect();
    let [client, ">", server, protocol, port] = words[..] else { panic!("{line}") };
    let (client, server) = (end(client), end(server));
    let port_of = match server {
        Endpoint::Service { .. } => PortOf::Service,
        Endpoint::Address { outside: false, .. } => PortOf::Unknown,
        _ => PortOf::Server,
    };
    Connection {
        client,
        server,
        protocol: match protocol {
            "TCP" => Protocol::Tcp,
            "UDP" => Protocol::Udp,
            "SCTP" => Protocol::Sctp,
            _ => Protocol::Icmp,
        },
        port: port.parse().ok().filter(|port| *port > 0),
        port_of,
        verdict: match mark {
            "dropped" => Verdict::Dropped,
            "audited" => Verdict::Audited,
            _ => Verdict::Forwarded,
        },
    }
}

fn end(text: &str) -> Endpoint {
    let address = |text: &str| Some(text.parse().expect("an address"));
    match text.split_once(':') {
        Some(("svc", name)) => {
            let (namespace, name) = name.split_once('/').unwrap();
            Endpoint::Service { namespace: namespace.into(), name: name.into() }
        }
        Some(("node", text)) => Endpoint::RemoteNode { address: address(text) },
        Some(("api", text)) => Endpoint::ApiServer { address: address(text) },
        Some(("unknown", text)) => Endpoint::Address { address: address(text), outside: false },
        _ if text == "host" => Endpoint::Host,
        _ => match text.split_once('/') {
            Some((namespace, app)) => {
                // What the pods of one revision have, and a label that a log may add.
                let labels = [("app", app), ("pod-template-hash", "7d4b9c6f5")];
                let labels = labels.into_iter().filter(|(_, value)| !value.is_empty() && *value != "-");
                Endpoint::Pod(PodEndpoint {
                    namespace: namespace.into(),
                    workload: None,
                    labels: labels.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
                })
            }
            None => Endpoint::Address { address: address(text), outside: true },
        },
    }
}

/// A Deployment whose pods have its name as the label `app`.
pub(crate) fn deployment(namespace: &str, name: &str) -> String {
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec:\n  \
         selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}, \
         app.kubernetes.io/version: \"1\"}}}}\n    spec:\n      containers:\n      - name: {name}\n        image: \
         {name}\n        ports: [{{name: http, containerPort: 8080}}]\n"
    )
}

pub(crate) fn created(manifests: &str, lines: &str, options: &Options) -> Proposal {
    created_of(manifests, &record(lines), options)
}

pub(crate) fn created_of(manifests: &str, record: &Record, options: &Options) -> Proposal {
    let stream = parse(manifests);
    let documents: Vec<&Document> = stream.documents().iter().map(|placed| &*placed.document).collect();
    leastwise_harden::create_network_policies(record, &Manifests { documents, namespace: "default" }, options)
}

pub(crate) fn refined(text: &str, record: &Record) -> (String, Proposal) {
    let stream = parse(text);
    let documents: Vec<&Document> = stream.documents().iter().map(|placed| &*placed.document).collect();
    let manifests = Manifests { documents, namespace: "default" };
    let proposal = leastwise_harden::refine_network_policies(record, &manifests, &Options::default());
    let mut after = String::new();
    for (place, placed) in stream.documents().iter().enumerate() {
        let change = proposal.changes.iter().find(|change| change.document == place);
        after.push_str(change.map_or(placed.document.source(), |change| change.after.source()));
    }
    (after, proposal)
}

/// The policies, the part after `spec:` of each, beside their names.
pub(crate) fn specs(proposal: &Proposal) -> Vec<(String, String)> {
    let parts = proposal.created.iter().map(|made| {
        let (_, spec) = made.document.source().split_once("spec:\n").unwrap();
        (made.resource.name.clone().unwrap(), format!("{}\n", spec.trim_end()))
    });
    parts.collect()
}

pub(crate) fn refusals(proposal: &Proposal) -> String {
    proposal.refused.iter().map(|refused| format!("{}: {}\n", refused.what, refused.because)).collect()
}

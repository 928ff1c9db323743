//! How these tests are written. A request is a line like `shop/cart get secrets db @shop`: who, verb, resource (with
//! its group after a dot and its subresource after a slash), perhaps a name, and where, `@*` for the whole cluster.
//! A path is `alice get /metrics`. After ` # ` stand `denied`, or how the log shows the request.

use leastwise_evidence::{
    Basis, Channel, Decision, Format, Observations, Record, Request, RequestSeen, Source, SourceId, Tally,
    Target,
};
use leastwise_harden::{Manifests, Options, Proposal, Statement};
use leastwise_yaml::{Document, parse};

/// The record of a log that was read to its end and has these requests.
pub(crate) fn record(lines: &str) -> Record {
    record_of("audit.log", 1, lines)
}

/// The same, of a log of another name.
pub(crate) fn record_of(name: &str, id: u8, lines: &str) -> Record {
    let mut record = Record::default();
    let id = SourceId([id; 16]);
    let source = Source {
        names: [name.to_owned()].into(),
        formats: [Format::Audit].into(),
        complete: true,
        channels: [(Channel::Audit, tally())].into(),
        ..Source::default()
    };
    record.sources.insert(id, source);
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut seen = Observations::default();
        seen.insert((id, None), tally());
        record.requests.insert(request(line), RequestSeen { seen, ..RequestSeen::default() });
    }
    record
}

fn tally() -> Tally {
    let mut tally = Tally::default();
    tally.count(Some("2026-03-01T08:00:00Z".parse().unwrap()));
    tally
}

pub(crate) fn request(line: &str) -> Request {
    let (line, mark) = line.split_once(" # ").unwrap_or((line, ""));
    let mut words = line.split_whitespace();
    let (who, verb, what) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
    let subject = match who.split_once('/') {
        Some((namespace, name)) => format!("system:serviceaccount:{namespace}:{name}"),
        None => who.to_owned(),
    };
    let rest: Vec<_> = words.collect();
    let target = if what.starts_with('/') {
        Target::Url(what.to_owned())
    } else {
        let place = rest.last().and_then(|word| word.strip_prefix('@')).expect("where");
        let (whole, subresource) = what.split_once('/').unwrap_or((what, ""));
        let (resource, group) = whole.split_once('.').unwrap_or((whole, ""));
        let slash = if subresource.is_empty() { "" } else { "/" };
        Target::Resource {
            namespace: (place != "*").then(|| place.to_owned()),
            api_group: group.to_owned(),
            resource: format!("{resource}{slash}{subresource}"),
            name: (rest.len() == 2).then(|| rest[0].to_owned()),
        }
    };
    let basis = match mark {
        "created by update" => Basis::CreatedByUpdate,
        "impersonated" => Basis::Impersonation,
        "websocket" => Basis::WebsocketUpgrade,
        _ => Basis::Logged,
    };
    let decision = if mark == "denied" { Decision::Denied } else { Decision::Allowed };
    Request { subject, target, verb: verb.to_owned(), decision, basis }
}

/// What is made of requests, without manifests.
pub(crate) fn created(lines: &str, options: &Options) -> Proposal {
    leastwise_harden::create_roles(
        &record(lines),
        &Manifests { documents: Vec::new(), namespace: "default" },
        options,
    )
}

/// The objects as one text.
pub(crate) fn text(proposal: &Proposal) -> String {
    proposal.created.iter().map(|made| made.text()).collect::<Vec<_>>().join("---\n")
}

/// The rules of all roles that were made, one line each: `Role shop/cart: get pods "x" ()`.
pub(crate) fn rules(proposal: &Proposal) -> Vec<String> {
    let mut lines = Vec::new();
    for made in &proposal.created {
        let object = leastwise_manifest::objects(&made.document).remove(0);
        let Some(role) = leastwise_manifest::role(&object) else { continue };
        let place = made.resource.namespace.as_deref().map(|name| format!("{name}/")).unwrap_or_default();
        let name = made.resource.name.as_deref().unwrap();
        for rule in &role.rules {
            let join = |names: &leastwise_manifest::Names<'_>| names.texts().collect::<Vec<_>>().join(",");
            let mut line = format!("{place}{name}: {}", join(&rule.verbs));
            for (key, names) in [
                (" of ", &rule.api_groups),
                (" ", &rule.resources),
                (" named ", &rule.resource_names),
                (" ", &rule.non_resource_urls),
            ] {
                let group = if key == " of " { join(names) } else { String::new() };
                match key {
                    " of " if group.is_empty() => {}
                    _ if names.known.is_empty() => {}
                    _ => line.push_str(&format!("{key}{}", join(names))),
                }
            }
            lines.push(line);
        }
    }
    lines
}

/// The manifests after refinement, and what was said.
pub(crate) fn refined(text: &str, lines: &str, options: &Options) -> (String, Proposal) {
    refined_by(text, &record(lines), options)
}

pub(crate) fn refined_by(text: &str, record: &Record, options: &Options) -> (String, Proposal) {
    let stream = parse(text);
    let documents: Vec<&Document> = stream.documents().iter().map(|placed| &*placed.document).collect();
    let proposal =
        leastwise_harden::refine_roles(record, &Manifests { documents, namespace: "default" }, options);
    let mut after = String::new();
    for (place, placed) in stream.documents().iter().enumerate() {
        let change = proposal.changes.iter().find(|change| change.document == place);
        after.push_str(change.map_or(placed.document.source(), |change| change.after.source()));
    }
    (after, proposal)
}

pub(crate) fn whats<'p>(statements: impl IntoIterator<Item = &'p Statement>) -> Vec<&'p str> {
    statements.into_iter().map(|statement| statement.what.as_str()).collect()
}

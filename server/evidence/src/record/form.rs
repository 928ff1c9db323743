//! The record as JSON: tables of sources and endpoints, and atoms that refer to them by index.

use super::{
    Act, Basis, Caution, Channel, Connection, ConnectionSeen, Container, ContainerSeen, Decision, Endpoint,
    EndpointSeen, Format, Grant, Loss, Observations, PortOf, Protocol, Record, Request, RequestSeen, Run,
    Sample, Side, Source, SourceId, Tally, Target, Undecided, Verdict,
};
use jiff::Timestamp;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};

/// The version of the form. A reader refuses what it does not know.
const VERSION: u32 = 1;

/// Why JSON is no record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// It is of another version.
    #[error("evidence record of version {0}; this program reads version {VERSION}")]
    Version(u32),
    /// It refers to a source that it does not have.
    #[error("the record has no source {0}")]
    Source(usize),
    /// It refers to an endpoint that it does not have.
    #[error("the record has no endpoint {0}")]
    Endpoint(usize),
    /// Something in it has no sense.
    #[error("{0}")]
    Invalid(String),
}

#[derive(Deserialize)]
pub(super) struct Form {
    /// The version; its key also tells a record from every log.
    leastwise_evidence: u32,
    #[serde(default)]
    sources: Vec<SourceForm>,
    #[serde(default)]
    requests: Vec<RequestForm>,
    #[serde(default)]
    endpoints: Vec<EndpointForm>,
    #[serde(default)]
    connections: Vec<ConnectionForm>,
    #[serde(default)]
    containers: Vec<ContainerForm>,
}

#[derive(Clone, Serialize, Deserialize)]
struct SourceForm {
    id: String,
    names: BTreeSet<String>,
    formats: BTreeSet<Format>,
    bytes: u64,
    complete: bool,
    windows: Vec<TallyForm>,
    channels: Vec<ChannelForm>,
    #[serde(default, skip_serializing_if = "is_zero")]
    unreadable: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    irrelevant: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    losses: BTreeMap<Loss, u64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    undecided: BTreeMap<Undecided, u64>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    cautions: BTreeSet<Caution>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    audited: Vec<AuditedForm>,
}

#[derive(Clone, Serialize, Deserialize)]
struct AuditedForm {
    level: String,
    stage: String,
    count: u64,
}

#[derive(Clone, Serialize, Deserialize)]
struct ChannelForm {
    channel: Channel,
    #[serde(flatten)]
    tally: TallyForm,
}

/// A count and its times, and where it was counted.
#[derive(Clone, Serialize, Deserialize)]
struct TallyForm {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    node: Option<String>,
    count: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<String>,
}

#[derive(Clone, Serialize, Deserialize)]
struct RequestForm {
    subject: String,
    /// Null for the cluster; absent for a path.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    namespace: Option<Option<String>>,
    #[serde(rename = "apiGroup", default, skip_serializing_if = "Option::is_none")]
    api_group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource: Option<String>,
    verb: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    decision: Decision,
    #[serde(default, skip_serializing_if = "is_default")]
    basis: Basis,
    seen: Vec<TallyForm>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    granted_by: BTreeSet<Grant>,
    #[serde(default, skip_serializing_if = "Sample::is_empty")]
    pods: Sample<String>,
    #[serde(default, skip_serializing_if = "Sample::is_empty")]
    created: Sample<String>,
}

#[derive(Clone, Serialize, Deserialize)]
struct EndpointForm {
    #[serde(flatten)]
    endpoint: Endpoint,
    #[serde(flatten)]
    seen: EndpointSeen,
}

#[derive(Clone, Serialize, Deserialize)]
struct ConnectionForm {
    /// Indices of endpoints.
    from: usize,
    to: usize,
    protocol: Protocol,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(default, skip_serializing_if = "is_default")]
    port_of: PortOf,
    verdict: Verdict,
    seen: Vec<TallyForm>,
    #[serde(default, skip_serializing_if = "Sample::is_empty")]
    names: Sample<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    sides: BTreeSet<Side>,
    #[serde(default, skip_serializing_if = "is_default")]
    answered: bool,
}

#[derive(Clone, Serialize, Deserialize)]
struct ContainerForm {
    #[serde(flatten)]
    container: Container,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    images: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, BTreeSet<String>>,
    runs: Vec<RunForm>,
    acts: Vec<ActForm>,
}

#[derive(Clone, Serialize, Deserialize)]
struct RunForm {
    pod: String,
    start_observed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    started: Option<String>,
    end_observed: bool,
    channels: Vec<ChannelSeenForm>,
}

#[derive(Clone, Serialize, Deserialize)]
struct ChannelSeenForm {
    channel: Channel,
    seen: Vec<TallyForm>,
}

#[derive(Clone, Serialize, Deserialize)]
struct ActForm {
    #[serde(flatten)]
    act: Act,
    seen: Vec<TallyForm>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A key that is there with null is not a key that is absent.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// One atom after the other: a form of the whole would need as much memory as the record once more.
impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sources: BTreeMap<_, _> = self.sources.keys().copied().zip(0..).collect();
        let endpoints: BTreeMap<_, _> = self.endpoints.keys().zip(0..).collect();
        let tallies = |seen: &Observations| -> Vec<TallyForm> {
            seen.iter()
                .map(|((source, node), tally)| tally_form(sources.get(source).copied(), node.clone(), tally))
                .collect()
        };
        let endpoint = |endpoint: &Endpoint| endpoints.get(endpoint).copied().unwrap_or(usize::MAX);
        let mut form = serializer.serialize_struct("Form", 6)?;
        form.serialize_field("leastwise_evidence", &VERSION)?;
        form.serialize_field("sources", &Each(&self.sources, &source_form))?;
        form.serialize_field(
            "requests",
            &Each(&self.requests, &|request: &Request, seen: &RequestSeen| {
                request_form(request.clone(), tallies(&seen.seen), seen.clone())
            }),
        )?;
        form.serialize_field(
            "endpoints",
            &Each(&self.endpoints, &|endpoint: &Endpoint, seen: &EndpointSeen| EndpointForm {
                endpoint: endpoint.clone(),
                seen: seen.clone(),
            }),
        )?;
        form.serialize_field(
            "connections",
            &Each(&self.connections, &|connection: &Connection, seen: &ConnectionSeen| ConnectionForm {
                from: endpoint(&connection.client),
                to: endpoint(&connection.server),
                protocol: connection.protocol,
                port: connection.port,
                port_of: connection.port_of,
                verdict: connection.verdict,
                seen: tallies(&seen.seen),
                names: seen.names.clone(),
                sides: seen.sides.clone(),
                answered: seen.answered,
            }),
        )?;
        form.serialize_field(
            "containers",
            &Each(&self.containers, &|container: &Container, seen: &ContainerSeen| {
                container_form(container.clone(), seen.clone(), &tallies)
            }),
        )?;
        form.end()
    }
}

/// The forms of all that a map holds, each made when it is written.
struct Each<'a, K, V, F>(&'a BTreeMap<K, V>, &'a F);

impl<K, V, T: Serialize, F: Fn(&K, &V) -> T> Serialize for Each<'_, K, V, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(key, value)| (self.1)(key, value)))
    }
}

fn tally_form(source: Option<usize>, node: Option<String>, tally: &Tally) -> TallyForm {
    let text = |time: Option<Timestamp>| time.map(|time| time.to_string());
    TallyForm { source, node, count: tally.count, first: text(tally.first), last: text(tally.last) }
}

fn source_form(id: &SourceId, source: &Source) -> SourceForm {
    let source = source.clone();
    SourceForm {
        id: id.to_string(),
        names: source.names,
        formats: source.formats,
        bytes: source.bytes,
        complete: source.complete,
        windows: source.nodes.into_iter().map(|(node, tally)| tally_form(None, node, &tally)).collect(),
        channels: source
            .channels
            .iter()
            .map(|(channel, tally)| ChannelForm { channel: *channel, tally: tally_form(None, None, tally) })
            .collect(),
        unreadable: source.unreadable,
        irrelevant: source.irrelevant,
        losses: source.losses,
        undecided: source.undecided,
        cautions: source.cautions,
        audited: source
            .audited
            .into_iter()
            .map(|((level, stage), count)| AuditedForm { level, stage, count })
            .collect(),
    }
}

fn request_form(request: Request, tallies: Vec<TallyForm>, seen: RequestSeen) -> RequestForm {
    let (namespace, api_group, resource, name, url) = match request.target {
        Target::Resource { namespace, api_group, resource, name } => {
            (Some(namespace), Some(api_group), Some(resource), name, None)
        }
        Target::Url(url) => (None, None, None, None, Some(url)),
    };
    RequestForm {
        subject: request.subject,
        namespace,
        api_group,
        resource,
        verb: request.verb,
        name,
        url,
        decision: request.decision,
        basis: request.basis,
        seen: tallies,
        granted_by: seen.granted_by,
        pods: seen.pods,
        created: seen.created,
    }
}

fn container_form(
    container: Container,
    seen: ContainerSeen,
    tallies: &dyn Fn(&Observations) -> Vec<TallyForm>,
) -> ContainerForm {
    let channels = |channels: &BTreeMap<Channel, Observations>| {
        channels
            .iter()
            .map(|(channel, seen)| ChannelSeenForm { channel: *channel, seen: tallies(seen) })
            .collect()
    };
    let run = |(pod, run): (String, Run)| RunForm {
        pod,
        start_observed: run.start_observed,
        started: run.started.map(|time| time.to_string()),
        end_observed: run.end_observed,
        channels: channels(&run.channels),
    };
    ContainerForm {
        container,
        images: seen.images,
        labels: seen.labels,
        runs: seen.runs.into_iter().map(run).collect(),
        acts: seen.acts.into_iter().map(|(act, seen)| ActForm { act, seen: tallies(&seen) }).collect(),
    }
}

impl TryFrom<Form> for Record {
    type Error = FormError;

    fn try_from(form: Form) -> Result<Self, FormError> {
        if form.leastwise_evidence != VERSION {
            return Err(FormError::Version(form.leastwise_evidence));
        }
        let mut record = Self::default();
        let mut ids = Vec::new();
        for source in form.sources {
            let id = source.id.parse().map_err(FormError::Invalid)?;
            ids.push(id);
            record.sources.insert(id, source.try_into()?);
        }
        let mut endpoints = Vec::new();
        for EndpointForm { endpoint, seen } in form.endpoints {
            endpoints.push(endpoint.clone());
            record.endpoints.insert(endpoint, seen);
        }
        for request in form.requests {
            let (request, seen) = request.read(&ids)?;
            record.requests.insert(request, seen);
        }
        for connection in form.connections {
            let (connection, seen) = connection.read(&ids, &endpoints)?;
            record.connections.insert(connection, seen);
        }
        for container in form.containers {
            let (container, seen) = container.read(&ids)?;
            record.containers.insert(container, seen);
        }
        Ok(record)
    }
}

impl TryFrom<SourceForm> for Source {
    type Error = FormError;

    fn try_from(form: SourceForm) -> Result<Self, FormError> {
        let mut nodes = BTreeMap::new();
        for window in form.windows {
            nodes.insert(window.node.clone(), window.tally()?);
        }
        let mut channels = BTreeMap::new();
        for ChannelForm { channel, tally } in form.channels {
            channels.insert(channel, tally.tally()?);
        }
        let audited =
            form.audited.into_iter().map(|AuditedForm { level, stage, count }| ((level, stage), count));
        Ok(Self {
            names: form.names,
            formats: form.formats,
            bytes: form.bytes,
            complete: form.complete,
            nodes,
            channels,
            unreadable: form.unreadable,
            irrelevant: form.irrelevant,
            losses: form.losses,
            undecided: form.undecided,
            cautions: form.cautions,
            audited: audited.collect(),
        })
    }
}

impl TallyForm {
    fn tally(&self) -> Result<Tally, FormError> {
        let time = |text: &Option<String>| text.as_deref().map(time).transpose();
        Ok(Tally { count: self.count, first: time(&self.first)?, last: time(&self.last)? })
    }
}

fn time(text: &str) -> Result<Timestamp, FormError> {
    text.parse().map_err(|_| FormError::Invalid(format!("`{text}` is no time")))
}

fn observations(tallies: &[TallyForm], sources: &[SourceId]) -> Result<Observations, FormError> {
    let mut observations = Observations::default();
    for form in tallies {
        let index = form.source.ok_or_else(|| FormError::Invalid("an observation names no source".into()))?;
        let source = sources.get(index).ok_or(FormError::Source(index))?;
        observations.insert((*source, form.node.clone()), form.tally()?);
    }
    Ok(observations)
}

impl RequestForm {
    fn read(self, sources: &[SourceId]) -> Result<(Request, RequestSeen), FormError> {
        let target = match (self.url, self.resource) {
            (Some(url), None) => Target::Url(url),
            (None, Some(resource)) => Target::Resource {
                namespace: self.namespace.flatten(),
                api_group: self.api_group.unwrap_or_default(),
                resource,
                name: self.name,
            },
            _ => return Err(FormError::Invalid("a request has either a `resource` or a `url`".into())),
        };
        let seen = observations(&self.seen, sources)?;
        let (granted_by, pods, created) = (self.granted_by, self.pods, self.created);
        let (verb, decision, basis) = (self.verb, self.decision, self.basis);
        let request = Request { subject: self.subject, target, verb, decision, basis };
        Ok((request, RequestSeen { seen, granted_by, pods, created }))
    }
}

impl ConnectionForm {
    fn read(
        self,
        sources: &[SourceId],
        endpoints: &[Endpoint],
    ) -> Result<(Connection, ConnectionSeen), FormError> {
        let endpoint = |index: usize| endpoints.get(index).cloned().ok_or(FormError::Endpoint(index));
        let connection = Connection {
            client: endpoint(self.from)?,
            server: endpoint(self.to)?,
            protocol: self.protocol,
            port: self.port,
            port_of: self.port_of,
            verdict: self.verdict,
        };
        let seen = observations(&self.seen, sources)?;
        Ok((
            connection,
            ConnectionSeen { seen, names: self.names, sides: self.sides, answered: self.answered },
        ))
    }
}

impl ContainerForm {
    fn read(self, sources: &[SourceId]) -> Result<(Container, ContainerSeen), FormError> {
        let mut seen = ContainerSeen { images: self.images, labels: self.labels, ..ContainerSeen::default() };
        for form in self.runs {
            let (start_observed, end_observed) = (form.start_observed, form.end_observed);
            let started = form.started.as_deref().map(time).transpose()?;
            let mut run = Run { start_observed, started, end_observed, channels: BTreeMap::new() };
            for channel in form.channels {
                run.channels.insert(channel.channel, observations(&channel.seen, sources)?);
            }
            seen.runs.insert(form.pod, run);
        }
        for form in self.acts {
            seen.acts.insert(form.act, observations(&form.seen, sources)?);
        }
        Ok((self.container, seen))
    }
}

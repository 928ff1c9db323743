use super::{Caution, Channel, Container, Format, Loss, Record, Tally, Undecided};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What was watched, for how long and how completely: without it, that something was not seen means nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// When the first event was, over all sources.
    pub first: Option<String>,
    /// When the last one was.
    pub last: Option<String>,
    /// How many events there were.
    pub events: u64,
    /// Each source.
    pub sources: Vec<SourceCertificate>,
    /// Each container whose processes were seen.
    pub containers: Vec<ContainerCertificate>,
    /// Whether nothing is known to be missing: every source was read to its end and every line of it understood, none
    /// says that it lost events, and none is of a kind that leaves some out.
    pub without_known_loss: bool,
}

/// What one source can vouch for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceCertificate {
    /// The first half of the SHA-256 of its bytes.
    pub id: String,
    /// How it was called.
    pub names: BTreeSet<String>,
    /// What it held.
    pub formats: BTreeSet<Format>,
    /// Whether it was read to its end.
    pub complete: bool,
    /// The window of each node; of the whole where no node is named.
    pub windows: Vec<Window>,
    /// How many events of each kind it has.
    pub channels: BTreeMap<Channel, u64>,
    /// Lines that could not be read.
    pub unreadable: u64,
    /// What it says it has lost.
    pub losses: BTreeMap<Loss, u64>,
    /// Events of which it is not clear what they mean.
    pub undecided: BTreeMap<Undecided, u64>,
    /// What a log of its kind cannot show.
    pub cautions: BTreeSet<Caution>,
}

/// From when until when there are events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Window {
    /// Whose events they are.
    pub node: Option<String>,
    /// When the first one was.
    pub first: Option<String>,
    /// When the last one was.
    pub last: Option<String>,
    /// How many.
    pub events: u64,
}

/// How a container was watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContainerCertificate {
    /// Which.
    #[serde(flatten)]
    pub container: Container,
    /// How many replicas were seen.
    pub replicas: usize,
    /// How many of them were seen to start.
    pub starts_observed: usize,
    /// How many of them were seen to end.
    pub ends_observed: usize,
    /// For each kind of event, in how many replicas it was alive.
    pub channels: BTreeMap<Channel, usize>,
}

impl Record {
    /// What this record can vouch for.
    pub fn certificate(&self) -> Certificate {
        let total = self.sources.values().map(|source| source.total()).fold(Tally::default(), Tally::plus);
        Certificate {
            first: text(total.first),
            last: text(total.last),
            events: total.count,
            sources: self
                .sources
                .iter()
                .map(|(id, source)| source_certificate(id.to_string(), source))
                .collect(),
            containers: self.containers.iter().map(container_certificate).collect(),
            without_known_loss: self.sources.values().all(is_without_known_loss),
        }
    }
}

fn is_without_known_loss(source: &super::Source) -> bool {
    source.complete && source.unreadable == 0 && source.losses.is_empty() && source.cautions.is_empty()
}

fn source_certificate(id: String, source: &super::Source) -> SourceCertificate {
    let window = |(node, tally): (&Option<String>, &Tally)| Window {
        node: node.clone(),
        first: text(tally.first),
        last: text(tally.last),
        events: tally.count,
    };
    SourceCertificate {
        id,
        names: source.names.clone(),
        formats: source.formats.clone(),
        complete: source.complete,
        windows: source.nodes.iter().map(window).collect(),
        channels: source.channels.iter().map(|(channel, tally)| (*channel, tally.count)).collect(),
        unreadable: source.unreadable,
        losses: source.losses.clone(),
        undecided: source.undecided.clone(),
        cautions: source.cautions.clone(),
    }
}

fn container_certificate((container, seen): (&Container, &super::ContainerSeen)) -> ContainerCertificate {
    let mut channels = BTreeMap::new();
    for channel in seen.runs.values().flat_map(|run| run.channels.keys()) {
        *channels.entry(*channel).or_default() += 1;
    }
    ContainerCertificate {
        container: container.clone(),
        replicas: seen.runs.len(),
        starts_observed: seen.runs.values().filter(|run| run.start_observed).count(),
        ends_observed: seen.runs.values().filter(|run| run.end_observed).count(),
        channels,
    }
}

fn text(time: Option<Timestamp>) -> Option<String> {
    time.map(|time| time.to_string())
}

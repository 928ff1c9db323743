//! How well something was watched: without it, silence means nothing.

use crate::Options;
use crate::seen::shown;
use leastwise_evidence::{Caution, Channel, Record, Source, SourceId, Tally};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What the logs that show one kind of events are known to lack.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch {
    losses: Vec<String>,
    channels: BTreeMap<Channel, Tally>,
    pub(crate) cautions: BTreeSet<Caution>,
    /// From when until when each node was watched, over all logs.
    windows: BTreeMap<Option<String>, Tally>,
}

impl Watch {
    /// Of the sources in which such events were seen.
    pub(crate) fn of(record: &Record, sources: impl Iterator<Item = SourceId>) -> Self {
        let sources: BTreeSet<_> = sources.collect();
        let sources: Vec<&Source> = sources.iter().filter_map(|id| record.sources.get(id)).collect();
        let is_lossy =
            |source: &&&Source| !source.losses.is_empty() || source.unreadable > 0 || !source.complete;
        let names =
            |source: &&Source| source.names.iter().map(|name| shown(name)).collect::<Vec<_>>().join(", ");
        let mut channels: BTreeMap<Channel, Tally> = BTreeMap::new();
        for (channel, tally) in sources.iter().flat_map(|source| &source.channels) {
            let known = channels.entry(*channel).or_default();
            *known = known.plus(*tally);
        }
        let mut windows: BTreeMap<Option<String>, Tally> = BTreeMap::new();
        for (node, tally) in sources.iter().flat_map(|source| &source.nodes) {
            let window = windows.entry(node.clone()).or_default();
            *window = window.plus(*tally);
        }
        Self {
            channels,
            windows,
            losses: sources.iter().filter(is_lossy).map(names).collect(),
            cautions: sources.iter().flat_map(|source| &source.cautions).copied().collect(),
        }
    }

    /// From when until when there are events of that kind at all.
    pub(crate) fn window(&self, channel: Channel) -> Tally {
        self.channels.get(&channel).copied().unwrap_or_default()
    }

    /// Whether requests that read are left out.
    pub(crate) fn lacks_reads(&self) -> bool {
        [Caution::ReadsLeftOut, Caution::NoReads].iter().any(|caution| self.cautions.contains(caution))
    }

    /// Why nothing may be taken away.
    pub(crate) fn distrust(&self, options: &Options) -> Option<String> {
        let first = self.losses.first().filter(|_| !options.despite_loss)?;
        Some(format!(
            "events were lost or could not be read in {first}, so that something was not seen means little"
        ))
    }

    /// How long the node was watched that was watched least.
    pub(crate) fn shortest(&self) -> Duration {
        let length = |tally: &Tally| match (tally.first, tally.last) {
            (Some(first), Some(last)) => {
                let seconds = last.duration_since(first).as_secs();
                Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
            }
            _ => Duration::ZERO,
        };
        self.windows.values().map(length).min().unwrap_or_default()
    }

    /// Why what rests on silence is for people to decide.
    pub(crate) fn too_short(&self, options: &Options) -> Option<String> {
        let asked = options.minimum_window?;
        let window = self.shortest();
        (window < asked)
            .then(|| format!("only {} were watched, and {} are asked for", length(window), length(asked)))
    }

    /// What else makes silence weaker, in words.
    pub(crate) fn caution(&self) -> String {
        let words = |caution: &Caution| match caution {
            Caution::BestEffort => Some("; the log is delivered as well as may be, and may lack some"),
            Caution::UnknownCoverage => Some("; the log does not say which requests its policy leaves out"),
            Caution::ClockSkew => Some("; its clock is off"),
            _ => None,
        };
        self.cautions.iter().filter_map(words).collect()
    }
}

/// A time in the largest unit of which it is at least two.
pub(crate) fn length(time: Duration) -> String {
    let seconds = time.as_secs();
    let units = [(86_400, "days"), (3_600, "hours"), (60, "minutes")];
    let found = units.iter().find(|(unit, _)| seconds >= 2 * unit);
    let (unit, name) = found.copied().unwrap_or((1, "seconds"));
    format!("{} {name}", seconds / unit)
}

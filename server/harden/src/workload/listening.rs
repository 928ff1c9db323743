//! Whether somebody was listening: since when each log shows each kind of event.

use super::file_family::{Family, family};
use leastwise_evidence::{Channel, Deed, Place, Record, Run, Tally};
use std::collections::BTreeMap;

/// A kind of event that a log may show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sight {
    /// Any event of a channel.
    Channel(Channel),
    /// What is done to files, kind by kind: a log may show that they are written and not that they are removed.
    Files(Family),
}

impl Sight {
    pub(super) fn channel(self) -> Channel {
        match self {
            Self::Channel(channel) => channel,
            Self::Files(_) => Channel::Files,
        }
    }
}

/// The first event of each kind in each log and on each node, whosever it was.
#[derive(Debug, Default)]
pub(super) struct Listening(BTreeMap<(Sight, Place), Tally>);

impl Listening {
    pub(super) fn of(record: &Record) -> Self {
        let mut listening = Self::default();
        for seen in record.containers.values() {
            for (channel, observations) in seen.runs.values().flat_map(|run| &run.channels) {
                for (place, tally) in observations.iter() {
                    listening.note(Sight::Channel(*channel), place, tally);
                }
            }
            for (act, observations) in &seen.acts {
                let Deed::File(file) = &act.deed else { continue };
                for (place, tally) in observations.iter() {
                    let source = record.sources.get(&place.0);
                    if let Some(family) = source.and_then(|source| family(file, source)) {
                        listening.note(Sight::Files(family), place, tally);
                    }
                }
            }
        }
        listening
    }

    fn note(&mut self, sight: Sight, place: &Place, tally: &Tally) {
        self.0.entry((sight, place.clone())).or_default().extend(tally.first);
    }

    /// Whether events of this kind would have been logged of a replica from its start: a log that has events of its
    /// channel had some of this kind, on the same node, before its first process started.
    pub(super) fn heard(&self, run: &Run, sight: Sight) -> bool {
        let (true, Some(started)) = (run.start_observed, run.started) else { return false };
        let Some(own) = run.channels.get(&sight.channel()) else { return false };
        own.iter().any(|(place, _)| {
            let first = self.0.get(&(sight, place.clone())).and_then(|tally| tally.first);
            first.is_some_and(|first| first <= started)
        })
    }
}

use super::{SourceId, Unite};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// How often and when something was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How often.
    pub count: u64,
    /// When first, as the log's own clock says; `None` where no event had a time.
    pub first: Option<Timestamp>,
    /// When last.
    pub last: Option<Timestamp>,
}

impl Tally {
    /// Counts one more.
    pub fn count(&mut self, time: Option<Timestamp>) {
        self.count += 1;
        self.extend(time);
    }

    /// Stretches the time without counting.
    pub fn extend(&mut self, time: Option<Timestamp>) {
        if let Some(time) = time {
            self.first = Some(self.first.map_or(time, |first| first.min(time)));
            self.last = Some(self.last.map_or(time, |last| last.max(time)));
        }
    }

    /// Both together, where they have counted different events.
    #[must_use]
    pub fn plus(mut self, other: Self) -> Self {
        self.count += other.count;
        self.extend(other.first);
        self.extend(other.last);
        self
    }
}

/// Two tallies of the same events.
impl Unite for Tally {
    fn unite(&mut self, other: Self) {
        self.count.unite(other.count);
        self.extend(other.first);
        self.extend(other.last);
    }
}

/// Where something was seen: a source, and the node whose events these are, where the log names one.
pub type Place = (SourceId, Option<String>);

/// How often and when something was seen, for each source and node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observations(pub(crate) BTreeMap<Place, Tally>);

impl Observations {
    /// Sets what was seen at a place.
    pub fn insert(&mut self, place: Place, tally: Tally) {
        self.0.entry(place).or_default().unite(tally);
    }

    /// What was seen at each place.
    pub fn iter(&self) -> impl Iterator<Item = (&Place, &Tally)> {
        self.0.iter()
    }

    /// All together. Where two sources hold the same events in different bytes, these are counted twice.
    pub fn total(&self) -> Tally {
        self.0.values().copied().fold(Tally::default(), Tally::plus)
    }

    /// How often, over all places.
    pub fn count(&self) -> u64 {
        self.total().count
    }

    /// The nodes on which it was seen.
    pub fn nodes(&self) -> impl Iterator<Item = &str> {
        self.0.keys().filter_map(|(_, node)| node.as_deref())
    }

    /// The sources in which it was seen.
    pub fn sources(&self) -> impl Iterator<Item = SourceId> {
        self.0.keys().map(|(source, _)| *source)
    }
}

impl Unite for Observations {
    fn unite(&mut self, other: Self) {
        self.0.unite(other.0);
    }
}

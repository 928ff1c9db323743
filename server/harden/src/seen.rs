//! What was seen, in words.

use leastwise_evidence::{Observations, Record, Tally};
use std::collections::BTreeSet;

/// How often, when and in which logs something was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    tally: Tally,
    logs: BTreeSet<String>,
}

impl Seen {
    pub(crate) fn of(observations: &Observations, record: &Record) -> Self {
        let names = observations.sources().filter_map(|source| record.sources.get(&source));
        let logs = names.flat_map(|source| &source.names).map(|name| shown(name)).collect();
        Self { tally: observations.total(), logs }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.tally = self.tally.plus(other.tally);
        self.logs.extend(other.logs.iter().cloned());
    }

    pub(crate) fn tally(&self) -> Tally {
        self.tally
    }

    /// Like `41 requests from 2026-03-01T08:00:00Z to 2026-03-14T19:30:12Z in audit.log`.
    pub(crate) fn words(&self, thing: &str) -> String {
        let count = self.tally.count;
        let s = if count == 1 { "" } else { "s" };
        let when = match (self.tally.first, self.tally.last) {
            (Some(first), Some(last)) if first == last => format!(" at {first}"),
            (Some(first), Some(last)) => format!(" from {first} to {last}"),
            _ => String::new(),
        };
        let logs: Vec<_> = self.logs.iter().map(String::as_str).collect();
        let place = if logs.is_empty() { String::new() } else { format!(" in {}", logs.join(", ")) };
        format!("{count} {thing}{s}{when}{place}")
    }
}

/// Text from a log or a file name as it may be shown: nothing in it can steer a terminal.
pub(crate) fn shown(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { '\u{FFFD}' } else { char }).collect()
}

/// How often, when and in which logs something was seen, in words: `41 requests from … to … in audit.log`. Nothing in
/// it can steer a terminal.
pub fn in_words(observations: &Observations, record: &Record, thing: &str) -> String {
    Seen::of(observations, record).words(thing)
}

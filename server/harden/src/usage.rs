//! What manifests grant and nobody was seen to use or need, token by token: for a reader who looks at them.

use crate::Kind;
use crate::seen::Seen;
use leastwise_evidence::{Record, Source, Tally};
use leastwise_yaml::{Patch, Path};

/// A role, a network policy or a workload beside what was seen of those whom it is for.
#[derive(Clone, Debug)]
pub struct Usage {
    /// Which of them it is.
    pub kind: Kind,
    /// It, as a path in its document.
    pub object: Path,
    /// Where its rules stand, or what holds them.
    pub head: Path,
    /// Why nothing can be said of what it grants.
    pub refused: Option<String>,
    /// What nobody was seen to use, in order of place.
    pub unused: Vec<Unused>,
    /// Every change that makes it grant what was used, or must stay for another reason; not proved yet.
    pub patches: Vec<Patch>,
    /// Requests or connections that were denied to those whom it is for by name, and still would be, in words.
    pub denied: Vec<String>,
    /// Requests that the role allowed when they were made, and that nothing among the manifests allows now, in words.
    pub missing: Vec<String>,
    /// For how long and at what was looked, in words, like `in 14 days, 3 replicas, 41,208 requests`.
    pub watched: String,
    /// What was used of each rule.
    pub(crate) uses: Vec<RuleUses>,
}

/// Something that a role or policy grants and nobody was seen to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// Where it stands, in the document.
    pub path: Path,
    /// What it is.
    pub what: Excess,
    /// The change that takes it away; not proved yet.
    pub patches: Vec<Patch>,
}

/// In which way a role or policy grants more than was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Excess {
    /// Nothing of the rule was used.
    Rule(String),
    /// A name in one of its lists was not.
    Name {
        /// Of which list: `verb`, `resource` and so on.
        list: &'static str,
        /// The name.
        name: String,
    },
    /// Of a pattern only some of what it stands for was.
    Pattern {
        /// Of which list.
        list: &'static str,
        /// The pattern.
        name: String,
        /// What of it was used.
        used: Vec<String>,
    },
    /// The rule is for every object, and only these were asked for.
    Objects(Vec<String>),
    /// No connection with the peer was seen.
    Peer,
    /// The peer stands for more than those with whom connections were seen.
    Peers(Vec<String>),
    /// The rule is for everybody, and connections were seen only with these.
    Everybody(Vec<String>),
    /// The rule is for every port, and only these were used.
    EveryPort(String),
    /// A workload was seen to need less than a field lets it do.
    Privilege {
        /// What is enough.
        what: String,
        /// What shows it.
        because: String,
    },
    /// Every name was used, but not with every other one: these pairs were not.
    Pairs(Vec<String>),
}

/// What was used of a rule.
#[derive(Clone, Debug)]
pub(crate) struct RuleUses {
    pub(crate) rule: Path,
    pub(crate) uses: Vec<Use>,
}

/// Something that was seen, and that a rule allows.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    pub(crate) words: String,
    /// The parts of the rule that allow it.
    pub(crate) tokens: Vec<Path>,
}

impl Usage {
    /// Nothing is known yet.
    pub(crate) fn new(kind: Kind, object: &Path, head: Path) -> Self {
        Self {
            kind,
            object: object.clone(),
            head,
            refused: None,
            unused: Vec::new(),
            patches: Vec::new(),
            denied: Vec::new(),
            missing: Vec::new(),
            watched: String::new(),
            uses: Vec::new(),
        }
    }

    /// What was seen of what the text at `path` grants: a part of a rule, a list of parts, or a rule. `None` where it
    /// is no part of a rule, or nothing can be said.
    pub fn behind(&self, path: &Path) -> Option<Vec<&str>> {
        let rule = self.uses.iter().find(|uses| uses.rule.holds(path))?;
        let is_whole = *path == rule.rule;
        let is_meant =
            |one: &&Use| is_whole || one.tokens.iter().any(|token| token.holds(path) || path.holds(token));
        Some(rule.uses.iter().filter(is_meant).map(|one| one.words.as_str()).collect())
    }
}

/// From when until when there are events, and how many, in words like `14 days, 41,208 events`.
pub fn window(record: &Record) -> String {
    let total = record.sources.values().map(Source::total).fold(Tally::default(), Tally::plus);
    let s = if total.count == 1 { "" } else { "s" };
    let events = format!("{} event{s}", grouped(total.count));
    span(total).map_or_else(|| events.clone(), |span| format!("{span}, {events}"))
}

/// For how long and at what was looked: `window` is from when until when there are events at all.
pub(crate) fn watched(window: Tally, seen: &Seen, replicas: usize, thing: &str) -> String {
    let window = if window.first.is_some() { window } else { seen.tally() };
    let replicas = match replicas {
        0 => String::new(),
        1 => "1 replica, ".to_owned(),
        count => format!("{count} replicas, "),
    };
    let count = seen.tally().count;
    let s = if count == 1 { "" } else { "s" };
    format!("{}, {replicas}{} {thing}{s}", duration(window), grouped(count))
}

fn duration(tally: Tally) -> String {
    span(tally).map_or_else(|| "in these logs".to_owned(), |span| format!("in {span}"))
}

/// How long a time is, in words that one reads at a glance; `None` where it is none.
fn span(tally: Tally) -> Option<String> {
    let seconds = tally.last?.as_second() - tally.first?.as_second();
    let (count, unit) = match seconds {
        ..1 => return None,
        1..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let s = if count == 1 { "" } else { "s" };
    Some(format!("{count} {unit}{s}"))
}

/// A number with a comma between each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_evidence::SourceId;

    #[test]
    fn times_and_numbers_are_read_at_a_glance() {
        let of = |last: &str| {
            let mut tally = Tally::default();
            tally.count("2026-03-01T08:00:00Z".parse().ok());
            tally.extend(last.parse().ok());
            duration(tally)
        };
        for (last, words) in [
            ("2026-03-01T08:00:01Z", "in 1 second"),
            ("2026-03-01T08:02:00Z", "in 2 minutes"),
            ("2026-03-02T08:00:00Z", "in 24 hours"),
            ("2026-03-15T20:00:00Z", "in 14 days"),
        ] {
            assert_eq!(of(last), words);
        }
        let mut log = Source::default();
        log.nodes.entry(None).or_default().count("2026-03-01T08:00:00Z".parse().ok());
        let of = |logs: &[&Source]| {
            let name = |(place, log): (usize, &&Source)| {
                (SourceId([u8::try_from(place).unwrap(); 16]), (*log).clone())
            };
            window(&Record { sources: logs.iter().enumerate().map(name).collect(), ..Record::default() })
        };
        assert_eq!(of(&[&log]), "1 event");
        let mut later = Source::default();
        let tally = later.nodes.entry(None).or_default();
        for time in ["2026-03-04T08:00:00Z", "2026-03-15T20:00:00Z"] {
            tally.count(time.parse().ok());
        }
        assert_eq!(of(&[&log, &later]), "14 days, 3 events");
        assert_eq!(
            [7, 999, 1000, 41_208, 1_234_567].map(grouped),
            ["7", "999", "1,000", "41,208", "1,234,567"]
        );
    }
}

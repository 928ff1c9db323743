//! What silences a finding, and why: comments of ours, and the comments and annotations of other checkers, whose ids
//! the rules know.

mod comment;
mod elsewhere;
mod unused;

pub(crate) use comment::{Reach, comment};
pub(crate) use unused::unused;

use jiff::civil::Date;
use leastwise_manifest::Object;
use leastwise_rules::{Checker, rule};
use leastwise_text::TextRange;
use leastwise_yaml::{Document, Path};

/// Something that silences rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suppression {
    /// Which rules.
    pub(crate) rules: Rules,
    /// Why, as written.
    pub(crate) reason: String,
    /// What it covers.
    pub(crate) scope: Scope,
    /// The last day on which it holds.
    pub(crate) until: Option<Date>,
}

/// The rules that are silenced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rules {
    /// By our names, each with the place where it is written, in a comment.
    Named {
        /// The names.
        names: Vec<Name>,
        /// The whole comment.
        comment: TextRange,
    },
    /// By the ids of another checker.
    Known(Checker, Vec<String>),
    /// Every rule that another checker knows, but for these ids.
    EveryKnown(Checker, Vec<String>),
}

/// A rule's name in a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// As written.
    pub(crate) name: String,
    /// Where, in the document.
    pub(crate) range: TextRange,
}

/// What a suppression covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Findings that begin in these lines of the document.
    Lines(TextRange),
    /// Findings on the object at this path.
    Object(Path),
    /// Every document of the file.
    File,
}

impl Suppression {
    /// Whether it silences the rule (or the model's label) of that name, where it holds.
    pub(crate) fn names(&self, id: &str) -> bool {
        let known_as = |checker: Checker, ids: &[String]| {
            let also = rule(id).map(|rule| rule.also).unwrap_or_default();
            let mut own = also.iter().filter(|(known, _)| *known == checker).peekable();
            let is_known = own.peek().is_some();
            (is_known, own.any(|(_, own)| ids.iter().any(|id| elsewhere::is_same_id(own, id))))
        };
        match &self.rules {
            Rules::Named { names, .. } => names.iter().any(|one| one.name == id),
            Rules::Known(checker, ids) => known_as(*checker, ids).1,
            Rules::EveryKnown(checker, but) => matches!(known_as(*checker, but), (true, false)),
        }
    }

    /// Whether it covers a finding that begins at `range`, on the object at `object`.
    pub(crate) fn reaches(&self, object: &Path, range: TextRange) -> bool {
        match &self.scope {
            Scope::Lines(lines) => lines.contains_inclusive(range.start()),
            Scope::Object(path) => path == object,
            Scope::File => true,
        }
    }

    /// Whether it still holds.
    pub(crate) fn is_in_force(&self, today: Option<Date>) -> bool {
        match (self.until, today) {
            (Some(until), Some(today)) => today <= until,
            _ => true,
        }
    }
}

/// The day, as clocks of Greenwich have it.
pub fn today() -> Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// What silences rules in a document.
pub(crate) fn suppressions(document: &Document, objects: &[Object<'_>]) -> Vec<Suppression> {
    let mut suppressions = comment::suppressions(document, objects);
    suppressions.extend(elsewhere::suppressions(document, objects));
    suppressions
}

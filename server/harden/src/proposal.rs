use leastwise_evidence::Record;
use leastwise_manifest::Resource;
use leastwise_privilege::Verdict;
use leastwise_text::TextEdit;
use leastwise_yaml::{Document, Literal, Patch, Path, apply, parse};
use serde::Serialize;
use std::sync::Arc;

/// What came of creation or refinement.
#[derive(Clone, Debug, Default)]
pub struct Proposal {
    /// The objects that were made, in the order in which they are applied.
    pub created: Vec<Created>,
    /// The documents that were changed, in order.
    pub changes: Vec<Change>,
    /// What the result says, and on what that rests.
    pub statements: Vec<Statement>,
    /// What could not be judged, and why. A refusal is a result.
    pub refused: Vec<Refused>,
    /// What the privilege order says of the result.
    pub verdict: Judgement,
}

/// An object that was made.
#[derive(Clone, Debug)]
pub struct Created {
    /// It.
    pub object: Literal,
    /// The same as YAML.
    pub document: Arc<Document>,
    /// How it is called.
    pub resource: Resource,
}

/// A document that was changed.
#[derive(Clone, Debug)]
pub struct Change {
    /// Which of the documents that were given.
    pub document: usize,
    /// The changes of text, in offsets of the document.
    pub edits: Vec<TextEdit>,
    /// The document afterwards.
    pub after: Arc<Document>,
}

/// How well something is founded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Events entail it.
    Exact,
    /// A protocol needs it, although no event shows it.
    Implied,
    /// It rests on silence.
    Candidate,
}

/// One thing that a result says, or might say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// How well it is founded.
    pub level: Level,
    /// Whether the result says it. What it does not say is for people to decide.
    pub applied: bool,
    /// What is granted or taken away, in words.
    pub what: String,
    /// Which events show it, or whose silence speaks for it.
    pub because: String,
    /// The object that says it.
    pub resource: Resource,
    /// Where in the object: after creation in the new one, otherwise in the one that was given.
    pub path: String,
    /// Why somebody should look at it twice, although it is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<&'static str>,
}

/// What could not be judged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Refused {
    /// What was not done.
    pub what: String,
    /// Why.
    pub because: String,
}

/// What the privilege order says of a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judgement {
    /// There was nothing before: it grants what is stated and nothing else.
    New,
    /// It grants less than before, and all that is needed.
    Narrower,
    /// It grants the same as before.
    #[default]
    Equal,
}

impl Judgement {
    /// The judgement of a change; `None` where it must not be offered.
    pub(crate) fn of(verdict: Verdict) -> Option<Self> {
        match verdict {
            Verdict::Narrower => Some(Self::Narrower),
            Verdict::Equal => Some(Self::Equal),
            Verdict::Broader | Verdict::Incomparable | Verdict::Undecided => None,
        }
    }
}

impl Proposal {
    /// The statements about what events or protocols need, and of those only the ones that the result says.
    pub fn applied(&self) -> impl Iterator<Item = &Statement> {
        self.statements.iter().filter(|statement| statement.applied)
    }

    /// Names what would be taken away and is not, and why.
    pub(crate) fn leave_to_people(&mut self, statements: Vec<Statement>, why: &str) {
        self.statements.extend(statements.into_iter().map(|statement| Statement {
            applied: false,
            because: format!("{}; {why}", statement.because),
            ..statement
        }));
    }

    pub(crate) fn refuse(&mut self, what: impl Into<String>, because: impl Into<String>) {
        let refused = Refused { what: what.into(), because: because.into() };
        if !self.refused.contains(&refused) {
            self.refused.push(refused);
        }
    }

    /// Refuses everything where the record has nothing of the kind at all.
    pub(crate) fn refuse_without(&mut self, record: &Record, has_some: bool, what: &str) {
        if !has_some {
            let read = match record.sources.len() {
                0 => "no log was read".to_owned(),
                count => format!("none of the {count} logs has any"),
            };
            self.refuse(what, read);
        }
    }
}

impl Created {
    /// Writes an object as YAML; `None` where it cannot be written safely.
    pub(crate) fn new(object: Literal) -> Option<Self> {
        let empty = parse("\n");
        let empty = empty.documents().first()?;
        let set = Patch::Set { path: Path::root(), value: object.clone() };
        let document = Arc::new(apply(&empty.document, &[set]).ok()?.document);
        let resource = leastwise_manifest::objects(&document).first()?.resource();
        Some(Self { object, document, resource })
    }

    /// The text, with a line end.
    pub fn text(&self) -> String {
        format!("{}\n", self.document.source().trim())
    }
}

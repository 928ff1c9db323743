use crate::context::Context;
use crate::{Persona, Profile, Rule, Severity};
use leastwise_manifest::{Declared, Place, View, key_place, place};
use leastwise_text::TextRange;
use leastwise_yaml::{Document, Patch, Path};

/// Something a rule found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// How bad it is here.
    pub severity: Severity,
    /// Who wants to hear of it: the rule's, unless something beside it makes it less worth saying.
    pub persona: Persona,
    /// The profile that forbids it here: the rule's, unless something beside it makes the profile lenient.
    pub profile: Option<Profile>,
    /// What is wrong here, in one sentence without a full stop.
    pub message: String,
    /// The object it is about, as a path in its document.
    pub object: Path,
    /// The pod spec it is about, where it is about one.
    pub pod: Option<Path>,
    /// The field at fault, as a path in its document.
    pub path: Path,
    /// The characters at fault, in the document.
    pub place: Place,
    /// Other places that explain it.
    pub related: Vec<Related>,
    /// A change that would cure it; a candidate until [`crate::prove`] has judged it.
    pub fix: Option<Fix>,
    /// Another place that it follows from: a rule that finds something there covers it as one at its own place does.
    pub rests_on: Option<Path>,
    /// A more telling rule that found something at the same place.
    pub covered_by: Option<&'static str>,
}

impl Finding {
    /// What is to be said of a field of an object, by who is no rule of the index.
    pub fn of_field(
        rule: &'static Rule,
        message: String,
        document: &Document,
        object: &Path,
        path: Path,
    ) -> Self {
        let place = place(document, &path);
        Self { object: object.clone(), path, place, ..Self::of_text(rule, message, place.range) }
    }

    /// What is to be said of some characters, whatever object they belong to.
    pub fn of_text(rule: &'static Rule, message: String, range: TextRange) -> Self {
        Self {
            rule,
            severity: rule.severity,
            persona: rule.persona,
            profile: None,
            message,
            object: Path::root(),
            pod: None,
            path: Path::root(),
            place: Place { range, missing: false },
            related: Vec::new(),
            fix: None,
            covered_by: None,
            rests_on: None,
        }
    }
}

/// A place that explains a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The object of the workspace in whose document it is; the finding's own document where there is none.
    pub object: Option<Declared>,
    /// The characters, in the document.
    pub range: TextRange,
    /// What they have to do with it.
    pub message: String,
}

/// A change that would cure a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an order: "Remove hostNetwork".
    pub title: String,
    /// Whether running behaviour may change.
    pub applicability: Applicability,
    /// The changes.
    pub patches: Vec<Patch>,
}

/// Whether a fix may change how a working program behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Applicability {
    /// It may not.
    Safe,
    /// It may; never applied without being asked for.
    Behavioural,
}

impl Applicability {
    /// Its name in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Behavioural => "behavioural",
        }
    }
}

impl Fix {
    /// A fix that may change what a program sees that used the privilege.
    pub(crate) fn behavioural(title: impl Into<String>, patches: impl Into<Vec<Patch>>) -> Self {
        Self { title: title.into(), applicability: Applicability::Behavioural, patches: patches.into() }
    }

    /// A fix that cannot change what a working program sees.
    pub(crate) fn safe(title: impl Into<String>, patches: impl Into<Vec<Patch>>) -> Self {
        Self { applicability: Applicability::Safe, ..Self::behavioural(title, patches) }
    }
}

/// Where a rule puts what it finds.
pub(crate) struct Report<'r, 'd> {
    pub(crate) rule: &'static Rule,
    pub(crate) context: &'r Context<'r>,
    pub(crate) document: &'d Document,
    pub(crate) object: &'r Path,
    pub(crate) pod: Option<&'r Path>,
    pub(crate) findings: &'r mut Vec<Finding>,
}

impl<'r> Report<'r, '_> {
    /// What the rule may ask beside the object it is shown.
    pub(crate) fn context(&self) -> &'r Context<'r> {
        self.context
    }

    /// The objects of the workspace, the one under judgement among them.
    pub(crate) fn workspace(&self) -> &'r View<'r> {
        self.context.workspace
    }

    /// Reports the field `path`; whether it is missing, and where it shows, follows from the document.
    pub(crate) fn find(&mut self, path: Path, message: impl Into<String>) -> Found<'_> {
        let finding = Finding {
            rule: self.rule,
            severity: self.rule.severity,
            persona: self.rule.persona,
            profile: self.rule.profile,
            message: sentence(message.into()),
            object: self.object.clone(),
            pod: self.pod.cloned(),
            place: place(self.document, &path),
            path,
            related: Vec::new(),
            fix: None,
            rests_on: None,
            covered_by: None,
        };
        self.findings.push(finding);
        let last = self.findings.len() - 1;
        Found { finding: &mut self.findings[last], document: self.document }
    }
}

/// The message with a capital first letter, unless its first word is a name with a case of its own, like `procMount`.
pub(crate) fn sentence(mut message: String) -> String {
    let word = message.split(|char: char| !char.is_alphanumeric()).next().unwrap_or_default();
    if word.chars().all(|char| char.is_ascii_lowercase())
        && let Some(first) = message.get_mut(..1)
    {
        first.make_ascii_uppercase();
    }
    message
}

/// A finding just reported, to say more about it.
pub(crate) struct Found<'f> {
    finding: &'f mut Finding,
    document: &'f Document,
}

impl Found<'_> {
    /// How bad it is here, where that differs from the rule.
    pub(crate) fn severity(self, severity: Severity) -> Self {
        self.finding.severity = severity;
        self
    }

    /// Who wants to hear of it here, where fewer do than of the rule: one that nobody hears is not applied at all.
    pub(crate) fn persona(self, persona: Persona) -> Self {
        self.finding.persona = persona;
        self
    }

    /// Says it only to pedantic listeners where it is likely to be wrong: as of a file that lies alone, when what it
    /// refers to may lie elsewhere.
    pub(crate) fn pedantic_if(self, is_doubtful: bool) -> Self {
        if is_doubtful { self.persona(Persona::Pedantic) } else { self }
    }

    /// Which profile forbids it here, where that differs from the rule.
    pub(crate) fn profile(self, profile: Option<Profile>) -> Self {
        self.finding.profile = profile;
        self
    }

    /// Shows it on these characters, which lie inside of the field: part of a text that has a meaning of its own.
    pub(crate) fn shown_at(self, range: TextRange) -> Self {
        self.finding.place.range = range;
        self
    }

    /// Shows it at the key of `path`, where that tells more than the place of the field at fault: at a neighbour of
    /// what is missing, or at a key that is itself at fault.
    pub(crate) fn at_key(self, path: &Path) -> Self {
        if let Some(place) = key_place(self.document, path) {
            self.finding.place.range = place.range;
        }
        self
    }

    /// Offers a change.
    pub(crate) fn fix(self, fix: Fix) -> Self {
        self.finding.fix = Some(fix);
        self
    }

    /// Names the place that it follows from, which is not its own: a wildcard beside it.
    pub(crate) fn rests_on(self, path: Path) -> Self {
        self.finding.rests_on = Some(path);
        self
    }

    /// Shows a missing field at the key of something else than its nearest ancestor.
    pub(crate) fn missing_at(self, path: &Path) -> Self {
        if self.finding.place.missing { self.at_key(path) } else { self }
    }

    /// Names another place that explains it.
    pub(crate) fn related(self, path: &Path, message: impl Into<String>) -> Self {
        let range = place(self.document, path).range;
        self.finding.related.push(Related { object: None, range, message: message.into() });
        self
    }

    /// Names a place in another object of the workspace that explains it: `path` as a path in that object's document.
    pub(crate) fn related_in(self, object: &Declared, path: &Path, message: impl Into<String>) -> Self {
        let range = place(&object.document, path).range;
        self.finding.related.push(Related { object: Some(object.clone()), range, message: message.into() });
        self
    }
}

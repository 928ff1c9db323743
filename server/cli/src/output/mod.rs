//! How findings are printed: one file a format.

mod github;
mod human;
mod json;
mod junit;
mod sarif;

pub(crate) use human::Human;

use clap::ValueEnum;
use leastwise_analysis::{File, Located, Sighting, Standing, identity};
use leastwise_manifest::Resource;
use leastwise_rules::{Applicability, Confidence, Offer, Severity, rests_on_evidence, rule};
use leastwise_text::{Buffer, Place, TextRange};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// A form of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Source lines with carets.
    Human,
    /// One array, for programs.
    Json,
    /// The format of code scanning services, version 2.1.0.
    Sarif,
    /// Test results, for systems that show nothing else.
    Junit,
    /// Annotations of GitHub's workflow log.
    Github,
}

/// A finding with all that is said of it.
#[derive(Debug)]
pub(crate) struct Reported<'f> {
    pub(crate) name: &'f str,
    pub(crate) buffer: &'f Buffer,
    /// The rule's id, or the model's label.
    pub(crate) rule: Cow<'f, str>,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    pub(crate) message: Cow<'f, str>,
    /// How sure the model is, from 0 to 1; `None` where a rule speaks.
    pub(crate) probability: Option<f32>,
    pub(crate) document: usize,
    /// The characters, in the text.
    pub(crate) range: TextRange,
    pub(crate) path: String,
    pub(crate) missing: bool,
    pub(crate) resource: Resource,
    /// The proved fix.
    pub(crate) offer: Option<Offer>,
    pub(crate) standing: Standing<'f>,
    /// It is silenced from outside of its file.
    pub(crate) is_silenced_elsewhere: bool,
    /// It makes the check fail.
    pub(crate) fails: bool,
    /// What it is called for good, see [`leastwise_analysis::identity`].
    pub(crate) identity: String,
    /// Other places that explain it.
    pub(crate) related: Vec<Elsewhere>,
}

/// A place that explains a finding.
#[derive(Debug)]
pub(crate) struct Elsewhere {
    /// The file.
    pub(crate) name: String,
    pub(crate) start: Place,
    pub(crate) end: Place,
    /// What it has to do with the finding.
    pub(crate) message: String,
}

impl<'f> Reported<'f> {
    /// What a rule found.
    pub(crate) fn by_rule(
        name: &'f str,
        file: &'f File,
        located: &Located<'f>,
        offer: Option<Offer>,
    ) -> Self {
        let diagnosis = located.diagnosis;
        Self {
            name,
            buffer: file.buffer(),
            rule: diagnosis.rule().into(),
            severity: diagnosis.severity,
            confidence: diagnosis.confidence(),
            message: diagnosis.finding.message.as_str().into(),
            probability: None,
            document: located.document,
            range: located.range(),
            path: diagnosis.path().to_string(),
            missing: diagnosis.finding.place.missing,
            resource: located.resource(),
            offer,
            standing: located.standing,
            is_silenced_elsewhere: diagnosis.is_silenced_elsewhere(),
            fails: located.is_shown() && diagnosis.severity >= file.environment().configuration.fail_on(),
            identity: identity(located.source(), &diagnosis.finding),
            related: related(name, file, located),
        }
    }

    /// What the model saw.
    pub(crate) fn by_model(name: &'f str, file: &'f File, sighting: &'f Sighting) -> Self {
        let fail_on = file.environment().configuration.fail_on();
        Self {
            name,
            buffer: file.buffer(),
            rule: sighting.label.as_str().into(),
            severity: sighting.severity,
            confidence: confidence(sighting.probability),
            message: sighting.message.as_str().into(),
            probability: Some(sighting.probability),
            document: sighting.document,
            range: sighting.range,
            path: sighting.path.to_string(),
            missing: false,
            resource: sighting.resource.clone(),
            offer: None,
            standing: sighting.standing(),
            is_silenced_elsewhere: sighting.is_silenced_elsewhere(),
            fails: sighting.is_shown() && sighting.has_users_severity && sighting.severity >= fail_on,
            identity: sighting.identity.clone(),
            related: Vec::new(),
        }
    }

    pub(crate) fn start(&self) -> Place {
        self.buffer.place(self.range.start())
    }

    pub(crate) fn end(&self) -> Place {
        self.buffer.place(self.range.end())
    }

    /// Whether `leastwise fix` would apply the fix, if any. What rests on silence it leaves to `leastwise harden`.
    pub(crate) fn is_fixable(&self) -> bool {
        self.offer.is_some() && !rule(&self.rule).is_some_and(rests_on_evidence)
    }

    /// Whether the fix, if any, cannot change how a working program behaves.
    pub(crate) fn is_safely_fixable(&self) -> bool {
        self.offer.as_ref().is_some_and(|offer| offer.applicability == Applicability::Safe)
    }
}

fn related(name: &str, file: &File, located: &Located<'_>) -> Vec<Elsewhere> {
    let related = located.diagnosis.finding.related.iter();
    related
        .map(|related| {
            let (name, (start, end)) = match &related.object {
                None => {
                    let place = |offset| file.buffer().place(offset + located.offset);
                    (name.to_owned(), (place(related.range.start()), place(related.range.end())))
                }
                Some(object) => {
                    let buffer = Buffer::new(object.document.source());
                    (object.source.to_string(), places(&buffer, related.range, object.row))
                }
            };
            Elsewhere { name, start, end, message: related.message.clone() }
        })
        .collect()
}

/// Where something begins and ends in the document of another object, which begins on a row of its own.
fn places(buffer: &Buffer, range: TextRange, row: usize) -> (Place, Place) {
    let rows = u32::try_from(row).unwrap_or(u32::MAX);
    let place = |offset| {
        let Place { row, column } = buffer.place(offset);
        Place { row: row.saturating_add(rows), column }
    };
    (place(range.start()), place(range.end()))
}

/// The word for how sure a model is.
fn confidence(probability: f32) -> Confidence {
    match probability {
        0.9.. => Confidence::High,
        0.7.. => Confidence::Medium,
        _ => Confidence::Low,
    }
}

impl Format {
    /// Whether a reader of this format is told of a finding. Programs are told of covered ones as well and choose
    /// for themselves.
    pub(crate) fn shows(self, standing: Standing<'_>, show_suppressed: bool) -> bool {
        match standing {
            Standing::Shown => true,
            Standing::Covered(_) => self == Self::Json,
            // The format has a place for suppressions of its own.
            Standing::Suppressed(_) => show_suppressed || self == Self::Sarif,
        }
    }

    /// One finding, without a line end.
    pub(crate) fn finding(self, reported: &Reported<'_>, human: &Human) -> String {
        match self {
            Self::Human => human.finding(reported),
            Self::Json => json::finding(reported),
            Self::Sarif => sarif::finding(reported),
            Self::Junit => junit::finding(reported),
            Self::Github => github::finding(reported),
        }
    }

    /// What stands before the first finding.
    pub(crate) fn opening(self) -> &'static str {
        match self {
            Self::Json => "[",
            Self::Sarif => sarif::OPENING,
            Self::Junit => junit::OPENING,
            Self::Human | Self::Github => "",
        }
    }

    /// What stands between two findings.
    pub(crate) fn separator(self) -> &'static str {
        match self {
            Self::Human => "\n\n",
            Self::Json | Self::Sarif => ",\n ",
            Self::Junit | Self::Github => "\n",
        }
    }

    /// What stands after the last finding, given the ids of the rules that found something.
    pub(crate) fn closing(self, rules: &BTreeSet<String>) -> String {
        match self {
            Self::Sarif => sarif::closing(rules),
            Self::Junit if rules.is_empty() => format!("{}{}", junit::NOTHING, junit::CLOSING),
            Self::Junit => junit::CLOSING.to_owned(),
            Self::Json => "]\n".to_owned(),
            Self::Human | Self::Github if rules.is_empty() => String::new(),
            Self::Human => "\n\n".to_owned(),
            Self::Github => "\n".to_owned(),
        }
    }
}

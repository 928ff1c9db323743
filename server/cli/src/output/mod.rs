//! How findings are printed: one file a format.

mod github;
mod human;
mod json;

pub(crate) use human::Human;

use clap::ValueEnum;
use leastwise_analysis::{File, Located, Sighting, Standing};
use leastwise_manifest::Resource;
use leastwise_rules::{Applicability, Confidence, Offer, Severity, rule};
use leastwise_text::{Buffer, Place, TextRange};
use std::borrow::Cow;

/// A form of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Source lines with carets.
    Human,
    /// One array, for programs.
    Json,
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
        }
    }

    /// What the model saw.
    pub(crate) fn by_model(name: &'f str, file: &'f File, sighting: &'f Sighting) -> Self {
        let known = rule(&sighting.label);
        Self {
            name,
            buffer: file.buffer(),
            rule: sighting.label.as_str().into(),
            severity: known.map_or(Severity::Warning, |rule| rule.severity),
            confidence: confidence(sighting.probability),
            message: sighting.message.as_str().into(),
            probability: Some(sighting.probability),
            document: sighting.document,
            range: sighting.range,
            path: sighting.path.to_string(),
            missing: false,
            resource: sighting.resource.clone(),
            offer: None,
            standing: Standing::Shown,
        }
    }

    pub(crate) fn start(&self) -> Place {
        self.buffer.place(self.range.start())
    }

    pub(crate) fn end(&self) -> Place {
        self.buffer.place(self.range.end())
    }

    /// Whether the fix, if any, cannot change how a working program behaves.
    pub(crate) fn is_safely_fixable(&self) -> bool {
        self.offer.as_ref().is_some_and(|offer| offer.applicability == Applicability::Safe)
    }
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
            Standing::Suppressed(_) => show_suppressed,
        }
    }

    /// One finding, without a line end.
    pub(crate) fn finding(self, reported: &Reported<'_>, human: &Human) -> String {
        match self {
            Self::Human => human.finding(reported),
            Self::Json => json::finding(reported),
            Self::Github => github::finding(reported),
        }
    }

    /// What stands before the first finding.
    pub(crate) fn opening(self) -> &'static str {
        if self == Self::Json { "[" } else { "" }
    }

    /// What stands between two findings.
    pub(crate) fn separator(self) -> &'static str {
        match self {
            Self::Human => "\n\n",
            Self::Json => ",\n ",
            Self::Github => "\n",
        }
    }

    /// What stands after the last finding.
    pub(crate) fn closing(self, is_empty: bool) -> &'static str {
        match self {
            Self::Human if is_empty => "",
            Self::Human => "\n\n",
            Self::Json => "]\n",
            Self::Github if is_empty => "",
            Self::Github => "\n",
        }
    }
}

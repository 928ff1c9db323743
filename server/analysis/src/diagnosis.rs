//! What was found, as the user's configuration has it.

use leastwise_rules::{Confidence, Finding, Severity};
use leastwise_text::TextEdit;
use leastwise_yaml::Path;

/// A finding as the user's configuration has it.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// What was found.
    pub finding: Finding,
    /// How bad the user holds it to be.
    pub severity: Severity,
    /// Why it is not to be shown: what a comment or annotation in its own document says, what overlays make of it, or
    /// that it is in the baseline.
    pub(crate) suppressed: Option<Suppressed>,
    /// The change that takes away the comment it is about, where it is about one.
    pub(crate) removal: Option<TextEdit>,
}

/// Why something found is not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suppressed {
    /// In words.
    pub(crate) reason: String,
    /// The file itself says so, and not the baseline or an overlay.
    pub(crate) in_source: bool,
}

/// Whether a diagnosis is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing<'f> {
    /// It is.
    Shown,
    /// A more telling rule speaks at the same place.
    Covered(&'static str),
    /// Something silences it, for this reason.
    Suppressed(&'f str),
}

impl Diagnosis {
    /// The rule's id.
    pub fn rule(&self) -> &'static str {
        self.finding.rule.id
    }

    /// How sure it is.
    pub fn confidence(&self) -> Confidence {
        self.finding.rule.confidence
    }

    /// Whether it is silenced from outside of its file: by the baseline, or by what overlays make of it.
    pub fn is_silenced_elsewhere(&self) -> bool {
        self.suppressed.as_ref().is_some_and(|suppressed| !suppressed.in_source)
    }

    /// The field at fault, relative to its object.
    pub fn path(&self) -> Path {
        self.finding.path.relative_to(&self.finding.object).unwrap_or_else(|| self.finding.path.clone())
    }
}

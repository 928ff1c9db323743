//! Decides whether a fix may be offered. A fix is a candidate until it has been applied to a copy, read again,
//! and judged: only the intended paths changed, the finding is gone, none was added, and no privilege was gained.

use crate::judge::{Context, judge};
use crate::{Applicability, Finding};
use leastwise_manifest::objects;
use leastwise_privilege::{Comparison, Verdict, compare};
use leastwise_text::TextEdit;
use leastwise_yaml::{Document, Edited, Refusal, apply};
use std::collections::HashMap;

/// A fix that has been proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What it does, as an order.
    pub title: String,
    /// Whether running behaviour may change.
    pub applicability: Applicability,
    /// What the privilege order says of it: narrower, or equal where it takes away nothing but an error.
    pub verdict: Verdict,
    /// The change of text, in the document.
    pub edits: Vec<TextEdit>,
}

/// Why a fix is not offered.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Withheld {
    /// The rule has none.
    #[error("there is no fix that follows from the text alone")]
    NoFix,
    /// The text cannot be changed safely.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It does not cure the finding.
    #[error("the finding would stay")]
    Useless,
    /// It brings another finding.
    #[error("it would bring a finding of {0}")]
    Harmful(&'static str),
    /// It does not narrow privilege.
    #[error("it is not proved narrower ({0:?})")]
    NotNarrower(Verdict),
}

/// Proves the fix of a finding.
///
/// # Errors
/// [`Withheld`] says why it must not be offered.
pub fn prove(document: &Document, finding: &Finding, context: &Context<'_>) -> Result<Offer, Withheld> {
    let fix = finding.fix.as_ref().ok_or(Withheld::NoFix)?;
    let Edited { edits, document: after } = apply(document, &fix.patches)?;
    let before_counts = counts(document, context);
    let after_counts = counts(&after, context);
    let count = |counts: &HashMap<&'static str, usize>, rule| counts.get(rule).copied().unwrap_or_default();
    if count(&after_counts, finding.rule.id) >= count(&before_counts, finding.rule.id) {
        return Err(Withheld::Useless);
    }
    if let Some((rule, _)) = after_counts.iter().find(|(rule, after)| **after > count(&before_counts, rule)) {
        return Err(Withheld::Harmful(rule));
    }
    let Comparison { verdict, .. } = compare(&objects(document), &objects(&after));
    match verdict {
        Verdict::Narrower | Verdict::Equal => {
            Ok(Offer { title: fix.title.clone(), applicability: fix.applicability, verdict, edits })
        }
        other => Err(Withheld::NotNarrower(other)),
    }
}

/// How often each rule finds something. Paths of list items move when one is removed, so places say less.
fn counts(document: &Document, context: &Context<'_>) -> HashMap<&'static str, usize> {
    let mut counts = HashMap::new();
    for finding in judge(document, context).findings {
        *counts.entry(finding.rule.id).or_default() += 1;
    }
    counts
}

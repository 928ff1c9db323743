//! Decides whether a fix may be offered. A fix is a candidate until it has been applied to a copy, read again,
//! and judged: only the intended paths changed, the finding is gone, none was added, and no privilege was gained.

use crate::context::Context;
use crate::judge::{Judgement, judge};
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
    /// What was seen at run time speaks against it.
    #[error("it is not proved: {0}")]
    NotProved(String),
    /// It does not narrow privilege.
    #[error("it is not proved narrower ({0:?})")]
    NotNarrower(Verdict),
}

/// Proves the fix of a finding; `census` counts what was found in the document. What is added counts only where
/// somebody hears of it: advice is contested, and to follow one half of it must not be refused for the other.
///
/// # Errors
/// [`Withheld`] says why it must not be offered.
pub fn prove(
    document: &Document,
    census: &Census,
    finding: &Finding,
    context: &Context<'_>,
    is_heard: impl Fn(&Finding) -> bool,
) -> Result<Offer, Withheld> {
    let fix = finding.fix.as_ref().ok_or(Withheld::NoFix)?;
    let Edited { edits, document: after } = apply(document, &fix.patches)?;
    let judgement = judge(&after, context);
    let census_after = Census::of(&judgement);
    let rule = finding.rule.id;
    if census_after.count(rule) >= census.count(rule) {
        return Err(Withheld::Useless);
    }
    let is_more = |rule: &str| census_after.count(rule) > census.count(rule);
    if let Some(added) = judgement.findings.iter().find(|found| is_more(found.rule.id) && is_heard(found)) {
        return Err(Withheld::Harmful(added.rule.id));
    }
    let Comparison { verdict, .. } = compare(&objects(document), &objects(&after));
    match verdict {
        Verdict::Narrower | Verdict::Equal => {
            Ok(Offer { title: fix.title.clone(), applicability: fix.applicability, verdict, edits })
        }
        other => Err(Withheld::NotNarrower(other)),
    }
}

/// How often each rule finds something in a document. Paths of list items move when one is removed, so counts say
/// more than places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census(HashMap<&'static str, usize>);

impl Census {
    /// Counts what a judgement found.
    pub fn of(judgement: &Judgement) -> Self {
        let mut counts = HashMap::new();
        for finding in &judgement.findings {
            *counts.entry(finding.rule.id).or_default() += 1;
        }
        Self(counts)
    }

    fn count(&self, rule: &str) -> usize {
        self.0.get(rule).copied().unwrap_or_default()
    }
}

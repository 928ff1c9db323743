//! `--format json`: what programs rely on. Rows and columns count from one, columns in Unicode scalar values, and
//! `end_location` is the first character after the range.

use super::{Elsewhere, Reported};
use leastwise_analysis::Standing;
use leastwise_manifest::Resource;
use leastwise_privilege::Verdict;
use leastwise_rules::{Offer, Rule, rule};
use leastwise_text::{Buffer, Place};
use serde::Serialize;

#[derive(Serialize)]
struct Finding<'f> {
    rule: &'f str,
    severity: &'static str,
    confidence: leastwise_rules::Confidence,
    source: &'static str,
    /// How sure the model is.
    #[serde(skip_serializing_if = "Option::is_none")]
    probability: Option<f32>,
    message: &'f str,
    filename: &'f str,
    document: usize,
    location: Location,
    end_location: Location,
    path: &'f str,
    missing: bool,
    resource: Object<'f>,
    fix: Option<Fix<'f>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<Related<'f>>,
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    covered_by: Option<&'f str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<&'f str>,
}

#[derive(Serialize)]
struct Location {
    row: u32,
    column: u32,
}

impl From<Place> for Location {
    fn from(place: Place) -> Self {
        Self { row: place.row, column: place.column }
    }
}

#[derive(Serialize)]
struct Related<'f> {
    filename: &'f str,
    location: Location,
    end_location: Location,
    message: &'f str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object<'f> {
    api_version: &'f str,
    kind: &'f str,
    namespace: Option<&'f str>,
    name: Option<&'f str>,
}

#[derive(Serialize)]
struct Fix<'f> {
    title: &'f str,
    applicability: &'static str,
    verdict: &'static str,
    edits: Vec<Edit<'f>>,
}

#[derive(Serialize)]
struct Edit<'f> {
    location: Location,
    end_location: Location,
    content: &'f str,
}

/// A finding as one line of JSON.
pub(super) fn finding(reported: &Reported<'_>) -> String {
    let Resource { api_version, kind, namespace, name } = &reported.resource;
    let finding = Finding {
        rule: &reported.rule,
        severity: reported.severity.name(),
        confidence: reported.confidence,
        source: if reported.probability.is_some() { "model" } else { "rule" },
        probability: reported.probability,
        message: &reported.message,
        filename: reported.name,
        document: reported.document,
        location: reported.start().into(),
        end_location: reported.end().into(),
        path: &reported.path,
        missing: reported.missing,
        resource: Object { api_version, kind, namespace: namespace.as_deref(), name: name.as_deref() },
        fix: reported.offer.as_ref().map(|offer| fix(offer, reported.buffer)),
        related: reported.related.iter().map(related).collect(),
        url: rule(&reported.rule).and_then(Rule::url),
        covered_by: match reported.standing {
            Standing::Covered(rule) => Some(rule),
            _ => None,
        },
        suppressed: match reported.standing {
            Standing::Suppressed(reason) => Some(reason),
            _ => None,
        },
    };
    // Nothing here can fail: all keys are strings.
    serde_json::to_string(&finding).unwrap_or_default()
}

fn related(place: &Elsewhere) -> Related<'_> {
    let Elsewhere { name, start, end, message } = place;
    Related { filename: name, location: (*start).into(), end_location: (*end).into(), message }
}

fn fix<'f>(offer: &'f Offer, buffer: &Buffer) -> Fix<'f> {
    let edits = offer.edits.iter().map(|edit| Edit {
        location: buffer.place(edit.range.start()).into(),
        end_location: buffer.place(edit.range.end()).into(),
        content: &edit.content,
    });
    Fix {
        title: &offer.title,
        applicability: offer.applicability.name(),
        verdict: verdict(offer.verdict),
        edits: edits.collect(),
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Narrower => "narrower",
        Verdict::Equal => "equal",
        Verdict::Broader => "broader",
        Verdict::Incomparable => "incomparable",
        Verdict::Undecided => "undecided",
    }
}

//! `--format sarif`: the Static Analysis Results Interchange Format, version 2.1.0, as code scanning services read it:
//! with fixes, related places, suppressions, help for each rule, and fingerprints that stay while lines move.

use super::Reported;
use crate::rules::word;
use leastwise_analysis::{Meaning, Standing, meaning};
use leastwise_rules::{Rule, Severity, rule};
use leastwise_text::Place;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// What stands before the first result. The rules stand after the last one, when it is known which are needed.
pub(super) const OPENING: &str = concat!(
    "{\"$schema\":\"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json\",",
    "\"version\":\"2.1.0\",\"runs\":[{\"columnKind\":\"unicodeCodePoints\",\"results\":[\n "
);

/// What stands after the last result: who found them, and what the rules mean.
pub(super) fn closing(ids: &BTreeSet<String>) -> String {
    let described = ids
        .iter()
        .filter_map(|id| rule(id).map(descriptor).or_else(|| meaning(id).map(descriptor_of_meaning)));
    let rules: Vec<_> = described.collect();
    let tool = json!({"driver": {
        "name": "leastwise",
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules,
    }});
    format!("\n],\"tool\":{tool}}}]}}\n")
}

fn descriptor(rule: &'static Rule) -> Value {
    let also = rule.also.iter().map(|(checker, id)| format!("{} {id}", word(checker)));
    let mut descriptor = json!({
        "id": rule.id,
        "name": pascal_case(rule.id),
        "shortDescription": {"text": format!("{}.", rule.title)},
        "fullDescription": {"text": rule.summary()},
        "help": {"text": rule.documentation(), "markdown": rule.documentation()},
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {
            "tags": ["kubernetes", rule.family.name()],
            "precision": precision(rule),
            "also": also.collect::<Vec<_>>(),
        },
    });
    if let Some(url) = rule.url() {
        descriptor["helpUri"] = url.into();
    }
    descriptor
}

/// What only the model sees: a matter of sense, and not of a rule.
fn descriptor_of_meaning(meaning: &Meaning) -> Value {
    let documentation = meaning.documentation();
    json!({
        "id": meaning.id,
        "name": pascal_case(meaning.id),
        "shortDescription": {"text": format!("{}.", meaning.title)},
        "fullDescription": {"text": meaning.summary},
        "help": {"text": documentation, "markdown": documentation},
        "defaultConfiguration": {"level": level(Severity::Info)},
        "properties": {"tags": ["kubernetes", "model"], "precision": "medium"},
    })
}

/// One result on one line.
pub(super) fn finding(reported: &Reported<'_>) -> String {
    let mut result = json!({
        "ruleId": reported.rule,
        "level": level(reported.severity),
        "message": {"text": format!("{}.", reported.message)},
        "locations": [{
            "physicalLocation": location(reported.name, reported.start(), reported.end()),
            "logicalLocations": [{"fullyQualifiedName": logical(reported), "kind": "object"}],
        }],
        "partialFingerprints": {"leastwise/v1": fingerprint(reported)},
        "properties": {
            "confidence": word(&reported.confidence),
            "path": reported.path,
            "source": if reported.probability.is_some() { "model" } else { "rule" },
        },
    });
    if let Some(probability) = reported.probability {
        result["properties"]["probability"] = probability.into();
    }
    if !reported.related.is_empty() {
        let related = reported.related.iter().map(|related| {
            json!({
                "physicalLocation": location(&related.name, related.start, related.end),
                "message": {"text": related.message},
            })
        });
        result["relatedLocations"] = related.collect();
    }
    if let Some(offer) = &reported.offer {
        let replacements = offer.edits.iter().map(|edit| {
            let place = |offset| reported.buffer.place(offset);
            json!({
                "deletedRegion": region(place(edit.range.start()), place(edit.range.end())),
                "insertedContent": {"text": edit.content},
            })
        });
        result["fixes"] = json!([{
            "description": {"text": format!("{} ({})", offer.title, offer.applicability.name())},
            "artifactChanges": [{
                "artifactLocation": artifact(reported.name),
                "replacements": replacements.collect::<Vec<_>>(),
            }],
        }]);
    }
    if let Standing::Suppressed(reason) = reported.standing {
        let kind = if reported.is_silenced_elsewhere { "external" } else { "inSource" };
        result["suppressions"] = json!([{"kind": kind, "justification": reason}]);
    }
    result.to_string()
}

/// The words of the format for a severity.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Hint => "note",
    }
}

/// The words of code scanning for how sure a rule is.
fn precision(rule: &Rule) -> &'static str {
    match rule.confidence {
        leastwise_rules::Confidence::High => "very-high",
        leastwise_rules::Confidence::Medium => "high",
        leastwise_rules::Confidence::Low => "medium",
    }
}

fn location(name: &str, start: Place, end: Place) -> Value {
    json!({"artifactLocation": artifact(name), "region": region(start, end)})
}

fn region(start: Place, end: Place) -> Value {
    json!({"startLine": start.row, "startColumn": start.column, "endLine": end.row, "endColumn": end.column})
}

/// A path as a reference in the sense of RFC 3986.
fn artifact(name: &str) -> Value {
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let uri = name.bytes().fold(String::new(), |mut uri, byte| {
        match byte {
            b'\\' => uri.push('/'),
            _ if kept(byte) => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
        uri
    });
    if uri.starts_with('/') { json!({"uri": format!("file://{uri}")}) } else { json!({"uri": uri}) }
}

/// The object and the field in it.
fn logical(reported: &Reported<'_>) -> String {
    let resource = &reported.resource;
    let name = [resource.namespace.as_deref(), resource.name.as_deref()];
    let name: Vec<_> = name.into_iter().flatten().collect();
    format!("{} {} {}", resource.kind, name.join("/"), reported.path)
}

/// The same for the same finding, as long as its object and field keep their names and the file its place.
fn fingerprint(reported: &Reported<'_>) -> String {
    let hash = Sha256::digest(format!("{} {}", reported.name, reported.identity));
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// `host-network` as the format wants names: `HostNetwork`.
fn pascal_case(id: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    id.split('-').filter(|word| !word.is_empty()).map(capital).collect()
}

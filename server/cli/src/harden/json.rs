//! `--format json`: what programs rely on.

use leastwise_chain::Advice;
use leastwise_evidence::{Certificate, Record};
use leastwise_harden::{Judgement, Proposal, Refused, Statement};
use leastwise_manifest::objects;
use leastwise_yaml::{Document, Kind, Node, Scalar};
use serde::Serialize;
use serde_json::{Map, Value};
use std::io;

/// As many values as are written of one object: more than any honest object has.
const BUDGET: usize = 200_000;
/// As deep as values are followed.
const DEPTH: usize = 100;

#[derive(Serialize)]
struct Answer<'p> {
    /// The objects that were made, or those of documents that were changed as they are then.
    manifests: Vec<Value>,
    statements: &'p [Statement],
    refused: &'p [Refused],
    verdict: Judgement,
    /// What a model said, where one was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<&'p Advice>,
    certificate: Certificate,
}

pub(super) fn report(proposal: &Proposal, advice: Option<&Advice>, record: &Record) -> io::Result<String> {
    let made = proposal.created.iter().map(|made| &*made.document);
    let changed = proposal.changes.iter().map(|change| &*change.after);
    let answer = Answer {
        manifests: made.chain(changed).flat_map(values).collect(),
        statements: &proposal.statements,
        refused: &proposal.refused,
        verdict: proposal.verdict,
        advice,
        certificate: record.certificate(),
    };
    Ok(serde_json::to_string_pretty(&answer)? + "\n")
}

fn values(document: &Document) -> Vec<Value> {
    let mut budget = BUDGET;
    objects(document).iter().map(|object| value(object.node, DEPTH, &mut budget)).collect()
}

/// A value as JSON. What a template hides, and what lies deeper than anybody writes, is null.
fn value(node: Node<'_>, depth: usize, budget: &mut usize) -> Value {
    if depth == 0 || *budget == 0 {
        return Value::Null;
    }
    *budget -= 1;
    match node.kind() {
        Kind::Mapping => {
            let entries = node.entries().into_iter();
            let known = entries.filter_map(|entry| Some((entry.key.as_text()?.to_owned(), entry.value)));
            Value::Object(known.map(|(key, of)| (key, value(of, depth - 1, budget))).collect::<Map<_, _>>())
        }
        Kind::Sequence => node.items().map(|item| value(item.value, depth - 1, budget)).collect(),
        Kind::Scalar(_) if node.is_unknown() => Value::Null,
        Kind::Scalar(Scalar::Null) | Kind::Dangling => Value::Null,
        Kind::Scalar(Scalar::Boolean(boolean)) => Value::from(*boolean),
        Kind::Scalar(Scalar::Integer(number)) => Value::from(*number),
        Kind::Scalar(Scalar::Float(number)) => Value::from(*number),
        Kind::Scalar(Scalar::String) => Value::from(node.as_str().unwrap_or_default()),
    }
}

//! Where a rule and the model both can judge, and say different things: one of them has a defect.

use super::line::Line;
use super::suppression;
use crate::File;
use leastwise_model::{Tag, Tags, mask};
use leastwise_rules::rule;
use serde::Serialize;
use std::collections::BTreeSet;

/// What the model says with less probability than this need not be asked for.
pub const LEAST_PROBABILITY: f32 = 0.01;

/// A line of which a rule and the model say different things.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Disagreement {
    /// The zero-based index of the document.
    pub document: usize,
    /// The line in the text, counted from 1.
    pub line: u32,
    /// The rule.
    pub label: String,
    /// Whether the rule finds something there. The model says the opposite.
    pub rule: bool,
    /// The model's probability; 0 for anything less than [`LEAST_PROBABILITY`].
    pub probability: f32,
    /// The line, its secrets covered.
    pub text: String,
}

/// Where the rules and the model disagree on a document, of the labels that the model has. `said` is what it stands to,
/// and `all` what it said with at least [`LEAST_PROBABILITY`].
pub fn disagreements(
    file: &File,
    document: usize,
    labels: &[String],
    said: &[Tag],
    all: &Tags,
) -> Vec<Disagreement> {
    let environment = file.environment();
    let composition = &environment.composition;
    let placed = file.placed().nth(document);
    let Some((_, offset, analysis)) =
        placed.filter(|_| !composition.is_partial && !composition.is_chart_values)
    else {
        return Vec::new();
    };
    let masked = mask(analysis.document.source());
    let masked: Vec<_> = masked.split('\n').collect();
    let first = file.buffer().line_of(offset);
    let mut found = Vec::new();
    for label in labels {
        let is_applied = rule(label).is_some_and(|rule| {
            environment.configuration.selects_rule(rule, rule.profile)
                && !environment.disabled.contains(&rule.id)
        });
        if !is_applied {
            continue;
        }
        let line_of = |start| file.buffer().line_of(start + offset) - first;
        let diagnoses = analysis.diagnoses.iter().filter(|diagnosis| diagnosis.rule() == label);
        let by_rule: BTreeSet<u32> =
            diagnoses.map(|diagnosis| line_of(diagnosis.finding.place.range.start())).collect();
        let by_model: BTreeSet<u32> =
            said.iter().filter(|tag| tag.label == *label).map(|tag| tag.line).collect();
        for number in by_rule.symmetric_difference(&by_model).copied() {
            let Some(line) = Line::of(analysis, number).filter(|_| number < all.judged_lines) else {
                continue;
            };
            let place = line.place(label);
            let is_silenced = suppression(file, analysis, label, &line.object, place.range).is_some();
            if place.is_beyond_rules || is_silenced {
                continue;
            }
            let said = all.tags.iter().find(|tag| tag.line == number && tag.label == *label);
            found.push(Disagreement {
                document,
                line: first + number + 1,
                label: label.clone(),
                rule: by_rule.contains(&number),
                probability: said.map_or(0.0, |tag| tag.probability),
                text: masked.get(number as usize).unwrap_or(&"").trim().to_owned(),
            });
        }
    }
    found.sort_by(|one, other| (one.line, &one.label).cmp(&(other.line, &other.label)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Environment;

    const TEXT: &str = "\
apiVersion: v1
kind: Namespace
---
apiVersion: v1
kind: Pod
spec:
  hostPID: true # password=hunter2
  hostIPC: false
  hostNetwork: {{ .Values.network }}
  containers: []
";

    /// Where the rules and a model disagree that says these things, the last with a probability of 0.2 only.
    fn found(text: &str, said: &[(&str, u32)], not_quite: &[(&str, u32)]) -> Vec<Disagreement> {
        let tags = |tags: &[(&str, u32)], probability| {
            let tags = tags.iter();
            tags.map(|(label, line)| Tag { label: (*label).to_owned(), line: *line, probability })
                .collect::<Vec<_>>()
        };
        let said = tags(said, 0.75);
        let all = Tags { tags: [said.clone(), tags(not_quite, 0.25)].concat(), judged_lines: 100 };
        let labels = ["host-pid", "host-ipc", "host-network", "secret-in-plain-text"].map(str::to_owned);
        disagreements(&File::new(text, &Environment::default()), 1, &labels, &said, &all)
    }

    #[test]
    fn each_way_to_disagree_is_told_with_its_line_and_no_secret() {
        // The second document begins behind its marker.
        let line = |text: &str| {
            let document = File::new(TEXT, &Environment::default()).stream().documents()[1].document.clone();
            u32::try_from(document.source().lines().position(|line| line.contains(text)).unwrap()).unwrap()
        };
        let told = |found: Vec<Disagreement>| {
            let told = found.into_iter();
            told.map(|one| (one.line, one.label, one.rule, one.probability)).collect::<Vec<_>>()
        };
        let by_rule = found(TEXT, &[], &[("host-pid", line("hostPID"))]);
        assert!(
            by_rule[0].text.contains("hostPID: true") && !by_rule[0].text.contains("hunter2"),
            "{by_rule:?}"
        );
        assert_eq!(told(by_rule), [(7, "host-pid".to_owned(), true, 0.25)]);
        assert_eq!(told(found(TEXT, &[], &[])), [(7, "host-pid".to_owned(), true, 0.0)]);
        let agreed = ("host-pid", line("hostPID"));
        assert_eq!(told(found(TEXT, &[agreed], &[])), []);
        let by_model = [agreed, ("host-ipc", line("hostIPC")), ("secret-in-plain-text", line("hostIPC"))];
        assert_eq!(told(found(TEXT, &by_model, &[])), [(8, "host-ipc".to_owned(), false, 0.75)]);
        // What a template hides the rule cannot judge.
        assert_eq!(told(found(TEXT, &[agreed, ("host-network", line("hostNetwork"))], &[])), []);
        let silenced = TEXT.replace("password=hunter2", "leastwise: ignore[host-pid] because a test");
        assert_eq!(told(found(&silenced, &[], &[])), []);
    }
}

//! The facts of a finding, which are all that a model is told.

use crate::{File, Located};
use leastwise_model::{Excerpt, ExplainRequest, RuleFacts};
use leastwise_text::TextRange;

/// How many lines of the manifest a model sees before and after the finding.
const AROUND: u32 = 8;

/// What to ask a model about a finding.
pub fn explain_request(file: &File, located: &Located<'_>) -> ExplainRequest {
    let finding = &located.diagnosis.finding;
    let buffer = file.buffer();
    let line = buffer.line_of(located.range().start());
    let document = buffer.line_of(located.offset);
    let first = line.saturating_sub(AROUND).max(document);
    let last = (line + AROUND).min(buffer.line_count().saturating_sub(1));
    let range = TextRange::new(buffer.line_range(first).start(), buffer.line_range(last).end());
    let text = buffer.text();
    let lines = text.get(std::ops::Range::<usize>::from(range)).unwrap_or_default();
    let resource = located.resource();
    let name = resource.name.as_deref().unwrap_or_default();
    ExplainRequest {
        rule: RuleFacts {
            id: finding.rule.id.to_owned(),
            title: finding.rule.title.to_owned(),
            text: [finding.rule.summary(), finding.rule.section("Why").unwrap_or_default()].join("\n\n"),
        },
        message: finding.message.clone(),
        path: located.diagnosis.path().to_string(),
        resource: format!("{} {name}", resource.kind).trim().to_owned(),
        excerpt: Excerpt { first_line: first + 1, text: lines.to_owned() },
        fix: file.offer(located).ok().map(|offer| offer.title),
        names: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Environment;

    #[test]
    fn the_facts_are_of_the_finding_s_own_document() {
        let text = "apiVersion: v1\nkind: Secret\nstringData: {key: topsecret}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec:\n  hostIPC: true\n  containers: []\n";
        let file = File::new(text, &Environment::default());
        let located = file.shown().find(|located| located.diagnosis.rule() == "host-ipc").unwrap();
        let request = explain_request(&file, &located);
        assert_eq!((request.path.as_str(), request.resource.as_str()), ("spec.hostIPC", "Pod shop"));
        assert!(request.excerpt.text.contains("hostIPC: true"));
        assert!(!request.excerpt.text.contains("topsecret"), "{}", request.excerpt.text);
    }
}

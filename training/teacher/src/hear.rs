//! What a user hears of a document: the rules, and the detector where no rule can judge.

use std::collections::BTreeSet;

use leastwise_analysis::{Environment, File, sightings};
use leastwise_model::Tag;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(crate) struct Document {
    id: String,
    text: String,
    /// What the detector has said of it.
    tags: Vec<Tag>,
}

#[derive(Serialize)]
pub(crate) struct Heard {
    id: String,
    /// Lines, and the labels that are shown on them.
    marks: BTreeSet<(u32, String)>,
}

pub(crate) fn hear(document: Document) -> Heard {
    let file = File::new(&document.text, &Environment::default());
    let rules = file
        .diagnoses()
        .map(|located| (file.buffer().line_of(located.range().start()), located.diagnosis.rule().to_owned()));
    let detector = sightings(&file, 0, &document.tags).into_iter();
    let detector = detector.filter(|seen| seen.is_shown()).map(|seen| (seen.line, seen.label));
    Heard { id: document.id, marks: rules.chain(detector).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_detector_is_heard_where_a_template_hides_what_the_rule_looks_at() {
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  hostPID: {{ .Values.host }}\n  hostNetwork: false\n";
        let tag = |label: &str, line| Tag { label: label.to_owned(), line, probability: 0.9 };
        let tags = vec![tag("host-pid", 3), tag("host-network", 4)];
        let heard = hear(Document { id: "a".to_owned(), text: text.to_owned(), tags }).marks;
        assert!(heard.contains(&(3, "host-pid".to_owned())), "{heard:?}");
        assert!(
            !heard.contains(&(4, "host-network".to_owned())),
            "the rule sees that it is not so: {heard:?}"
        );
        assert!(
            heard.contains(&(2, "service-account-token-mounted".to_owned())),
            "rules are heard as well: {heard:?}"
        );
    }
}

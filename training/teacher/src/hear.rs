//! What a user hears of a document: the rules, and the detector where no rule can judge.

use std::collections::BTreeSet;

use leastwise_analysis::{Environment, File, MEANINGS, sightings};
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
    /// Lines on which a rule says what meanings say, with the labels of these.
    meanings: BTreeSet<(u32, Vec<&'static str>)>,
}

pub(crate) fn hear(document: Document) -> Heard {
    let file = File::new(&document.text, &Environment::default());
    let rules: Vec<(u32, &str)> = file
        .diagnoses()
        .map(|located| (file.buffer().line_of(located.range().start()), located.diagnosis.rule()))
        .collect();
    let same =
        |rule| MEANINGS.iter().filter(move |meaning| meaning.rules.contains(&rule)).map(|meaning| meaning.id);
    let meanings = rules.iter().map(|&(line, rule)| (line, same(rule).collect::<Vec<_>>()));
    let meanings = meanings.filter(|(_, labels)| !labels.is_empty()).collect();
    let detector = sightings(&file, 0, &document.tags).into_iter();
    let detector = detector.filter(|seen| seen.is_shown()).map(|seen| (seen.line, seen.label));
    let rules = rules.iter().map(|&(line, rule)| (line, rule.to_owned()));
    Heard { id: document.id, marks: rules.chain(detector).collect(), meanings }
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

    #[test]
    fn a_rule_says_what_a_meaning_says() {
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  hostNetwrok: true\n";
        let heard = hear(Document { id: "a".to_owned(), text: text.to_owned(), tags: Vec::new() });
        let expected = (3, vec!["setting-misspelled", "setting-without-effect"]);
        assert!(heard.meanings.contains(&expected), "{:?}", heard.meanings);
    }
}

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

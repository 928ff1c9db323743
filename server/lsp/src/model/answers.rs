//! What the detector has said of documents, kept for as long as they do not change.

use leastwise_analysis::TaughtLabels;
use leastwise_model::Tags;
use leastwise_yaml::{Document, PlacedDocument};
use std::sync::Arc;
use tower_lsp::lsp_types::Url;

/// For how many texts answers are kept: those that were edited last.
const KEPT: usize = 16;

/// Answers by text, the one that was asked for last at the end.
#[derive(Default)]
pub(super) struct Answers(Vec<(Url, Known)>);

/// The answers of one text.
#[derive(Default)]
pub(super) struct Known {
    tags: Vec<(Arc<Document>, Tags)>,
    /// What was taught when they were given.
    taught: TaughtLabels,
}

impl Answers {
    /// What is known of a text, if nothing else was taught since.
    pub(super) fn of(&mut self, uri: &Url, taught: &TaughtLabels) -> &mut Known {
        let known = self.0.iter().position(|(known, _)| known == uri);
        let known = known.map(|at| self.0.remove(at).1).filter(|known| known.taught == *taught);
        let known = known.unwrap_or_else(|| Known { tags: Vec::new(), taught: taught.clone() });
        if self.0.len() >= KEPT {
            self.0.remove(0);
        }
        self.0.push((uri.clone(), known));
        let last = self.0.len() - 1;
        &mut self.0[last].1
    }
}

impl Known {
    /// What the detector has said of a document. One that has not changed is the same, whatever stands around it.
    pub(super) fn tags(&self, document: &Arc<Document>) -> Option<&Tags> {
        let (_, tags) = self.tags.iter().find(|(known, _)| Arc::ptr_eq(known, document))?;
        Some(tags)
    }

    /// Keeps an answer.
    pub(super) fn keep(&mut self, document: &Arc<Document>, tags: Tags) {
        self.tags.push((Arc::clone(document), tags));
    }

    /// Forgets documents that are no more.
    pub(super) fn retain(&mut self, documents: &[PlacedDocument]) {
        self.tags.retain(|(known, _)| documents.iter().any(|placed| Arc::ptr_eq(&placed.document, known)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_yaml::parse;

    #[test]
    fn an_unchanged_document_keeps_its_answer_and_the_oldest_text_is_forgotten() {
        let url = |number: usize| Url::parse(&format!("file:///{number}.yaml")).unwrap();
        let before = parse("a: 1\n---\nb: 2\n");
        let after = before.reparse("a: 1\n---\nb: 3\n", None);
        let mut answers = Answers::default();
        let none = TaughtLabels::default();
        let known = answers.of(&url(0), &none);
        before.documents().iter().for_each(|placed| known.keep(&placed.document, Tags::default()));
        let known = answers.of(&url(0), &none);
        let is_known: Vec<_> =
            after.documents().iter().map(|placed| known.tags(&placed.document).is_some()).collect();
        assert_eq!(is_known, [true, false]);
        known.retain(after.documents());
        assert_eq!(known.tags.len(), 1);
        for number in 1..KEPT {
            assert!(answers.of(&url(number), &none).tags.is_empty());
        }
        assert_eq!(answers.of(&url(0), &none).tags.len(), 1);
        for number in 1..=KEPT {
            answers.of(&url(number), &none);
        }
        assert_eq!(answers.of(&url(0), &none).tags.len(), 0);
    }
}

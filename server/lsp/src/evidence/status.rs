//! What an editor may show of the evidence by which a file is judged: the request `leastwise/evidence`.

use leastwise_analysis::Evidence;
use serde::{Deserialize, Serialize};
use tower_lsp::lsp_types::TextDocumentIdentifier;
use tower_lsp::lsp_types::notification::Notification;

/// For which document an editor asks.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EvidenceParams {
    pub(crate) text_document: TextDocumentIdentifier,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct EvidenceStatus {
    state: EvidenceState,
    /// It in words that complete "Evidence: ", like `14 days, 41,208 events, 2 files`.
    summary: String,
    /// What could not be read, and why.
    problems: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum EvidenceState {
    /// No file is named for this document.
    None,
    /// It is being read, perhaps again.
    Reading,
    /// It has been read; perhaps not all of it could be.
    Read,
    /// Nothing of it could be read.
    Unreadable,
}

/// The answer to this request has changed, perhaps: `leastwise/evidenceChanged`, said to editors that have asked once.
#[derive(Debug)]
pub(crate) enum EvidenceChanged {}

/// Nothing is said with it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct EvidenceChangedParams {}

impl Notification for EvidenceChanged {
    type Params = EvidenceChangedParams;
    const METHOD: &'static str = "leastwise/evidenceChanged";
}

impl EvidenceStatus {
    /// Of files that are named for a document, with what was read of them.
    pub(super) fn of(
        files: usize,
        evidence: Option<&Evidence>,
        is_reading: bool,
        problems: &[String],
    ) -> Self {
        if files == 0 {
            let summary = "none".to_owned();
            return Self { state: EvidenceState::None, summary, problems: Vec::new() };
        }
        let window = evidence.filter(|evidence| evidence.has_events()).map(|evidence| {
            let s = if files == 1 { "" } else { "s" };
            format!("{}, {files} file{s}", evidence.window())
        });
        let (state, summary) = match (window, problems.first()) {
            (Some(window), _) if is_reading => {
                (EvidenceState::Reading, format!("{window}, being read again"))
            }
            (None, _) if is_reading => (EvidenceState::Reading, "being read".to_owned()),
            (Some(window), None) => (EvidenceState::Read, window),
            (Some(window), Some(_)) => (EvidenceState::Read, format!("{window}, not all of it readable")),
            (None, Some(problem)) => (EvidenceState::Unreadable, format!("unreadable: {problem}")),
            (None, None) => (EvidenceState::Read, "without events".to_owned()),
        };
        Self { state, summary, problems: problems.to_vec() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_evidence::{Record, Source, SourceId};

    #[test]
    fn a_reading_that_goes_on_is_told_with_what_is_known_from_the_one_before() {
        let told = |evidence: Option<&Evidence>, is_reading| {
            let EvidenceStatus { state, summary, .. } = EvidenceStatus::of(1, evidence, is_reading, &[]);
            (state, summary)
        };
        assert_eq!(told(None, true), (EvidenceState::Reading, "being read".to_owned()));

        let mut log = Source::default();
        log.nodes.entry(None).or_default().count("2026-03-01T08:00:00Z".parse().ok());
        let record = Record { sources: [(SourceId([0; 16]), log)].into(), ..Record::default() };
        let again = (EvidenceState::Reading, "1 event, 1 file, being read again".to_owned());
        assert_eq!(told(Some(&Evidence::new(record)), true), again);

        let nothing = (EvidenceState::Read, "without events".to_owned());
        assert_eq!(told(Some(&Evidence::new(Record::default())), false), nothing);
    }
}

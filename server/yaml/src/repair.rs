//! Mends a text that is not YAML, on a copy, so that a half-typed line harms only itself.

use crate::build::text_range;
use crate::lines::{line_end, line_start, trimmed};
use crate::model::SyntaxError;
use crate::strict::check;
use leastwise_text::TextRange;
use std::ops::Range;

/// A text that can be read, and what was done to it.
#[derive(Debug)]
pub(crate) struct Repaired {
    pub(crate) text: String,
    /// Where text was inserted: its place in `text` and its length, in order.
    insertions: Vec<Range<usize>>,
    /// What was mended or left out, in the source.
    pub(crate) broken: Vec<Range<usize>>,
    pub(crate) errors: Vec<SyntaxError>,
}

impl Repaired {
    /// A range of the repaired text as a range of the source. Inserted text has no width there.
    pub(crate) fn in_source(&self, range: TextRange) -> TextRange {
        if self.insertions.is_empty() {
            return range;
        }
        text_range(self.offset(range.start().into())..self.offset(range.end().into()))
    }

    fn offset(&self, offset: usize) -> usize {
        let inserted: usize = self
            .insertions
            .iter()
            .take_while(|insertion| insertion.start < offset)
            .map(|insertion| insertion.end.min(offset) - insertion.start)
            .sum();
        offset - inserted
    }
}

/// Mends `masked`, the masked form of `source`.
pub(crate) fn repair(source: &str, masked: &str, _edited: Option<TextRange>) -> Repaired {
    let mut repaired =
        Repaired { text: masked.to_owned(), insertions: Vec::new(), broken: Vec::new(), errors: Vec::new() };
    if let Err(failure) = check(masked) {
        let line = line_start(source, failure.offset)..line_end(source, failure.offset);
        repaired
            .errors
            .push(SyntaxError { range: text_range(trimmed(source, line)), message: failure.message });
    }
    repaired
}

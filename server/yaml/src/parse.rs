//! The way of a text through split, mask, strict check, repair, tree and model; and from one version of a text to
//! the next without reading unchanged documents again.

use crate::build::{build, text_range};
use crate::hidden::{Place, mark, ranges};
use crate::mask::{Masked, mask};
use crate::model::{Document, PlacedDocument, Stream, SyntaxError};
use crate::repair::{Repaired, repair};
use crate::split::split;
use leastwise_text::TextRange;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Arc;

/// Reads a text. Never fails: each document carries what is wrong with it.
pub fn parse(text: &str) -> Stream {
    Stream::default().reparse(text, None)
}

impl Stream {
    /// Reads the next version of this stream's text. Documents whose text is unchanged are taken over. `edited` is
    /// the range of `text` that the latest edit has written, if that is known: when a document is broken, the line
    /// being typed is the likely culprit.
    #[must_use]
    pub fn reparse(&self, text: &str, edited: Option<TextRange>) -> Self {
        let ranges = split(text);
        let unchanged =
            |range: &Range<usize>, placed: &PlacedDocument| text[range.clone()] == *placed.document.source;
        let before =
            ranges.iter().zip(&self.documents).take_while(|(range, placed)| unchanged(range, placed)).count();
        let after = ranges[before..]
            .iter()
            .rev()
            .zip(self.documents[before..].iter().rev())
            .take_while(|(range, placed)| unchanged(range, placed))
            .count();
        let between = &self.documents[before..self.documents.len() - after];
        let documents = ranges.par_iter().enumerate().map(|(index, range)| {
            let document = if index < before {
                Arc::clone(&self.documents[index].document)
            } else if index >= ranges.len() - after {
                Arc::clone(&self.documents[self.documents.len() - (ranges.len() - index)].document)
            } else if let Some(placed) = between.iter().find(|placed| unchanged(range, placed)) {
                Arc::clone(&placed.document)
            } else {
                Arc::new(Document::parse(
                    &text[range.clone()],
                    edited.and_then(|edited| within(edited, range)),
                ))
            };
            PlacedDocument { offset: text_range(range.clone()).start(), document }
        });
        Self { documents: documents.collect() }
    }
}

/// The part of `edited` that lies in the document at `range`, in the document's offsets.
fn within(edited: TextRange, range: &Range<usize>) -> Option<TextRange> {
    let place = text_range(range.clone());
    edited.intersect(place).map(|part| part - place.start())
}

impl Document {
    /// Reads one document.
    pub(crate) fn parse(source: &str, edited: Option<TextRange>) -> Self {
        let masked = mask(source);
        let repaired = repair(source, &masked, edited);
        let mut built = build(&repaired.text, &repaired.events);
        for node in &mut built.nodes {
            node.range = repaired.in_source(node.range);
            node.anchor = node.anchor.map(|range| repaired.in_source(range));
            node.tag = node.tag.map(|range| repaired.in_source(range));
            node.place_parts(|range| repaired.in_source(range));
        }
        for comment in &mut built.comments {
            comment.range = repaired.in_source(comment.range);
        }
        let lost = built.lost.map(|_| 0..source.trim_end().len());
        let broken: Vec<Range<usize>> =
            repaired.broken.iter().chain(&lost).chain(&masked.controls).cloned().collect();
        let places: Vec<Place> = masked
            .actions
            .iter()
            .map(Place::of_action)
            .chain(broken.iter().map(|range| Place::of_broken(source, range.clone())))
            .collect();
        let writers = mark(source, &mut built.nodes, built.root, &places);
        let errors = errors(source, &masked, &repaired, built.lost);
        Self {
            source: source.into(),
            nodes: built.nodes,
            root: built.root,
            comments: built.comments,
            errors,
            broken: ranges(broken.into_iter().chain(masked.conflicts)),
            templates: ranges(masked.actions.into_iter().map(|action| action.range).chain(masked.markers)),
            writers,
        }
    }
}

fn errors(source: &str, masked: &Masked, repaired: &Repaired, lost: Option<usize>) -> Vec<SyntaxError> {
    let conflicts = masked.conflicts.iter().map(|range| SyntaxError {
        range: text_range(range.start..crate::lines::line_end(source, range.start)),
        message: "an unfinished merge: conflict markers are not YAML".to_owned(),
    });
    let unclosed = masked.actions.iter().filter(|action| action.unclosed).map(|action| SyntaxError {
        range: text_range(action.range.clone()),
        message: "this template action has no `}}`".to_owned(),
    });
    let controls = masked.controls.iter().map(|range| SyntaxError {
        range: text_range(range.clone()),
        message: "a control character is not allowed here; in double quotes it can be escaped".to_owned(),
    });
    let unclosed = unclosed.chain(controls);
    let mut errors: Vec<SyntaxError> =
        conflicts.chain(unclosed).chain(repaired.errors.iter().cloned()).collect();
    if let (true, Some(at)) = (errors.is_empty(), lost) {
        errors.push(SyntaxError {
            range: repaired.in_source(text_range(at..at)),
            message: "from here on this cannot be read as YAML".to_owned(),
        });
    }
    errors.sort_by_key(|error| (error.range.start(), error.range.end()));
    errors.dedup();
    errors
}

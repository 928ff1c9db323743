//! How a document is laid out, so that what is added looks like what is there.

use crate::model::{CollectionStyle, Document, Node};

/// The habits of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// What ends a line.
    pub(crate) line_end: &'static str,
    /// How much deeper a mapping stands than the key that holds it.
    pub(crate) step: usize,
    /// How much deeper the dashes of a sequence stand than the key that holds it.
    pub(crate) dash: usize,
}

impl Layout {
    /// The habits of `document`; where it shows none, those of the Kubernetes documentation.
    pub(crate) fn of(document: &Document) -> Self {
        let (mut steps, mut dashes) = (Vec::new(), Vec::new());
        for mapping in document.collections(CollectionStyle::Block) {
            let column = mapping.column();
            for entry in mapping.written_entries().filter(|entry| !entry.value.is_alias()) {
                let inner = entry.value.column();
                match entry.value.collection_style() {
                    Some(CollectionStyle::Block) if entry.value.is_sequence() => {
                        dashes.push(inner.saturating_sub(column));
                    }
                    Some(CollectionStyle::Block) if inner > column => steps.push(inner - column),
                    _ => {}
                }
            }
        }
        let line_end = if document.source().contains("\r\n") { "\r\n" } else { "\n" };
        Self { line_end, step: usual(&steps).unwrap_or(2), dash: usual(&dashes).unwrap_or(0) }
    }
}

/// The most frequent number; the smallest of equally frequent ones.
fn usual(numbers: &[usize]) -> Option<usize> {
    let count = |number: usize| numbers.iter().filter(|other| **other == number).count();
    let mut distinct = numbers.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    distinct.into_iter().rev().max_by_key(|number| count(*number))
}

impl Node<'_> {
    /// The column of the first character, in bytes.
    pub(crate) fn column(self) -> usize {
        let start = usize::from(self.range().start());
        start - crate::lines::line_start(self.document().source(), start)
    }

    pub(crate) fn is_sequence(self) -> bool {
        matches!(self.kind(), crate::Kind::Sequence)
    }

    pub(crate) fn is_mapping(self) -> bool {
        matches!(self.kind(), crate::Kind::Mapping)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_taken_from_what_is_there() {
        let layout = |text: &str| Layout::of(&Document::parse(text, None));
        assert_eq!(layout("a: 1\n"), Layout { line_end: "\n", step: 2, dash: 0 });
        assert_eq!(
            layout("a:\r\n    b:\r\n        c: 1\r\n    d:\r\n      - e\r\n"),
            Layout { line_end: "\r\n", step: 4, dash: 2 }
        );
    }
}

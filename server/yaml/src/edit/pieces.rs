//! Changes upon changes, brought back to one set of edits of the first text.

use crate::build::text_range;
use leastwise_text::TextEdit;
use std::ops::Range;

/// A text as pieces of the first text and of what was written since.
#[derive(Debug)]
pub(crate) struct Pieces<'t> {
    original: &'t str,
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
enum Piece {
    Kept(Range<usize>),
    Written(String),
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Self::Kept(range) => range.len(),
            Self::Written(text) => text.len(),
        }
    }

    /// The parts before and after `at`.
    fn split(self, at: usize) -> (Self, Self) {
        match self {
            Self::Kept(range) => {
                (Self::Kept(range.start..range.start + at), Self::Kept(range.start + at..range.end))
            }
            Self::Written(text) => {
                (Self::Written(text[..at].to_owned()), Self::Written(text[at..].to_owned()))
            }
        }
    }
}

impl<'t> Pieces<'t> {
    pub(crate) fn new(original: &'t str) -> Self {
        Self { original, pieces: vec![Piece::Kept(0..original.len())] }
    }

    /// Applies sorted edits that do not overlap, in the coordinates of the present text.
    pub(crate) fn apply(&mut self, edits: &[TextEdit]) {
        for edit in edits.iter().rev() {
            let start = self.cut(edit.range.start().into());
            let end = self.cut(edit.range.end().into());
            self.pieces.splice(start..end, [Piece::Written(edit.content.clone())]);
        }
    }

    /// Makes `at` a border between pieces; the index of the piece after it.
    fn cut(&mut self, at: usize) -> usize {
        let mut passed = 0;
        for index in 0..self.pieces.len() {
            if passed == at {
                return index;
            }
            let length = self.pieces[index].len();
            if at < passed + length {
                let (before, after) = self.pieces[index].clone().split(at - passed);
                self.pieces.splice(index..=index, [before, after]);
                return index + 1;
            }
            passed += length;
        }
        self.pieces.len()
    }

    /// The edits that lead from the first text to the present one, whole words and lines as they were written.
    pub(crate) fn edits(&self) -> Vec<TextEdit> {
        let mut edits = Vec::new();
        let mut from = 0;
        let mut content = String::new();
        let end = Piece::Kept(self.original.len()..self.original.len());
        for piece in self.pieces.iter().chain([&end]) {
            match piece {
                Piece::Written(text) => content.push_str(text),
                Piece::Kept(range) if range.is_empty() && range.start < self.original.len() => {}
                Piece::Kept(range) => {
                    if self.original[from..range.start] != content {
                        let range = text_range(from..range.start);
                        edits.push(TextEdit::replace(range, content.as_str()));
                    }
                    content.clear();
                    from = range.end;
                }
            }
        }
        edits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_text::TextRange;

    fn edit(start: u32, end: u32, content: &str) -> TextEdit {
        TextEdit::replace(TextRange::new(start.into(), end.into()), content)
    }

    #[test]
    fn changes_upon_changes_become_edits_of_the_first_text() {
        let original = "abcdef";
        let mut pieces = Pieces::new(original);
        pieces.apply(&[edit(1, 2, "BB"), edit(4, 4, "+")]);
        assert_eq!(leastwise_text::apply(original, &pieces.edits()).unwrap(), "aBBcd+ef");
        pieces.apply(&[edit(2, 6, "x")]);
        let edits = pieces.edits();
        assert_eq!(leastwise_text::apply(original, &edits).unwrap(), "aBxef");
        assert_eq!(edits, [edit(1, 4, "Bx")]);
    }

    #[test]
    fn what_was_changed_back_is_no_edit() {
        let mut pieces = Pieces::new("a: true\n");
        pieces.apply(&[edit(3, 7, "false")]);
        assert_eq!(pieces.edits(), [edit(3, 7, "false")]);
        pieces.apply(&[edit(3, 8, "true")]);
        assert_eq!(pieces.edits(), []);
    }
}

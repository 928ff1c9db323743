use crate::{Place, Position, PositionEncoding};
use ropey::{Rope, RopeSlice};
use std::borrow::Cow;
use text_size::{TextRange, TextSize};

/// A text that knows its lines and can change in place.
///
/// Lines end as the Language Server Protocol says: at `\n`, `\r\n` or `\r`, and nowhere else.
#[derive(Clone, Debug, Default)]
pub struct Buffer {
    rope: Rope,
}

impl Buffer {
    /// A buffer that holds `text`.
    pub fn new(text: &str) -> Self {
        Self { rope: Rope::from_str(text) }
    }

    /// The length in bytes.
    pub fn len(&self) -> TextSize {
        size(self.rope.len_bytes())
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.rope.len_bytes() == 0
    }

    /// The whole text, copied together.
    pub fn text(&self) -> String {
        self.rope.to_string()
    }

    /// The text of `range`, clamped to the text and to character borders.
    pub fn slice(&self, range: TextRange) -> Cow<'_, str> {
        self.rope.slice(self.char_at(range.start())..self.char_at(range.end())).into()
    }

    /// Replaces `range`, clamped to the text and to character borders.
    pub fn replace(&mut self, range: TextRange, content: &str) {
        let start = self.char_at(range.start());
        let end = self.char_at(range.end());
        self.rope.remove(start..end);
        self.rope.insert(start, content);
    }

    /// Where `offset` is, for a client that counts in `encoding`.
    pub fn position(&self, offset: TextSize, encoding: PositionEncoding) -> Position {
        let char = self.char_at(offset);
        let line = self.rope.char_to_line(char);
        let start = self.rope.line_to_char(line);
        let character = match encoding {
            PositionEncoding::Utf8 => self.rope.char_to_byte(char) - self.rope.char_to_byte(start),
            PositionEncoding::Utf16 => self.rope.char_to_utf16_cu(char) - self.rope.char_to_utf16_cu(start),
            PositionEncoding::Utf32 => char - start,
        };
        Position { line: count(line), character: count(character) }
    }

    /// The byte offset of a position. Columns past the end of a line mean its end, lines past the last one the
    /// end of the text, and a column inside a character its start: clients send all three.
    pub fn offset(&self, position: Position, encoding: PositionEncoding) -> TextSize {
        let line = position.line as usize;
        if line >= self.rope.len_lines() {
            return self.len();
        }
        let text = without_line_end(self.rope.line(line));
        let column = position.character as usize;
        let char = match encoding {
            PositionEncoding::Utf8 => text.try_byte_to_char(column).unwrap_or(text.len_chars()),
            PositionEncoding::Utf16 => text.try_utf16_cu_to_char(column).unwrap_or(text.len_chars()),
            PositionEncoding::Utf32 => column.min(text.len_chars()),
        };
        size(self.rope.line_to_byte(line) + text.char_to_byte(char))
    }

    /// The one-based row and column of `offset`.
    pub fn place(&self, offset: TextSize) -> Place {
        let Position { line, character } = self.position(offset, PositionEncoding::Utf32);
        Place { row: line + 1, column: character + 1 }
    }

    /// The zero-based line that holds `offset`.
    pub fn line_of(&self, offset: TextSize) -> u32 {
        count(self.rope.char_to_line(self.char_at(offset)))
    }

    /// The number of lines; a text that ends in a line end has an empty last line.
    pub fn line_count(&self) -> u32 {
        count(self.rope.len_lines())
    }

    /// The range of a zero-based line without its line end; empty at the end of the text for lines past it.
    pub fn line_range(&self, line: u32) -> TextRange {
        let line = line as usize;
        if line >= self.rope.len_lines() {
            return TextRange::empty(self.len());
        }
        let start = size(self.rope.line_to_byte(line));
        TextRange::at(start, size(without_line_end(self.rope.line(line)).len_bytes()))
    }

    fn char_at(&self, offset: TextSize) -> usize {
        self.rope.byte_to_char(usize::from(offset).min(self.rope.len_bytes()))
    }
}

fn without_line_end(line: RopeSlice<'_>) -> RopeSlice<'_> {
    let ends =
        line.chars_at(line.len_chars()).reversed().take_while(|char| matches!(char, '\n' | '\r')).count();
    line.slice(..line.len_chars() - ends)
}

// Offsets are 32 bits wide; longer texts are refused where files are read.
fn size(bytes: usize) -> TextSize {
    TextSize::new(count(bytes))
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use PositionEncoding::{Utf8, Utf16, Utf32};

    const TEXT: &str = "a: é😀x\r\nb\rc\n";

    #[test]
    fn counts_columns_in_each_encoding() {
        let buffer = Buffer::new(TEXT);
        let x = TextSize::new(TEXT.find('x').unwrap() as u32);
        for (encoding, character) in [(Utf8, 9), (Utf16, 6), (Utf32, 5)] {
            let position = Position { line: 0, character };
            assert_eq!(buffer.position(x, encoding), position, "{encoding:?}");
            assert_eq!(buffer.offset(position, encoding), x, "{encoding:?}");
        }
        assert_eq!(buffer.place(x), Place { row: 1, column: 6 });
    }

    #[test]
    fn lines_end_at_cr_lf_and_both() {
        let buffer = Buffer::new("a\rb\u{2028}c\u{85}d\r\ne\n");
        assert_eq!(buffer.line_count(), 4);
        assert_eq!(buffer.line_range(2), TextRange::new(12.into(), 13.into()));
    }

    #[test]
    fn clamps_what_clients_send() {
        let buffer = Buffer::new(TEXT);
        let end_of_first = TextSize::new(TEXT.find('\r').unwrap() as u32);
        assert_eq!(buffer.offset(Position { line: 0, character: 99 }, Utf16), end_of_first);
        assert_eq!(buffer.offset(Position { line: 99, character: 0 }, Utf16), buffer.len());
        let emoji = TextSize::new(TEXT.find('😀').unwrap() as u32);
        assert_eq!(
            buffer.offset(Position { line: 0, character: 5 }, Utf16),
            emoji,
            "inside a surrogate pair"
        );
    }

    #[test]
    fn slices_within_the_text() {
        let buffer = Buffer::new(TEXT);
        assert_eq!(buffer.slice(TextRange::new(3.into(), 9.into())), "é😀");
        assert_eq!(buffer.slice(TextRange::new(15.into(), 99.into())), "\n");
    }

    #[test]
    fn replaces_in_place() {
        let mut buffer = Buffer::new("kind: Pod\n");
        buffer.replace(TextRange::new(6.into(), 9.into()), "Déployé");
        assert_eq!(buffer.text(), "kind: Déployé\n");
    }
}

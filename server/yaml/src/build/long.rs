//! Texts longer than tree-sitter-yaml counts (its scanner keeps the line in 16 bits,
//! tree-sitter-grammars/tree-sitter-yaml#49): they are read in parts, cut at the keys or items of one column.

use super::{Builder, Frame, Part};
use crate::lines::{indentation, line_break, lines, next_line};
use crate::model::{CollectionStyle, Content, EntryData, ItemData};
use crate::split::is_marker;
use std::ops::Range;

/// The greatest number of lines that are read at once.
pub(super) const LIMIT: usize = 30_000;

/// A key or item with all lines below it.
#[derive(Debug)]
struct Piece {
    range: Range<usize>,
    lines: usize,
}

/// A collection that is being put together from parts.
#[derive(Debug)]
struct Collection {
    start: usize,
    end: usize,
    entries: Vec<EntryData>,
    items: Vec<ItemData>,
    is_sequence: bool,
}

impl Builder<'_> {
    /// Reads a text of more than [`LIMIT`] lines.
    pub(super) fn read_long(&mut self) {
        let text = self.text;
        let first = lines(text).find(|line| is_content(&text[line.clone()]));
        let Some(first) = first else { return };
        if text[first.clone()].trim_start().starts_with(['{', '[']) {
            let joined = without_line_ends(text);
            return self.read(&joined, 0);
        }
        let start = match text[first.clone()].strip_prefix("---") {
            Some(_) => next_line(text, first.start),
            None => 0,
        };
        let end = lines(text)
            .find(|line| line.start > first.start && is_marker(&text[line.clone()], "..."))
            .map_or(text.len(), |line| line.start);
        self.root = self.read_block(text, start..end);
    }

    /// Reads the block collection that fills `range`, in `text`, a copy of the whole text in which dashes that have
    /// been dealt with are blank.
    fn read_block(&mut self, text: &str, range: Range<usize>) -> Option<Part> {
        let (pieces, is_sequence) = pieces(text, range.clone());
        let first = pieces.first()?.range.start;
        let mut collection = Collection {
            start: first + indentation(&text[first..]),
            end: first,
            entries: Vec::new(),
            items: Vec::new(),
            is_sequence,
        };
        let mut batch: Range<usize> = range.start..range.start;
        let mut batch_lines = 0;
        for piece in pieces {
            if batch_lines + piece.lines > LIMIT {
                self.read_batch(text, batch.clone(), &mut collection);
                batch = batch.end..batch.end;
                batch_lines = 0;
            }
            if piece.lines > LIMIT {
                self.read_piece(text, piece.range.clone(), &mut collection);
                batch = piece.range.end..piece.range.end;
            } else {
                batch.end = piece.range.end;
                batch_lines += piece.lines;
            }
        }
        self.read_batch(text, batch.start..range.end, &mut collection);
        let Collection { start, end, entries, items, is_sequence } = collection;
        let style = CollectionStyle::Block;
        let content = if is_sequence {
            Content::Sequence { items, style }
        } else {
            Content::Mapping { entries, style }
        };
        Some(Part { id: self.push(start..end, content), start, end })
    }

    /// Reads several keys or items and adds them to `collection`.
    fn read_batch(&mut self, text: &str, range: Range<usize>, collection: &mut Collection) {
        if text[range.clone()].trim().is_empty() {
            return;
        }
        let Some(part) = self.read_part(&text[range.clone()], range.start) else { return };
        // The collection of the part is taken apart: what it holds belongs to the greater one.
        let is_last = part.id.0 as usize + 1 == self.nodes.len();
        let taken = match &mut self.nodes[part.id.0 as usize].content {
            Content::Mapping { entries, .. } if !collection.is_sequence => {
                collection.entries.append(entries);
                true
            }
            Content::Sequence { items, .. } if collection.is_sequence => {
                collection.items.append(items);
                true
            }
            _ => false,
        };
        if !taken {
            self.unread.push(range);
            return;
        }
        collection.end = part.end;
        if is_last {
            self.nodes.pop();
        }
    }

    /// Reads a part of the text by itself.
    fn read_part(&mut self, part: &str, base: usize) -> Option<Part> {
        self.frames.push(Frame::Part { value: None });
        self.read(part, base);
        match self.frames.pop() {
            Some(Frame::Part { value }) => value,
            _ => None,
        }
    }

    /// Reads one key or item that is longer than the limit: its first line, then what stands below.
    fn read_piece(&mut self, text: &str, range: Range<usize>, collection: &mut Collection) {
        let start = range.start + indentation(&text[range.start..]);
        if collection.is_sequence {
            let mut copy = text.to_owned();
            copy.replace_range(start..=start, " ");
            let value = self.read_block(&copy, range.clone());
            let value = value.unwrap_or_else(|| self.empty(start + 1));
            let item = ItemData { value: value.id, range: super::text_range(start..value.end) };
            collection.items.push(item);
            collection.end = value.end;
            return;
        }
        let body = next_line(text, range.start);
        let count = collection.entries.len();
        self.read_batch(text, range.start..body, collection);
        let Some(mut entry) = collection.entries.get(count).copied() else { return };
        // A block scalar has been read to its end.
        if !self.nodes[entry.value.0 as usize].range.is_empty() {
            return;
        }
        if let Some(value) = self.read_block(text, body..range.end) {
            entry.value = value.id;
            entry.range = super::text_range(entry.range.start().into()..value.end);
            collection.entries[count] = entry;
            collection.end = value.end;
        } else {
            self.unread.push(body..range.end);
        }
    }
}

/// The keys or items at the column of the first one, and whether they are items.
fn pieces(text: &str, range: Range<usize>) -> (Vec<Piece>, bool) {
    let part = &text[range.clone()];
    let mut pieces: Vec<Piece> = Vec::new();
    let mut place: Option<(usize, bool)> = None;
    for line in lines(part) {
        let content = &part[line.clone()];
        if is_content(content) {
            let is_item = content.trim_start() == "-" || content.trim_start().starts_with("- ");
            let (column, is_sequence) = *place.get_or_insert((indentation(content), is_item));
            if indentation(content) == column && is_item == is_sequence {
                pieces.push(Piece { range: range.start + line.start..range.end, lines: 0 });
            }
        }
        if let Some(last) = pieces.last_mut() {
            last.lines += 1;
        }
    }
    for index in 1..pieces.len() {
        pieces[index - 1].range.end = pieces[index].range.start;
    }
    (pieces, place.is_some_and(|(_, is_sequence)| is_sequence))
}

/// Neither blank nor a comment.
fn is_content(line: &str) -> bool {
    let content = line.trim_start();
    !content.is_empty() && !content.starts_with('#')
}

/// A text in brackets as one line; lines with comments keep their ends.
fn without_line_ends(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for line in lines(text) {
        let content = &text[line.clone()];
        let has_comment = content.contains(" #") || content.trim_start().starts_with('#');
        let end = &text[line.end..line.end + line_break(text, line.end)];
        joined.push_str(content);
        joined.push_str(if has_comment { end } else { &"  "[..end.len()] });
    }
    joined
}

#[cfg(test)]
mod tests {
    use crate::Kind;
    use crate::model::{Document, Node};

    /// Each scalar with its path, text and place.
    fn described(document: &Document) -> Vec<String> {
        let mut lines = Vec::new();
        document.root().walk(
            &mut |path, node: Node<'_>| {
                if matches!(node.kind(), Kind::Scalar(_)) {
                    lines.push(format!("{path} {:?} {:?}", node.as_text(), document.text(node.range())));
                }
                true
            },
            10_000_000,
        );
        lines
    }

    #[test]
    fn a_long_list_is_read_in_parts() {
        let mut text = String::from("# head\nkind: List\nitems: # all\n");
        for number in 0..12_000 {
            text.push_str(&format!("- name: n{number}\n  labels:\n    a: &x{number} b # c\n"));
        }
        text.push_str("last: *x11999\n");
        let document = Document::parse(&text, None);
        assert_eq!(document.errors(), []);
        let found = described(&document);
        assert_eq!(found.len(), 24_002);
        assert_eq!(found[0], "kind Some(\"List\") \"List\"");
        assert_eq!(found[24_000], "items[11999].labels.a Some(\"b\") \"b\"");
        assert_eq!(found[24_001], "last Some(\"b\") \"*x11999\"");
        assert_eq!(document.comments().len(), 12_002);
    }

    #[test]
    fn long_parts_are_divided_again() {
        let lines = "    k: v\n".repeat(16_000);
        let text = format!("a:\n- b:\n{lines}  c:\n{lines}- |\n{lines}d: |\n{lines}{lines}{lines}e: f\n");
        let document = Document::parse(&text, None);
        assert_eq!(document.errors(), []);
        assert_eq!(document.broken(), []);
        let at = |path: &str| document.at(&path.parse().unwrap()).unwrap();
        assert_eq!(at("a[0].b").written_entries().count(), 16_000);
        assert_eq!(at("a[0].c").written_entries().count(), 16_000);
        assert_eq!(at("a[1]").as_str().unwrap().lines().count(), 16_000);
        assert_eq!(at("d").as_str().unwrap().lines().count(), 48_000);
        assert_eq!(at("e").as_str(), Some("f"));
        assert!(document.text(document.entry_at(&"a".parse().unwrap()).unwrap().range).ends_with("k: v"));
    }

    #[test]
    fn long_json_is_read_as_one_line() {
        let text = format!("{{\n\"items\": [\n{}1\n]\n}}\n", "{\"a\":\n\"b\"},\n".repeat(30_000));
        let document = Document::parse(&text, None);
        assert_eq!(document.errors(), []);
        assert_eq!(document.at(&"items".parse().unwrap()).unwrap().items().count(), 30_001);
        assert_eq!(document.at(&"items[29999].a".parse().unwrap()).unwrap().as_str(), Some("b"));
    }
}

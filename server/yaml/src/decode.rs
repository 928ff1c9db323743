//! From the way a scalar is written to its text: quotes, escapes, folded lines, block scalars.

use crate::lines::{indentation, is_blank, is_break, line_break, line_end, next_line};
use crate::split::is_marker;
use std::borrow::Cow;
use std::ops::Range;

/// The text of a plain scalar, its lines folded.
pub(crate) fn plain(written: &str) -> Cow<'_, str> {
    fold(written)
}

/// The text of a single-quoted scalar without its quotes.
pub(crate) fn single_quoted(written: &str) -> Cow<'_, str> {
    let folded = fold(written);
    if folded.contains("''") { Cow::Owned(folded.replace("''", "'")) } else { folded }
}

/// Joins lines: one line end becomes a space, each further one stays.
fn fold(written: &str) -> Cow<'_, str> {
    if !written.bytes().any(is_break) {
        return Cow::Borrowed(written);
    }
    let lines: Vec<&str> = crate::lines::lines(written).map(|line| &written[line]).collect();
    let blank = |char: char| char == ' ' || char == '\t';
    let mut folded = String::with_capacity(written.len());
    let mut empty = 0;
    for (number, line) in lines.iter().enumerate() {
        let line = if number > 0 { line.trim_start_matches(blank) } else { line };
        let is_last = number + 1 == lines.len();
        let line = if is_last { line } else { line.trim_end_matches(blank) };
        if number > 0 {
            if line.is_empty() && !is_last {
                empty += 1;
                continue;
            }
            push_fold(&mut folded, empty);
            empty = 0;
        }
        folded.push_str(line);
    }
    Cow::Owned(folded)
}

/// What `empty` lines between two others become.
fn push_fold(folded: &mut String, empty: usize) {
    if empty == 0 {
        folded.push(' ');
    } else {
        folded.extend(std::iter::repeat_n('\n', empty));
    }
}

/// The text of a double-quoted scalar without its quotes.
pub(crate) fn double_quoted(written: &str) -> Cow<'_, str> {
    if !written.bytes().any(|byte| byte == b'\\' || is_break(byte)) {
        return Cow::Borrowed(written);
    }
    let mut text = String::with_capacity(written.len());
    // Blanks before a line end go, except those that an escape wrote.
    let mut kept = 0;
    let mut at = 0;
    while let Some(char) = written[at..].chars().next() {
        if is_line_end(char) {
            let (breaks, next) = skip_line_ends(written, at);
            text.truncate(kept.max(text.trim_end_matches([' ', '\t']).len()));
            push_fold(&mut text, breaks - 1);
            at = next;
            kept = text.len();
        } else if char == '\\' {
            at = escape(written, at + 1, &mut text);
            kept = text.len();
        } else {
            text.push(char);
            at += char.len_utf8();
        }
    }
    Cow::Owned(text)
}

fn is_line_end(char: char) -> bool {
    char == '\n' || char == '\r'
}

/// The number of line ends from `at` on, and the place of the first character after them and their blanks.
fn skip_line_ends(text: &str, mut at: usize) -> (usize, usize) {
    let mut breaks = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        if is_break(*byte) {
            breaks += 1;
            at += line_break(text, at);
        } else if is_blank(*byte) {
            at += 1;
        } else {
            break;
        }
    }
    (breaks, at)
}

/// Reads one escape, `at` being after its backslash; returns the place after it.
fn escape(written: &str, at: usize, text: &mut String) -> usize {
    let Some(char) = written[at..].chars().next() else {
        text.push('\\');
        return at;
    };
    let digits = match char {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => 0,
    };
    if digits > 0 {
        let code = written.get(at + 1..at + 1 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        return match code {
            Some(code) => {
                text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                at + 1 + digits
            }
            None => {
                text.push(char);
                at + 1
            }
        };
    }
    let meant = match char {
        '\n' | '\r' => {
            let (breaks, next) = skip_line_ends(written, at);
            text.extend(std::iter::repeat_n('\n', breaks - 1));
            return next;
        }
        '0' => '\0',
        'a' => '\x07',
        'b' => '\x08',
        't' => '\t',
        'n' => '\n',
        'v' => '\x0B',
        'f' => '\x0C',
        'r' => '\r',
        'e' => '\x1B',
        'N' => '\u{85}',
        '_' => '\u{A0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        other => other,
    };
    text.push(meant);
    at + char.len_utf8()
}

/// The place of the quote that closes the one at the start of `text`.
pub(crate) fn closing_quote(text: &str, quote: char) -> Option<usize> {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, char)) = chars.next() {
        match char {
            '\\' if quote == '"' => {
                chars.next();
            }
            '\'' if quote == '\'' && chars.peek().is_some_and(|(_, next)| *next == '\'') => {
                chars.next();
            }
            char if char == quote => return Some(at),
            _ => {}
        }
    }
    None
}

/// A block scalar's text and the range from its `|` or `>` to the last character that is not blank.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) text: String,
    pub(crate) range: Range<usize>,
    pub(crate) folded: bool,
}

/// Reads the block scalar whose header begins at `start`, inside a collection at column `parent` (`None` at the
/// outermost level).
pub(crate) fn block(text: &str, start: usize, parent: Option<usize>) -> Block {
    let header_end = line_end(text, start);
    let header = &text[start..header_end];
    let header = &header[..header.find([' ', '\t', '#']).unwrap_or(header.len())];
    let folded = header.starts_with('>');
    let (strip, keep) = (header.contains('-'), header.contains('+'));
    let indicator = header.bytes().find(u8::is_ascii_digit).map(|digit| usize::from(digit - b'0'));

    let first = next_line(text, start);
    let least = parent.map_or(0, |column| column + 1);
    let indent = match indicator {
        Some(indicator) => parent.unwrap_or(0) + indicator,
        None => detect_indent(text, first).max(least),
    };
    let mut block = Block { text: String::new(), range: start..start + header.len(), folded };
    // Line ends that may still be folded, as libyaml does it.
    let mut pending_break = "";
    let mut empty = 0;
    let mut previous_indented = false;
    let mut at = first;
    while at < text.len() {
        let end = line_end(text, at);
        let line = &text[at..end];
        let spaces = indentation(line);
        if spaces == line.len() && spaces <= indent {
            empty += 1;
        } else if spaces < indent || indent == 0 && (is_marker(line, "---") || is_marker(line, "...")) {
            break;
        } else {
            let content = &line[indent..];
            let indented = content.starts_with([' ', '\t']);
            if folded && !pending_break.is_empty() && !previous_indented && !indented {
                if empty == 0 {
                    block.text.push(' ');
                }
            } else {
                block.text.push_str(pending_break);
            }
            block.text.extend(std::iter::repeat_n('\n', empty));
            block.text.push_str(content);
            previous_indented = indented;
            empty = 0;
            pending_break = if end < text.len() { "\n" } else { "" };
            if !content.trim().is_empty() {
                block.range.end = at + line.trim_end().len();
            }
        }
        at = next_line(text, at).max(at + 1);
    }
    if !strip {
        block.text.push_str(pending_break);
    }
    if keep {
        block.text.extend(std::iter::repeat_n('\n', empty));
    }
    block
}

/// The indentation of the first line that is not blank, or of a longer blank line before it, as in libyaml.
fn detect_indent(text: &str, first: usize) -> usize {
    let rest = text.get(first..).unwrap_or_default();
    let mut longest = 0;
    for line in crate::lines::lines(rest).map(|line| &rest[line]) {
        let spaces = indentation(line);
        longest = longest.max(spaces);
        if spaces < line.len() {
            break;
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_plain_and_single_quoted_lines() {
        assert_eq!(plain("a"), "a");
        assert_eq!(plain("a \n  b\n\n  c"), "a b\nc");
        assert_eq!(single_quoted("it''s"), "it's");
        assert_eq!(single_quoted(" a\r\n  b "), " a b ");
        assert_eq!(single_quoted("a\n  "), "a ");
    }

    #[test]
    fn reads_escapes() {
        assert_eq!(double_quoted(r#"\ta\"\\\x41\u00e9\U0001F600\/"#), "\ta\"\\A\u{e9}\u{1F600}/");
        assert_eq!(double_quoted("a\\\n   b"), "ab");
        assert_eq!(double_quoted("a \n\n  b"), "a\nb");
        assert_eq!(double_quoted("a\\t \n b"), "a\t b");
        assert_eq!(double_quoted(r"\xZZ"), "xZZ");
    }

    #[track_caller]
    fn reads(text: &str, content: &str, written: &str) {
        let start = text.find(['|', '>']).unwrap();
        let block = block(text, start, Some(0));
        assert_eq!((block.text.as_str(), &text[block.range]), (content, written));
    }

    #[test]
    fn reads_block_scalars() {
        reads("a: |\n  b\n   c\n\nd: e\n", "b\n c\n", "|\n  b\n   c");
        reads("a: |-\n  b\n\nd: e\n", "b", "|-\n  b");
        reads("a: |+\n  b\n\nd: e\n", "b\n\n", "|+\n  b");
        reads("a: |2 # c\n    b\n", "  b\n", "|2 # c\n    b");
        reads("a: >-\n  b\n  c\n\n  d\n    e\n  f\n", "b c\nd\n  e\nf", ">-\n  b\n  c\n\n  d\n    e\n  f");
        reads("a: |\r\n  b\r\n  c\r\n", "b\nc\n", "|\r\n  b\r\n  c");
        reads("a: |\nb: c\n", "", "|");
        // libyaml, and with it Kubernetes, invents no line end that is not there.
        reads("a: |\n  b", "b", "|\n  b");
        reads("a: |+\n   \n", "\n", "|+");
    }
}

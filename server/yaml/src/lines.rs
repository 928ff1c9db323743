//! Lines as YAML and the Language Server Protocol count them: they end at `\n`, `\r\n` or `\r`.

use std::ops::Range;

/// The lines of a text, each as the byte range of its content without the line end.
pub(crate) struct Lines<'t> {
    text: &'t str,
    next: Option<usize>,
}

/// The lines of `text`; the last one is empty when the text ends in a line end.
pub(crate) fn lines(text: &str) -> Lines<'_> {
    Lines { text, next: Some(0) }
}

impl Iterator for Lines<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let start = self.next?;
        let end = line_end(self.text, start);
        self.next = (end < self.text.len()).then(|| end + line_break(self.text, end));
        Some(start..end)
    }
}

/// The start of the line that holds `at`.
pub(crate) fn line_start(text: &str, at: usize) -> usize {
    text.as_bytes()[..at].iter().rposition(|byte| is_break(*byte)).map_or(0, |found| found + 1)
}

/// The end of the line that holds `at`, before its line end.
pub(crate) fn line_end(text: &str, at: usize) -> usize {
    text.as_bytes()[at..].iter().position(|byte| is_break(*byte)).map_or(text.len(), |found| at + found)
}

/// The start of the line after the one that holds `at`; the end of the text when there is none.
pub(crate) fn next_line(text: &str, at: usize) -> usize {
    let end = line_end(text, at);
    end + line_break(text, end)
}

/// The length of the line end at `at`; 0 where there is none.
pub(crate) fn line_break(text: &str, at: usize) -> usize {
    match text.as_bytes()[at..] {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

pub(crate) fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The number of spaces that `line` begins with.
pub(crate) fn indentation(line: &str) -> usize {
    line.bytes().take_while(|byte| *byte == b' ').count()
}

/// The text of `range` without the blanks around it, as a range; empty at its start when it is all blank.
pub(crate) fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let line = &text[range.clone()];
    let start = range.start + (line.len() - line.trim_start().len());
    if start == range.end { range.start..range.start } else { start..start + line.trim().len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn end_at_each_kind_of_line_end() {
        let text = "a\r\nbc\rd\n";
        let contents: Vec<_> = lines(text).map(|line| &text[line]).collect();
        assert_eq!(contents, ["a", "bc", "d", ""]);
        assert_eq!(next_line(text, 0), 3);
        assert_eq!(next_line(text, 7), 8);
        assert_eq!(line_start(text, 4), 3);
    }
}

//! Divides a text into documents.
//!
//! Kubernetes' tools count documents by their markers. So does this: every `---` begins a document, even when
//! nothing but comments stands between two of them, except that what stands before the first marker is a document
//! only when it says something. `...` ends a document; what follows it belongs to the next.

use crate::lines::{lines, next_line};
use crate::mask::actions;
use std::ops::Range;

/// The ranges of the documents, in order, at least one. Only byte order marks lie outside them.
pub(crate) fn split(text: &str) -> Vec<Range<usize>> {
    // A template comment may hold a line that looks like a marker.
    let hidden: Vec<Range<usize>> = if text.contains("{{") {
        actions(text).into_iter().filter(|action| !action.unclosed).map(|action| action.range).collect()
    } else {
        Vec::new()
    };
    let mut hidden = hidden.into_iter().peekable();
    let mut documents: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    // Whether the document that begins at `start` has a marker of its own or content.
    let mut begun = false;
    for line in lines(text) {
        let mark = if text[line.clone()].starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
        let begin = line.start + mark;
        if mark > 0 && !begun && text[start..line.start].trim().is_empty() {
            start = begin;
        }
        while hidden.next_if(|range| range.end <= begin).is_some() {}
        let content = &text[begin..line.end];
        if hidden.peek().is_some_and(|range| range.start < begin) {
            begun = true;
        } else if is_marker(content, "---") {
            if begun {
                documents.push(start..line.start);
                start = begin;
            }
            begun = true;
        } else if is_marker(content, "...") {
            let after = next_line(text, line.start);
            // A stray `...` after nothing ends nothing.
            if begun {
                documents.push(start..after);
                start = after;
                begun = false;
            }
        } else if !content.trim().is_empty()
            && !content.trim_start().starts_with('#')
            && !content.starts_with('%')
        {
            begun = true;
        }
    }
    match documents.last_mut() {
        Some(last) if !begun => last.end = text.len(),
        _ => documents.push(start..text.len()),
    }
    documents
}

/// Whether a line is the marker, alone or with something after a blank.
pub(crate) fn is_marker(line: &str, marker: &str) -> bool {
    line.strip_prefix(marker).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn splits(text: &str, documents: &[&str]) {
        let found: Vec<_> = split(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, documents);
    }

    #[test]
    fn every_marker_begins_a_document() {
        splits("a: 1\n---\nb: 2\n", &["a: 1\n", "---\nb: 2\n"]);
        splits("a: 1\r\n---\r\nb: 2", &["a: 1\r\n", "---\r\nb: 2"]);
        splits("---\n---\n# only this\n---\na: 1\n", &["---\n", "---\n# only this\n", "---\na: 1\n"]);
        splits("a: 1\n---\n", &["a: 1\n", "---\n"]);
        splits("--- a\n--- |\n b\n", &["--- a\n", "--- |\n b\n"]);
    }

    #[test]
    fn what_stands_before_the_first_marker_belongs_to_it() {
        splits("# Source: a.yaml\n\n---\na: 1\n", &["# Source: a.yaml\n\n---\na: 1\n"]);
        splits("%YAML 1.2\n---\na: 1\n", &["%YAML 1.2\n---\na: 1\n"]);
    }

    #[test]
    fn dots_end_a_document() {
        splits("a: 1\n...\n", &["a: 1\n...\n"]);
        splits("a: 1\n...\n# end\n", &["a: 1\n...\n# end\n"]);
        splits("a: 1\n...\n# b\n---\nb: 2\n", &["a: 1\n...\n", "# b\n---\nb: 2\n"]);
        splits("a: 1\n...\nb: 2\n", &["a: 1\n...\n", "b: 2\n"]);
    }

    #[test]
    fn only_whole_markers_at_the_start_of_a_line_count() {
        splits("a: b\n ---\n----\n---a\n", &["a: b\n ---\n----\n---a\n"]);
    }

    #[test]
    fn a_marker_within_a_template_comment_is_none() {
        splits("{{/*\n---\n*/}}\na: 1\n---\nb: 2\n", &["{{/*\n---\n*/}}\na: 1\n", "---\nb: 2\n"]);
    }

    #[test]
    fn byte_order_marks_are_left_out() {
        splits("\u{FEFF}a: 1\n", &["a: 1\n"]);
        splits("\u{FEFF}---\na: 1\n", &["---\na: 1\n"]);
        splits("a: 1\n\u{FEFF}---\nb: 2\n", &["a: 1\n", "---\nb: 2\n"]);
    }

    #[test]
    fn an_empty_text_is_one_empty_document() {
        splits("", &[""]);
        splits("# nothing\n", &["# nothing\n"]);
    }
}

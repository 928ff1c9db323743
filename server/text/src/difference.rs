use crate::TextEdit;
use similar::{ChangeTag, TextDiff};
use text_size::{TextRange, TextSize};

/// Edits that turn `before` into `after`, whole lines each.
pub fn edits_between(before: &str, after: &str) -> Vec<TextEdit> {
    let mut edits: Vec<TextEdit> = Vec::new();
    let mut at = TextSize::new(0);
    for change in TextDiff::from_lines(before, after).iter_all_changes() {
        let line = change.value();
        let continues = edits.last().is_some_and(|edit| edit.range.end() == at);
        match change.tag() {
            ChangeTag::Equal => at += TextSize::of(line),
            ChangeTag::Delete => {
                let range = TextRange::at(at, TextSize::of(line));
                at = range.end();
                match edits.last_mut().filter(|_| continues) {
                    Some(edit) => edit.range = edit.range.cover(range),
                    None => edits.push(TextEdit::replace(range, "")),
                }
            }
            ChangeTag::Insert => match edits.last_mut().filter(|_| continues) {
                Some(edit) => edit.content.push_str(line),
                None => edits.push(TextEdit::replace(TextRange::empty(at), line)),
            },
        }
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply;

    #[test]
    fn the_edits_lead_from_one_text_to_the_other() {
        for (before, after, count) in [
            ("a\nb\nc\n", "a\nB\nc\nd\n", 2),
            ("", "a\n", 1),
            ("a\nb", "a\n", 1),
            ("a\r\nb\r\n", "b\r\na\r\n", 2),
            ("same\n", "same\n", 0),
        ] {
            let edits = edits_between(before, after);
            assert_eq!(apply(before, &edits).unwrap(), after);
            assert_eq!(edits.len(), count, "{edits:?}");
        }
    }
}

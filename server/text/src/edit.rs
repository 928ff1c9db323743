use text_size::TextRange;

/// Replaces one range of a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TextEdit {
    /// What is replaced; empty for an insertion.
    pub range: TextRange,
    /// What stands there afterwards; empty for a removal.
    pub content: String,
}

impl TextEdit {
    /// An edit that replaces `range` by `content`.
    pub fn replace(range: TextRange, content: impl Into<String>) -> Self {
        Self { range, content: content.into() }
    }

    /// The same edit in a text that has `by` more bytes in front.
    pub fn shifted(&self, by: text_size::TextSize) -> Self {
        Self { range: self.range + by, content: self.content.clone() }
    }
}

/// Two edits of one set touch the same text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("two edits overlap at byte {}", u32::from(.0.start()))]
pub struct Overlap(pub TextRange);

/// Sorts edits by place, insertions at one place in the order given, and drops repeated ones.
///
/// # Errors
/// [`Overlap`] when two different edits touch the same text.
pub fn sort(edits: &mut Vec<TextEdit>) -> Result<(), Overlap> {
    edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    edits.dedup();
    match edits.windows(2).find(|pair| pair[1].range.start() < pair[0].range.end()) {
        Some(pair) => Err(Overlap(pair[1].range)),
        None => Ok(()),
    }
}

/// Applies edits to a text.
///
/// # Errors
/// [`Overlap`] when two edits touch the same text or one lies outside it.
pub fn apply(text: &str, edits: &[TextEdit]) -> Result<String, Overlap> {
    let mut edits = edits.to_vec();
    sort(&mut edits)?;
    let mut result =
        String::with_capacity(text.len() + edits.iter().map(|edit| edit.content.len()).sum::<usize>());
    let mut copied = 0;
    for edit in &edits {
        let (start, end) = (usize::from(edit.range.start()), usize::from(edit.range.end()));
        let kept =
            text.get(copied..start).filter(|_| text.is_char_boundary(end)).ok_or(Overlap(edit.range))?;
        result.push_str(kept);
        result.push_str(&edit.content);
        copied = end;
    }
    result.push_str(text.get(copied..).unwrap_or_default());
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: u32, end: u32, content: &str) -> TextEdit {
        TextEdit::replace(TextRange::new(start.into(), end.into()), content)
    }

    #[test]
    fn applies_in_order_of_place() {
        let edits = [edit(4, 5, "E"), edit(0, 0, ">"), edit(1, 3, "")];
        assert_eq!(apply("abcdef", &edits).unwrap(), ">adEf");
    }

    #[test]
    fn refuses_overlap_and_places_outside() {
        assert!(apply("abcdef", &[edit(0, 3, "x"), edit(2, 4, "y")]).is_err());
        assert!(apply("abc", &[edit(2, 9, "x")]).is_err());
        assert!(apply("é", &[edit(0, 1, "x")]).is_err(), "inside a character");
    }

    #[test]
    fn insertions_at_one_place_keep_their_order() {
        assert_eq!(apply("ab", &[edit(1, 1, "1"), edit(1, 1, "2")]).unwrap(), "a12b");
    }
}

//! Removing a key with its value, or an item.
//!
//! What belongs to it goes with it: the comment at the end of its line and the comments inside it. Comments above
//! it stay, since they may head more than this one line.

use crate::build::text_range;
use crate::edit::refusal::Refusal;
use crate::edit::set;
use crate::edit::target::{Slot, Target};
use crate::lines::{indentation, line_end, line_start, next_line};
use crate::model::{CollectionStyle, Document, Node};
use crate::{Emptied, Literal, Path, Segment};
use leastwise_text::{TextEdit, TextRange};
use std::ops::Range;

/// The edits that remove what stands at `path`, and the path of what goes in the end: with [`Emptied::Remove`] that
/// may be something that holds it. No edits when a key is not there.
pub(crate) fn remove(
    document: &Document,
    path: &Path,
    emptied: Emptied,
) -> Result<(Vec<TextEdit>, Path), Refusal> {
    let target = Target::find(document, path)?;
    if !target.missing.is_empty() {
        return match target.missing {
            [Segment::Index(_), ..] => Err(Refusal::NoItem(path.clone())),
            _ => Ok((Vec::new(), path.clone())),
        };
    }
    let (Some(container), Some(parent)) = (target.container(), path.parent()) else {
        return Err(Refusal::NotMapping(Path::root()));
    };
    let value = target.innermost().value();
    if value.is_shared() || document.anchors_in(target.innermost().range()).any(Node::is_shared) {
        return Err(Refusal::Shared(path.clone()));
    }
    let siblings = siblings(container);
    if siblings.len() == 1 {
        if container.is_open() {
            return Err(target.hidden(container.range()));
        }
        let holder = target.slots[target.slots.len() - 2];
        if emptied == Emptied::Remove && matches!(holder, Slot::Entry(_)) {
            return remove(document, &parent, emptied);
        }
        let nothing =
            if container.is_mapping() { Literal::Mapping(Vec::new()) } else { Literal::Sequence(Vec::new()) };
        let holder = Target::find(document, &parent)?;
        return Ok((set::empty(document, &holder, &nothing)?, path.clone()));
    }
    let index = siblings
        .iter()
        .position(|range| *range == target.innermost().range())
        .ok_or_else(|| Refusal::Unusual(path.clone()))?;
    let removed = match container.collection_style() {
        Some(CollectionStyle::Flow) => in_flow(document, &siblings, index),
        _ => in_block(document, &siblings, index),
    };
    let removed = removed.ok_or_else(|| Refusal::Unusual(path.clone()))?;
    Ok((vec![TextEdit::replace(text_range(removed), "")], path.clone()))
}

/// The ranges of the entries or items of a collection.
fn siblings(container: Node<'_>) -> Vec<TextRange> {
    let entries = container.written_entries().map(|entry| entry.range);
    entries.chain(container.items().map(|item| item.range)).collect()
}

/// The text to remove in braces or brackets, one comma with it; `None` where a comment stands in between.
fn in_flow(document: &Document, siblings: &[TextRange], index: usize) -> Option<Range<usize>> {
    let this = Range::<usize>::from(siblings[index]);
    let removed = match siblings.get(index + 1) {
        Some(next) => this.start..usize::from(next.start()),
        None => usize::from(siblings[index - 1].end())..this.end,
    };
    let holds_comment = document.comments().iter().any(|comment| {
        text_range(removed.clone()).contains_range(comment.range)
            && !siblings[index].contains_range(comment.range)
    });
    (!holds_comment).then_some(removed)
}

/// The lines to remove in block style.
fn in_block(document: &Document, siblings: &[TextRange], index: usize) -> Option<Range<usize>> {
    let source = document.source();
    let this = Range::<usize>::from(siblings[index]);
    let start = line_start(source, this.start);
    let column = this.start - start;
    if source[start..this.start].trim().is_empty() {
        let end = end_of_block(document, this.end, column);
        let after = next_line(source, end);
        // The last line of a text that ends without a line end: the one before it goes instead.
        let is_cut = after == end && start > 0;
        return Some(if is_cut { end_of_line_before(source, start)..end } else { start..after });
    }
    // The first key or item after a dash: what follows moves up to the dash.
    let next = usize::from(siblings.get(index + 1)?.start());
    let first_comment = document.comments().iter().find(|comment| {
        let start = usize::from(comment.range.start());
        comment.alone && (this.end..next).contains(&start)
    });
    let until = first_comment.map_or(next, |comment| comment.range.start().into());
    Some(this.start..until)
}

/// The end of the last line of what ends at `end`, with comments below that stand deeper than `column`.
fn end_of_block(document: &Document, end: usize, column: usize) -> usize {
    let source = document.source();
    let mut last = line_end(source, end);
    let mut at = last;
    while at < source.len() {
        let line = next_line(source, at);
        if line == at {
            break;
        }
        at = line_end(source, line);
        let text = &source[line..at];
        if text.trim().is_empty() {
            if at == source.len() {
                break;
            }
            continue;
        }
        if !text.trim_start().starts_with('#') || indentation(text) <= column {
            break;
        }
        last = at;
    }
    last
}

fn end_of_line_before(source: &str, start: usize) -> usize {
    let before = &source[..start];
    before.len()
        - (before.len() - before.trim_end_matches(['\n', '\r']).len()).min(if before.ends_with("\r\n") {
            2
        } else {
            1
        })
}

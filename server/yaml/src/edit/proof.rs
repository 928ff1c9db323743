//! Whether a change did what it should and nothing else: both texts are read, and everything outside the intended
//! path must be the same.

use crate::edit::set::is_equal;
use crate::model::{Content, Document, Node};
use crate::{Literal, Path, Segment};
use leastwise_text::TextEdit;

/// Whether `after` is `before` with nothing changed but the value at `path`, which is now `value`, or gone.
pub(crate) fn holds(
    before: &Document,
    after: &Document,
    edits: &[TextEdit],
    path: &Path,
    value: Option<&Literal>,
) -> bool {
    let reached = match value {
        Some(value) => after.at(path).is_some_and(|node| is_equal(node, value)),
        None => is_gone(before, after, path),
    };
    reached
        && after.errors().len() <= before.errors().len()
        && after.broken().len() <= before.broken().len()
        && same_comments(before, after, edits)
        && same_around(before.root(), after.root(), path, value.is_none())
}

fn is_gone(before: &Document, after: &Document, path: &Path) -> bool {
    match path.last() {
        Some(Segment::Key(_)) => after.at(path).is_none(),
        Some(Segment::Index(_)) => {
            let count = |document: &Document| {
                path.parent()
                    .and_then(|parent| document.at(&parent))
                    .map_or(0, |parent| parent.items().count())
            };
            count(after) + 1 == count(before)
        }
        None => false,
    }
}

/// Comments outside the removed text are all there, in order, and nothing else has become a comment.
fn same_comments(before: &Document, after: &Document, edits: &[TextEdit]) -> bool {
    let kept = before
        .comments()
        .iter()
        .filter(|comment| !edits.iter().any(|edit| edit.range.contains_range(comment.range)))
        .map(|comment| before.text(comment.range));
    kept.eq(after.comments().iter().map(|comment| after.text(comment.range)))
}

/// Follows `path` in both and compares all that lies beside it.
fn same_around(before: Node<'_>, after: Node<'_>, path: &Path, removed: bool) -> bool {
    let (mut before, mut after) = (before, after);
    for (depth, segment) in path.segments().iter().enumerate() {
        let is_gone = removed && depth + 1 == path.segments().len();
        let (inner_before, beside_before) = divide(before, segment, true);
        let (inner_after, beside_after) = divide(after, segment, !is_gone);
        let is_same = beside_before.len() == beside_after.len()
            && beside_before.iter().zip(&beside_after).all(|(before, after)| same(*before, *after));
        if !is_same {
            return false;
        }
        // Where it is new or gone, nothing lies beside it further in.
        let (Some(inner_before), Some(inner_after)) = (inner_before, inner_after) else { return true };
        (before, after) = (inner_before, inner_after);
    }
    true
}

/// The value that `segment` leads to, if it is wanted, and all other keys, values and items.
fn divide<'d>(node: Node<'d>, segment: &Segment, wanted: bool) -> (Option<Node<'d>>, Vec<Node<'d>>) {
    let (mut inner, mut beside) = (None, Vec::new());
    for entry in node.written_entries() {
        if wanted && matches!(segment, Segment::Key(key) if entry.key.key_text() == Some(key)) {
            inner = Some(entry.value);
        } else {
            beside.extend([entry.key, entry.value]);
        }
    }
    for item in node.items().filter(|_| !node.is_alias()) {
        if wanted && *segment == Segment::Index(item.index) {
            inner = Some(item.value);
        } else {
            beside.push(item.value);
        }
    }
    (inner, beside)
}

/// Whether two values are the same all through: texts, styles, meanings, anchors, tags and aliases as written.
pub(crate) fn same(before: Node<'_>, after: Node<'_>) -> bool {
    let mut pending = vec![(before, after)];
    while let Some((before, after)) = pending.pop() {
        let written = |node: Node<'_>, range: Option<leastwise_text::TextRange>| {
            range.map(|range| node.document().text(range).to_owned())
        };
        let properties = |node: Node<'_>| {
            (written(node, node.anchor()), written(node, node.tag()), node.is_unknown(), node.is_open())
        };
        if properties(before) != properties(after) {
            return false;
        }
        match (before.content(), after.content()) {
            (
                Content::Scalar { text, style, meaning },
                Content::Scalar { text: text_after, style: style_after, meaning: meaning_after },
            ) => {
                let is_nan = |meaning: &crate::Scalar| matches!(meaning, crate::Scalar::Float(value) if value.is_nan());
                let same_meaning = meaning == meaning_after || is_nan(meaning) && is_nan(meaning_after);
                if text != text_after || style != style_after || !same_meaning {
                    return false;
                }
            }
            (
                Content::Mapping { entries, style },
                Content::Mapping { entries: entries_after, style: style_after },
            ) => {
                if style != style_after || entries.len() != entries_after.len() {
                    return false;
                }
                for (before, after) in before.written_entries().zip(after.written_entries()) {
                    pending.push((before.key, after.key));
                    pending.push((before.value, after.value));
                }
            }
            (
                Content::Sequence { items, style },
                Content::Sequence { items: items_after, style: style_after },
            ) => {
                if style != style_after || items.len() != items_after.len() {
                    return false;
                }
                pending.extend(
                    before.items().zip(after.items()).map(|(before, after)| (before.value, after.value)),
                );
            }
            (Content::Alias { .. }, Content::Alias { .. }) => {
                if before.document().text(before.range()) != after.document().text(after.range()) {
                    return false;
                }
            }
            _ => return false,
        }
    }
    true
}

//! From changes of meaning to the least changes of text: indentation, quotes, comments, line ends and the style of
//! the neighbours stay as they are.
//!
//! Each change is made on a copy that is read again; [`proof`] then compares the two. What cannot be shown to change
//! only what it should is refused.

mod layout;
mod pieces;
mod proof;
mod refusal;
mod remove;
mod set;
mod target;
mod write;

pub use refusal::Refusal;

use crate::mask;
use crate::model::Document;
use crate::{Patch, Path};
use leastwise_text::{TextEdit, TextRange, TextSize};
use pieces::Pieces;

/// A changed document.
#[derive(Debug)]
pub struct Edited {
    /// The changes of text, in order, in offsets of the document that was changed. None when the document already
    /// said what was asked for.
    pub edits: Vec<TextEdit>,
    /// The document afterwards.
    pub document: Document,
}

/// Makes all of `patches` at once. Their paths, items included, are those of `document` as it is given: removing
/// items 0 and 1 removes the first two.
///
/// # Errors
/// A [`Refusal`] when one of them cannot be made safely; then none is made.
pub fn apply(document: &Document, patches: &[Patch]) -> Result<Edited, Refusal> {
    if let Some(path) = contradiction(patches) {
        return Err(Refusal::Conflict(path.clone()));
    }
    let mut pieces = Pieces::new(document.source());
    let mut changed: Option<Document> = None;
    for patch in in_order(patches) {
        let present = changed.as_ref().unwrap_or(document);
        if let Some(next) = step(present, patch, &mut pieces)? {
            changed = Some(next);
        }
    }
    let document = changed.unwrap_or_else(|| Document::parse(document.source(), None));
    Ok(Edited { edits: pieces.edits(), document })
}

/// Makes one change; `None` when there is nothing to change.
fn step(document: &Document, patch: &Patch, pieces: &mut Pieces<'_>) -> Result<Option<Document>, Refusal> {
    let (mut edits, path, value) = match patch {
        Patch::Set { path, value } => (set::set(document, path, value)?, path.clone(), Some(value)),
        Patch::Remove { path, emptied } => {
            let (edits, gone) = remove::remove(document, path, *emptied)?;
            (edits, gone, None)
        }
    };
    if edits.is_empty() {
        return Ok(None);
    }
    for edit in &edits {
        check_place(document, edit.range, &path)?;
    }
    let unproved = || Refusal::Unproved(path.clone());
    leastwise_text::sort(&mut edits).map_err(|_| unproved())?;
    let text = leastwise_text::apply(document.source(), &edits).map_err(|_| unproved())?;
    let next = Document::parse(&text, None);
    if !proof::holds(document, &next, &edits, &path, value) {
        return Err(unproved());
    }
    pieces.apply(&edits);
    Ok(Some(next))
}

/// Refuses to touch templates and broken text, and to add lines inside a condition or loop of a template.
fn check_place(document: &Document, range: TextRange, path: &Path) -> Result<(), Refusal> {
    let touches = |hidden: &TextRange| {
        hidden.intersect(range).is_some_and(|common| !common.is_empty())
            || hidden.start() < range.start() && range.end() < hidden.end()
    };
    if document.broken().iter().any(touches) {
        return Err(Refusal::Broken(path.clone()));
    }
    if document.templates().iter().any(touches) {
        return Err(Refusal::Template(path.clone()));
    }
    // What is there already may be changed in a condition; what is new must not slip into one unseen.
    if document.at(path).is_some() {
        return Ok(());
    }
    let start = holder_start(document, path);
    let between =
        document.templates().iter().filter(|hidden| start <= hidden.start() && hidden.end() <= range.start());
    let depths = between.scan(0, |depth, hidden| {
        *depth += mask::nesting(document.text(*hidden));
        Some(*depth)
    });
    let depths: Vec<i32> = depths.collect();
    if depths.last().is_some_and(|depth| *depth != 0) || depths.iter().any(|depth| *depth < 0) {
        return Err(Refusal::Template(path.clone()));
    }
    Ok(())
}

/// Where the innermost key or item on the way to `path` begins.
fn holder_start(document: &Document, path: &Path) -> TextSize {
    let mut path = path.parent();
    while let Some(holder) = path {
        let entry = document.entry_at(&holder).map(|entry| entry.range);
        if let Some(range) = entry.or_else(|| document.item_at(&holder).map(|item| item.range)) {
            return range.start();
        }
        path = holder.parent();
    }
    TextSize::new(0)
}

/// The first path about which two different patches speak, directly or by what holds it.
fn contradiction(patches: &[Patch]) -> Option<&Path> {
    patches.iter().enumerate().find_map(|(index, patch)| {
        patches[..index].iter().find_map(|earlier| {
            let touch = path(earlier).holds(path(patch)) || path(patch).holds(path(earlier));
            (touch && earlier != patch).then(|| path(patch))
        })
    })
}

/// Values are written first, then the last items go before the first, so that no removal moves what another names.
fn in_order(patches: &[Patch]) -> Vec<&Patch> {
    let mut sets: Vec<&Patch> = Vec::new();
    let mut removals: Vec<&Patch> = Vec::new();
    for patch in patches {
        let list = if matches!(patch, Patch::Set { .. }) { &mut sets } else { &mut removals };
        if !list.contains(&patch) {
            list.push(patch);
        }
    }
    removals.sort_by(|first, second| path(second).cmp(path(first)));
    sets.extend(removals);
    sets
}

fn path(patch: &Patch) -> &Path {
    match patch {
        Patch::Set { path, .. } | Patch::Remove { path, .. } => path,
    }
}

//! The edit builder's types, until its own files replace this one.

use crate::{Document, Patch, Path};
use leastwise_text::TextEdit;

/// A document after its patches.
#[derive(Debug)]
pub struct Edited {
    /// The least change of text.
    pub edits: Vec<TextEdit>,
    /// What the document is then.
    pub document: Document,
}

/// Why a document is not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("edits are not built yet")]
pub struct Refusal(pub Path);

/// Applies patches. Refuses all of them until the edit builder is here.
///
/// # Errors
/// Always.
pub fn apply(document: &Document, patches: &[Patch]) -> Result<Edited, Refusal> {
    let _ = (document, patches);
    Err(Refusal(Path::root()))
}

use leastwise_text::TextRange;
use leastwise_yaml::{Document, Kind, Node, Path};

/// Where a path is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The characters, in the document.
    pub range: TextRange,
    /// The path is not there; the range is its nearest existing ancestor's.
    pub missing: bool,
}

/// The characters that stand for `path`: a scalar's value, else the key of the value, or for a mapping in a
/// sequence the item's first key. For what is missing the same of the nearest ancestor that is there, but always its
/// key.
pub fn place(document: &Document, path: &Path) -> Place {
    if let Some(range) = present(document, path) {
        return Place { range, missing: false };
    }
    let mut ancestor = path.parent();
    while let Some(path) = ancestor {
        if let Some(range) = key(document, &path) {
            return Place { range, missing: true };
        }
        ancestor = path.parent();
    }
    Place { range: document.root().head(), missing: true }
}

/// The characters of a key that is there; for what is missing beside it.
pub fn key_place(document: &Document, path: &Path) -> Option<Place> {
    key(document, path).map(|range| Place { range, missing: false })
}

fn present(document: &Document, path: &Path) -> Option<TextRange> {
    let node = document.at(path)?;
    match node.kind() {
        Kind::Mapping | Kind::Sequence => key(document, path),
        Kind::Scalar(_) | Kind::Dangling => some_text(node.range()).or_else(|| key(document, path)),
    }
}

fn key(document: &Document, path: &Path) -> Option<TextRange> {
    match document.entry_at(path) {
        Some(entry) => some_text(entry.key.range()),
        None => {
            let head = document.at(path).map(Node::head).and_then(some_text);
            head.or_else(|| document.item_at(path).and_then(|item| some_text(item.range)))
        }
    }
}

fn some_text(range: TextRange) -> Option<TextRange> {
    (!range.is_empty()).then_some(range)
}

//! JSON patches (RFC 6902): a list of operations on paths.

use crate::composition::Undecided;
use crate::composition::strategic::literal;
use leastwise_yaml::{Document, Emptied, Kind, Node, Patch, Path, apply};

/// As deep as values are read.
const DEPTH: usize = 64;

/// Applies the operations in order to the object at `object`.
pub(crate) fn operate(
    document: Document,
    object: &Path,
    operations: Node<'_>,
) -> Result<Document, Undecided> {
    operations.items().try_fold(document, |document, operation| {
        let at = |key: &str| operation.value.get(key).value();
        let name = at("op").and_then(Node::as_str).ok_or(Undecided)?;
        let pointer = at("path").and_then(Node::as_str).ok_or(Undecided)?;
        let (path, is_item) = resolve(&document, object, pointer)?;
        let is_there = document.at(&path).is_some();
        let patch = match name {
            // Adding a key replaces it; adding an item moves others.
            "add" if is_item && is_there => return Err(Undecided),
            "replace" | "remove" if !is_there => return Err(Undecided),
            "add" | "replace" => Patch::Set { path, value: literal(at("value").ok_or(Undecided)?, DEPTH)? },
            "remove" => Patch::Remove { path, emptied: Emptied::Keep },
            _ => return Err(Undecided),
        };
        apply(&document, &[patch]).map(|edited| edited.document).map_err(|_| Undecided)
    })
}

/// What a pointer means in a document, and whether that is an item of a list.
fn resolve(document: &Document, object: &Path, pointer: &str) -> Result<(Path, bool), Undecided> {
    let steps = pointer.strip_prefix('/').ok_or(Undecided)?;
    let mut path = object.clone();
    let mut is_item = false;
    for step in steps.split('/') {
        let holder = document.at(&path).ok_or(Undecided)?;
        is_item = matches!(holder.kind(), Kind::Sequence);
        path = match holder.kind() {
            Kind::Sequence if step == "-" => path.index(holder.items().count()),
            Kind::Sequence => path.index(step.parse().map_err(|_| Undecided)?),
            Kind::Mapping => path.key(&step.replace("~1", "/").replace("~0", "~")),
            Kind::Scalar(_) | Kind::Dangling => return Err(Undecided),
        };
    }
    Ok((path, is_item))
}

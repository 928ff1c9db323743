//! From a path to its place and back, and through all of a document.

use crate::model::{Document, Entry, Field, Item, Kind, Node};
use crate::path::{Path, Segment};
use leastwise_text::TextSize;

impl Document {
    /// The value at a path, through aliases and merge keys.
    pub fn at(&self, path: &Path) -> Option<Node<'_>> {
        self.root().at(path)
    }

    /// The key and value at a path that ends in a key.
    pub fn entry_at(&self, path: &Path) -> Option<Entry<'_>> {
        match path.last()? {
            Segment::Key(key) => self.at(&path.parent()?)?.get(key).entry(),
            Segment::Index(_) => None,
        }
    }

    /// The item at a path that ends in an index.
    pub fn item_at(&self, path: &Path) -> Option<Item<'_>> {
        match path.last()? {
            Segment::Key(_) => None,
            Segment::Index(index) => self.at(&path.parent()?)?.items().nth(*index),
        }
    }

    /// The path of the innermost key, value or item that holds `offset`, as the text is written: not through
    /// aliases.
    pub fn path_at(&self, offset: TextSize) -> Path {
        let mut path = Path::root();
        let mut node = self.root();
        loop {
            let entry = node.written_entries().find(|entry| holds(entry.range, offset));
            let next = match entry {
                Some(entry) => entry.key.key_text().map(|key| (Segment::Key(key.to_owned()), entry.value)),
                None if node.is_alias() => None,
                None => node
                    .items()
                    .find(|item| holds(item.range, offset))
                    .map(|item| (Segment::Index(item.index), item.value)),
            };
            let Some((segment, value)) = next else { return path };
            path.push(segment);
            node = value;
        }
    }
}

/// The end counts: a cursor after the last character is still about it.
fn holds(range: leastwise_text::TextRange, offset: TextSize) -> bool {
    range.contains_inclusive(offset)
}

impl<'d> Node<'d> {
    /// The value at a path from here, through aliases and merge keys.
    pub fn at(self, path: &Path) -> Option<Self> {
        path.segments().iter().try_fold(self, |node, segment| match segment {
            Segment::Key(key) => node.get(key).value(),
            Segment::Index(index) => node.items().nth(*index).map(|item| item.value),
        })
    }

    /// Visits this node and all below it, outermost first and in order, through aliases and merge keys. `visit`
    /// answers whether to go on below the node it is given. After `budget` nodes the walk ends, so that aliases
    /// of aliases cost no more than that; the answer is whether it came to the end.
    pub fn walk(self, visit: &mut dyn FnMut(&Path, Self) -> bool, budget: usize) -> bool {
        let mut path = Path::root();
        let mut left = budget;
        // What is still to be visited: the length of the path above it, its own step, itself.
        let mut pending: Vec<(usize, Option<Segment>, Self)> = vec![(0, None, self)];
        while let Some((depth, segment, node)) = pending.pop() {
            path.truncate(depth);
            if let Some(segment) = segment {
                path.push(segment);
            }
            if left == 0 {
                return false;
            }
            left -= 1;
            if !visit(&path, node) {
                continue;
            }
            let depth = path.segments().len();
            let first = pending.len();
            match node.kind() {
                Kind::Mapping => pending.extend(node.entries().into_iter().filter_map(|entry| {
                    Some((depth, Some(Segment::Key(entry.key.key_text()?.to_owned())), entry.value))
                })),
                Kind::Sequence => {
                    pending.extend(
                        node.items().map(|item| (depth, Some(Segment::Index(item.index)), item.value)),
                    );
                }
                Kind::Scalar(_) | Kind::Dangling => {}
            }
            pending[first..].reverse();
        }
        true
    }
}

impl<'d> Field<'d> {
    /// Whether the key is known not to be there.
    pub fn is_absent(self) -> bool {
        matches!(self, Self::Absent)
    }
}

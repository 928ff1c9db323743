//! The way to the place of a change, and whether the place may be changed at all.

use crate::edit::refusal::Refusal;
use crate::model::{CollectionStyle, Document, Entry, Field, Item, Node};
use crate::{Path, Segment};
use leastwise_text::TextRange;

/// Where a value stands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Slot<'d> {
    /// The document's own value.
    Root(Node<'d>),
    /// After a key.
    Entry(Entry<'d>),
    /// In a sequence.
    Item(Item<'d>),
}

impl<'d> Slot<'d> {
    pub(crate) fn value(&self) -> Node<'d> {
        match self {
            Self::Root(node) => *node,
            Self::Entry(entry) => entry.value,
            Self::Item(item) => item.value,
        }
    }

    pub(crate) fn range(&self) -> TextRange {
        match self {
            Self::Root(node) => node.range(),
            Self::Entry(entry) => entry.range,
            Self::Item(item) => item.range,
        }
    }
}

/// The way along a path, as far as the document goes.
#[derive(Debug)]
pub(crate) struct Target<'d, 'p> {
    /// From the root to the innermost value that exists.
    pub(crate) slots: Vec<Slot<'d>>,
    /// The steps that do not exist yet.
    pub(crate) missing: &'p [Segment],
    pub(crate) path: &'p Path,
}

impl<'d, 'p> Target<'d, 'p> {
    /// Follows `path` through what is written in this very place.
    ///
    /// # Errors
    /// Where the way leads through something that must not or cannot be changed here.
    pub(crate) fn find(document: &'d Document, path: &'p Path) -> Result<Self, Refusal> {
        let mut target = Self { slots: vec![Slot::Root(document.root())], missing: path.segments(), path };
        while let Some((segment, rest)) = target.missing.split_first() {
            let node = target.innermost().value();
            target.check(node)?;
            let slot = match segment {
                Segment::Key(key) if node.is_mapping() => target.entry(node, key)?.map(Slot::Entry),
                Segment::Index(index) if node.is_sequence() => target.item(node, *index)?.map(Slot::Item),
                _ if node.is_null() => None,
                _ if node.is_unknown() => return Err(target.hidden(node.range())),
                Segment::Key(_) => return Err(Refusal::NotMapping(target.here())),
                Segment::Index(_) => return Err(Refusal::NotSequence(target.here())),
            };
            let Some(slot) = slot else { return Ok(target) };
            target.slots.push(slot);
            target.missing = rest;
        }
        Ok(target)
    }

    pub(crate) fn innermost(&self) -> Slot<'d> {
        self.slots[self.slots.len() - 1]
    }

    /// What holds the innermost value.
    pub(crate) fn container(&self) -> Option<Node<'d>> {
        self.slots.len().checked_sub(2).map(|index| self.slots[index].value())
    }

    /// The path of the innermost value that exists.
    pub(crate) fn here(&self) -> Path {
        let existing = self.path.segments().len() - self.missing.len();
        self.path.segments()[..existing]
            .iter()
            .fold(Path::root(), |path, segment| path.child(segment.clone()))
    }

    /// Whether the innermost value stands in braces or brackets.
    pub(crate) fn in_flow(&self) -> bool {
        self.container().is_some_and(|container| container.collection_style() == Some(CollectionStyle::Flow))
    }

    /// Whether `node`, on the way, may be changed here.
    pub(crate) fn check(&self, node: Node<'d>) -> Result<(), Refusal> {
        if node.is_alias() {
            return Err(Refusal::Alias(self.here()));
        }
        if node.tag().is_some() {
            return Err(Refusal::Tagged(self.here()));
        }
        if node.is_shared() {
            return Err(Refusal::Shared(self.here()));
        }
        Ok(())
    }

    /// The refusal for a place that nobody knows.
    pub(crate) fn hidden(&self, range: TextRange) -> Refusal {
        let document = self.slots[0].value().document();
        if document.is_broken(range) || !document.broken().is_empty() && document.templates().is_empty() {
            Refusal::Broken(self.path.clone())
        } else {
            Refusal::Template(self.path.clone())
        }
    }

    fn entry(&self, mapping: Node<'d>, key: &str) -> Result<Option<Entry<'d>>, Refusal> {
        let mut written = mapping.written_entries().filter(|entry| entry.key.key_text() == Some(key));
        if let Some(entry) = written.next() {
            if written.next().is_some() {
                return Err(Refusal::Repeated(self.path.clone()));
            }
            if entry.key.is_unknown() {
                return Err(self.hidden(entry.key.range()));
            }
            return Ok(Some(entry));
        }
        match mapping.get(key) {
            Field::Absent => Ok(None),
            Field::Present(_) => Err(Refusal::Alias(self.path.clone())),
            Field::Unknown => Err(self.hidden(mapping.range())),
        }
    }

    fn item(&self, sequence: Node<'d>, index: usize) -> Result<Option<Item<'d>>, Refusal> {
        let count = sequence.items().count();
        match sequence.items().nth(index) {
            Some(item) => Ok(Some(item)),
            None if sequence.is_open() => Err(self.hidden(sequence.range())),
            None if index == count => Ok(None),
            None => Err(Refusal::NoItem(self.path.clone())),
        }
    }
}

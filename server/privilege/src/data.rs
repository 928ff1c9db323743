//! Whether two parts of documents say the same data, templates and broken text included.

use leastwise_manifest::lookup;
use leastwise_yaml::{Document, Entry, Field, Kind, Node, Path, Scalar};
use std::cell::{Cell, OnceCell};
use std::collections::HashMap;

/// The two documents of a comparison, and whether the templates that hide parts of them are the same.
///
/// A template among the entries of a mapping may bring any entry. Where both documents hold the same such
/// templates in the same order, what they bring is taken to be the same.
#[derive(Debug)]
pub(crate) struct Documents<'d> {
    before: &'d Document,
    after: &'d Document,
    alike: OnceCell<bool>,
    relied_on: Cell<bool>,
    /// The nodes that may still be looked at. Without aliases none is looked at more than a few times.
    budget: Cell<usize>,
}

impl<'d> Documents<'d> {
    pub(crate) fn new(before: &'d Document, after: &'d Document) -> Self {
        let budget = Cell::new(size(before) + size(after));
        Self { before, after, alike: OnceCell::new(), relied_on: Cell::new(false), budget }
    }

    /// Whether what templates and broken text bring is the same on both sides.
    pub(crate) fn hide_alike(&self) -> bool {
        self.relied_on.set(true);
        let same_text = std::ptr::eq(self.before, self.after);
        same_text || *self.alike.get_or_init(|| free_text(self.before) == free_text(self.after))
    }

    /// Whether an answer has rested on [`Documents::hide_alike`].
    pub(crate) fn relied_on(&self) -> bool {
        self.relied_on.get()
    }

    /// Whether the field at `keys` says the same on both sides, as far as both say it.
    pub(crate) fn same_field(&self, before: Node<'d>, after: Node<'d>, keys: &[&str]) -> bool {
        let Some((key, rest)) = keys.split_first() else {
            return self.differing(before, after, &[]).is_empty();
        };
        if says_nothing(before, keys) && says_nothing(after, keys) {
            return true;
        }
        match (before.get(key), after.get(key)) {
            (Field::Present(before), Field::Present(after)) => {
                self.same_field(before.value, after.value, rest)
            }
            (Field::Unknown, Field::Unknown) => match (before.kind(), after.kind()) {
                (Kind::Mapping, Kind::Mapping) => self.hide_alike(),
                _ => self.differing(before, after, &[]).is_empty(),
            },
            _ => false,
        }
    }

    /// The outermost paths at which the two nodes say something different, seen from the nodes; those that `skip`
    /// holds are left out.
    pub(crate) fn differing(&self, before: Node<'d>, after: Node<'d>, skip: &[Path]) -> Vec<Path> {
        let mut differ = Differ { documents: self, skip, found: Vec::new() };
        differ.nodes(&Path::root(), before, after);
        differ.found
    }
}

/// Whether the field at `keys` is known to be absent; a null is like an absent key.
fn says_nothing(node: Node<'_>, keys: &[&str]) -> bool {
    match lookup(node, keys) {
        Field::Present(entry) => entry.value.is_null(),
        Field::Absent => true,
        Field::Unknown => false,
    }
}

/// As many nodes as may be looked at for a document's sake, in proportion to its text: aliases of aliases can make
/// any number.
fn size(document: &Document) -> usize {
    4 * document.source().len() + 1_000
}

/// The templates and broken texts that are not part of a scalar, in order.
fn free_text(document: &Document) -> Vec<&str> {
    let mut scalars = Vec::new();
    let collect = &mut |_: &Path, node: Node<'_>| {
        if matches!(node.kind(), Kind::Scalar(_)) && node.is_unknown() {
            scalars.push(node.resolved().range());
        }
        true
    };
    document.root().walk(collect, size(document));
    scalars.sort_unstable_by_key(|range| range.start());
    let is_in_scalar = |range: leastwise_text::TextRange| {
        let next = scalars.partition_point(|scalar| scalar.start() <= range.start());
        next.checked_sub(1).is_some_and(|last| scalars[last].contains_range(range))
    };
    let hidden = document.templates().iter().filter(|range| !is_in_scalar(**range));
    hidden.chain(document.broken()).map(|range| document.text(*range)).collect()
}

struct Differ<'c, 'd> {
    documents: &'c Documents<'d>,
    skip: &'c [Path],
    found: Vec<Path>,
}

impl<'d> Differ<'_, 'd> {
    fn nodes(&mut self, path: &Path, before: Node<'d>, after: Node<'d>) {
        if before == after || self.skip.contains(path) {
            return;
        }
        let Some(budget) = self.documents.budget.get().checked_sub(1) else {
            self.found.push(path.clone());
            return;
        };
        self.documents.budget.set(budget);
        match (before.kind(), after.kind()) {
            (Kind::Mapping, Kind::Mapping) => self.mappings(path, before, after),
            (Kind::Sequence, Kind::Sequence) => self.sequences(path, before, after),
            (Kind::Scalar(_), Kind::Scalar(_)) | (Kind::Dangling, Kind::Dangling)
                if self.same_scalar(before, after) => {}
            _ => self.found.push(path.clone()),
        }
    }

    fn same_scalar(&self, before: Node<'d>, after: Node<'d>) -> bool {
        match (before.scalar(), after.scalar()) {
            (Some(Scalar::String), Some(Scalar::String)) => before.as_text() == after.as_text(),
            (Some(before), Some(after)) => before == after,
            // What comes out of a template below a value may continue it, so its own text is not enough.
            (None, None) => written(before) == written(after) && self.documents.hide_alike(),
            _ => false,
        }
    }

    fn mappings(&mut self, path: &Path, before: Node<'d>, after: Node<'d>) {
        if !self.alike_open(before, after) {
            self.found.push(path.clone());
            return;
        }
        let (before, after) = (effective_entries(before), effective_entries(after));
        let values = |entries: &[Entry<'d>]| -> HashMap<&'d str, Node<'d>> {
            entries.iter().map(|entry| (label(entry), entry.value)).collect()
        };
        let (values_before, values_after) = (values(&before), values(&after));
        for entry in &before {
            let key = label(entry);
            let path = path.key(key);
            match values_after.get(key) {
                Some(value) => self.nodes(&path, entry.value, *value),
                None => self.only(&path, entry.value),
            }
        }
        for entry in after.iter().filter(|entry| !values_before.contains_key(label(entry))) {
            self.only(&path.key(label(entry)), entry.value);
        }
    }

    fn only(&mut self, path: &Path, value: Node<'d>) {
        if !value.is_null() && !self.skip.contains(path) {
            self.found.push(path.clone());
        }
    }

    fn sequences(&mut self, path: &Path, before: Node<'d>, after: Node<'d>) {
        let same_length = before.items().count() == after.items().count();
        if !same_length || !self.alike_open(before, after) {
            self.found.push(path.clone());
            return;
        }
        for (before, after) in before.items().zip(after.items()) {
            self.nodes(&path.index(before.index), before.value, after.value);
        }
    }

    fn alike_open(&self, before: Node<'d>, after: Node<'d>) -> bool {
        match (before.is_open(), after.is_open()) {
            (false, false) => true,
            (true, true) => self.documents.hide_alike(),
            _ => false,
        }
    }
}

/// The entries of a mapping; of repeated keys the last, which is the one that counts.
fn effective_entries(node: Node<'_>) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for entry in node.entries() {
        let place = *places.entry(label(&entry)).or_insert(entries.len());
        match entries.get_mut(place) {
            Some(earlier) => *earlier = entry,
            None => entries.push(entry),
        }
    }
    entries
}

/// The text of a key; as it is written where a template hides what it means.
fn label<'d>(entry: &Entry<'d>) -> &'d str {
    entry.key.as_text().unwrap_or_else(|| written(entry.key))
}

/// The text of a node, as it is written.
pub(crate) fn written(node: Node<'_>) -> &str {
    let node = node.resolved();
    node.document().text(node.range())
}

/// The data of a node, written so that equal data is equal text; keys in `without` of its outermost mapping are
/// left out. `None` where part of it is hidden, or it is too large.
pub(crate) fn canonical(node: Node<'_>, without: &[&str]) -> Option<String> {
    let mut text = String::new();
    let mut budget = 10_000;
    write_canonical(node, without, &mut text, &mut budget)?;
    Some(text)
}

fn write_canonical(node: Node<'_>, without: &[&str], text: &mut String, budget: &mut usize) -> Option<()> {
    *budget = budget.checked_sub(1)?;
    if node.is_open() || node.is_unknown() {
        return None;
    }
    match node.kind() {
        Kind::Scalar(Scalar::String) => text.push_str(&format!("{:?}", node.as_text()?)),
        Kind::Scalar(Scalar::Boolean(value)) => text.push_str(&value.to_string()),
        Kind::Scalar(Scalar::Integer(value)) => text.push_str(&value.to_string()),
        Kind::Scalar(Scalar::Float(value)) => text.push_str(&value.to_string()),
        Kind::Scalar(Scalar::Null) => text.push_str("null"),
        Kind::Sequence => {
            text.push('[');
            for item in node.items() {
                let comma = if item.index == 0 { "" } else { ", " };
                text.push_str(comma);
                write_canonical(item.value, &[], text, budget)?;
            }
            text.push(']');
        }
        Kind::Mapping => {
            let mut entries = effective_entries(node);
            entries.retain(|entry| !entry.value.is_null() && !without.contains(&label(entry)));
            entries.sort_by(|one, other| label(one).cmp(label(other)));
            text.push('{');
            for (place, entry) in entries.iter().enumerate() {
                let comma = if place == 0 { "" } else { ", " };
                text.push_str(&format!("{comma}{}: ", entry.key.as_text()?));
                write_canonical(entry.value, &[], text, budget)?;
            }
            text.push('}');
        }
        Kind::Dangling => return None,
    }
    Some(())
}

//! The spanned model: what a document says, each part with the range of the text that says it.
//!
//! Nodes lie in one arena; [`Node`] is a cheap handle. Aliases are followed and merge keys looked through, but
//! never expanded, so a document stays as small as its text. Ranges count from the document's first byte.

use crate::Scalar;
use leastwise_text::{TextRange, TextSize};
use std::sync::Arc;

/// One document of a stream. Parsing never fails: what could not be read is in [`Document::errors`].
#[derive(Clone, Debug)]
pub struct Document {
    pub(crate) source: Arc<str>,
    pub(crate) nodes: Vec<NodeData>,
    pub(crate) root: NodeId,
    pub(crate) comments: Vec<Comment>,
    pub(crate) errors: Vec<SyntaxError>,
    pub(crate) broken: Vec<TextRange>,
    pub(crate) templates: Vec<TextRange>,
    /// Which template, or broken text, may write into which collection.
    pub(crate) writers: Vec<(NodeId, TextRange)>,
}

/// An index into [`Document::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NodeId(pub(crate) u32);

#[derive(Clone, Debug)]
pub(crate) struct NodeData {
    /// The value alone, without anchor and tag; empty where a value is left out.
    pub(crate) range: TextRange,
    pub(crate) anchor: Option<TextRange>,
    pub(crate) tag: Option<TextRange>,
    pub(crate) content: Content,
    /// Part of the value stands under a template or in broken text: nobody knows what it is.
    pub(crate) unknown: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Content {
    Scalar {
        text: Box<str>,
        style: ScalarStyle,
        meaning: Scalar,
    },
    Mapping {
        entries: Vec<EntryData>,
        style: CollectionStyle,
    },
    Sequence {
        items: Vec<ItemData>,
        style: CollectionStyle,
    },
    /// `None`: an anchor that is not there, or that holds the alias itself.
    Alias {
        target: Option<NodeId>,
    },
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct EntryData {
    pub(crate) key: NodeId,
    pub(crate) value: NodeId,
    /// From the key to the end of the value.
    pub(crate) range: TextRange,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct ItemData {
    pub(crate) value: NodeId,
    /// From the dash, or the value in flow style, to the end of the value.
    pub(crate) range: TextRange,
}

impl NodeData {
    /// Moves the ranges of entries or items.
    pub(crate) fn place_parts(&mut self, place: impl Fn(TextRange) -> TextRange) {
        match &mut self.content {
            Content::Mapping { entries, .. } => {
                entries.iter_mut().for_each(|entry| entry.range = place(entry.range));
            }
            Content::Sequence { items, .. } => {
                items.iter_mut().for_each(|item| item.range = place(item.range))
            }
            Content::Scalar { .. } | Content::Alias { .. } => {}
        }
    }
}

/// How a mapping or sequence is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CollectionStyle {
    /// By indentation.
    Block,
    /// In `{}` or `[]`.
    Flow,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes; also an empty value.
    Plain,
    /// In `'`.
    SingleQuoted,
    /// In `"`.
    DoubleQuoted,
    /// After `|`.
    Literal,
    /// After `>`.
    Folded,
}

/// A comment, from its `#` to the end of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Where it stands.
    pub range: TextRange,
    /// Nothing but blanks stands before it on its line.
    pub alone: bool,
}

/// Text that is not YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The nearest known place.
    pub range: TextRange,
    /// What is wrong, in words.
    pub message: String,
}

impl Document {
    /// The text as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The text of `range`; empty where it does not lie within the document.
    pub fn text(&self, range: TextRange) -> &str {
        self.source.get(usize::from(range.start())..usize::from(range.end())).unwrap_or_default()
    }

    /// The outermost node; an empty scalar when the document says nothing.
    pub fn root(&self) -> Node<'_> {
        self.node(self.root)
    }

    /// The comments in order.
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// What is not YAML. Empty for a well-formed document, and for one whose only oddity are templates.
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }

    /// Regions that could not be read as they stand, and were mended or left out on a copy. Nothing may be
    /// reported inside them.
    pub fn broken(&self) -> &[TextRange] {
        &self.broken
    }

    /// Template actions (`{{ … }}`) and conflict markers.
    pub fn templates(&self) -> &[TextRange] {
        &self.templates
    }

    /// The same document where every mapping and sequence may hold more than is written: part of something whose rest
    /// stands elsewhere.
    #[must_use]
    pub fn as_part(&self) -> Self {
        let mut part = self.clone();
        let is_collection =
            |node: &&mut NodeData| matches!(node.content, Content::Mapping { .. } | Content::Sequence { .. });
        part.nodes.iter_mut().filter(is_collection).for_each(|node| node.unknown = true);
        part
    }

    /// Whether a template decides in `range` what is there: what stands before and after need not be there together.
    pub fn branches_in(&self, range: TextRange) -> bool {
        const BRANCHING: [&str; 6] = ["if", "else", "end", "range", "with", "block"];
        let inside = self.templates.iter().filter(|template| range.contains_range(**template));
        inside.into_iter().any(|template| {
            let action = self.text(*template).trim_start_matches(['{', '-']).trim_start();
            let word = action.split(|char: char| !char.is_alphanumeric()).next().unwrap_or_default();
            BRANCHING.contains(&word)
        })
    }

    /// Whether `range` touches a region where nothing may be reported.
    pub fn is_broken(&self, range: TextRange) -> bool {
        self.broken.iter().any(|broken| broken.intersect(range).is_some())
    }

    /// The mappings and sequences of one style.
    pub(crate) fn collections(&self, wanted: CollectionStyle) -> impl Iterator<Item = Node<'_>> {
        self.nodes_where(move |data| match data.content {
            Content::Mapping { style, .. } | Content::Sequence { style, .. } => style == wanted,
            Content::Scalar { .. } | Content::Alias { .. } => false,
        })
    }

    /// The nodes in `range` that define an anchor.
    pub(crate) fn anchors_in(&self, range: TextRange) -> impl Iterator<Item = Node<'_>> {
        self.nodes_where(move |data| data.anchor.is_some_and(|anchor| range.contains_range(anchor)))
    }

    fn nodes_where(&self, wanted: impl Fn(&NodeData) -> bool) -> impl Iterator<Item = Node<'_>> {
        (0..).map(NodeId).zip(&self.nodes).filter(move |(_, data)| wanted(data)).map(|(id, _)| self.node(id))
    }

    fn node(&self, id: NodeId) -> Node<'_> {
        Node { document: self, id }
    }
}

/// A handle on one node of a document.
#[derive(Clone, Copy, Debug)]
pub struct Node<'d> {
    document: &'d Document,
    id: NodeId,
}

/// What a node is, its alias followed.
#[derive(Clone, Copy, Debug)]
pub enum Kind<'d> {
    /// A scalar.
    Scalar(&'d Scalar),
    /// A mapping.
    Mapping,
    /// A sequence.
    Sequence,
    /// An alias without a usable anchor.
    Dangling,
}

/// One key and its value.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'d> {
    /// The key.
    pub key: Node<'d>,
    /// The value; an empty scalar when it is left out.
    pub value: Node<'d>,
    /// From the key to the end of the value.
    pub range: TextRange,
    /// It stands in another mapping and came through an alias or a merge key.
    pub borrowed: bool,
}

/// One item of a sequence.
#[derive(Clone, Copy, Debug)]
pub struct Item<'d> {
    /// Its zero-based place.
    pub index: usize,
    /// The value; an empty scalar when it is left out.
    pub value: Node<'d>,
    /// From the dash, or the value in flow style, to the end of the value.
    pub range: TextRange,
}

/// The answer to a look-up of a key. Absence is only claimed where the whole mapping is known.
#[derive(Clone, Copy, Debug)]
pub enum Field<'d> {
    /// The key is there, perhaps with an empty value.
    Present(Entry<'d>),
    /// The key is not there.
    Absent,
    /// A template, broken text or a value of another type hides the answer.
    Unknown,
}

impl<'d> Field<'d> {
    /// The entry, when the key is there.
    pub fn entry(self) -> Option<Entry<'d>> {
        match self {
            Self::Present(entry) => Some(entry),
            Self::Absent | Self::Unknown => None,
        }
    }

    /// The value, when the key is there.
    pub fn value(self) -> Option<Node<'d>> {
        self.entry().map(|entry| entry.value)
    }
}

impl<'d> Node<'d> {
    /// The document it belongs to.
    pub fn document(self) -> &'d Document {
        self.document
    }

    /// The range of the value without anchor and tag; of the alias for an alias; empty where a value is left out.
    pub fn range(self) -> TextRange {
        self.data().range
    }

    /// Whether an alias stands here.
    pub fn is_alias(self) -> bool {
        matches!(self.data().content, Content::Alias { .. })
    }

    /// Where an anchor is defined on this node.
    pub fn anchor(self) -> Option<TextRange> {
        self.data().anchor
    }

    /// Where a tag stands on this node.
    pub fn tag(self) -> Option<TextRange> {
        self.data().tag
    }

    /// What this is, an alias followed.
    pub fn kind(self) -> Kind<'d> {
        match &self.resolved().data().content {
            Content::Scalar { meaning, .. } => Kind::Scalar(meaning),
            Content::Mapping { .. } => Kind::Mapping,
            Content::Sequence { .. } => Kind::Sequence,
            Content::Alias { .. } => Kind::Dangling,
        }
    }

    /// Whether the value stands (in part) under a template or in broken text, or is a dangling alias.
    /// Of a collection this says nothing about its parts; ask them, or [`Node::get`].
    pub fn is_unknown(self) -> bool {
        let node = self.resolved();
        match node.data().content {
            Content::Scalar { .. } => node.data().unknown,
            Content::Alias { .. } => true,
            Content::Mapping { .. } | Content::Sequence { .. } => false,
        }
    }

    /// Whether a mapping or sequence may hold more than is written, because a template stands in it.
    pub fn is_open(self) -> bool {
        let node = self.resolved();
        matches!(node.data().content, Content::Mapping { .. } | Content::Sequence { .. })
            && node.data().unknown
    }

    /// Where templates, or broken text, stand that may write into this mapping or sequence.
    pub fn writers(self) -> impl Iterator<Item = TextRange> {
        let id = self.resolved().id;
        self.document.writers.iter().filter(move |(collection, _)| *collection == id).map(|(_, range)| *range)
    }

    /// A known scalar's meaning; `None` for collections and for what nobody knows.
    pub fn scalar(self) -> Option<&'d Scalar> {
        match self.kind() {
            Kind::Scalar(scalar) if !self.is_unknown() => Some(scalar),
            _ => None,
        }
    }

    /// Whether the value is known to be null or left out, which Kubernetes takes like an absent key.
    pub fn is_null(self) -> bool {
        matches!(self.scalar(), Some(Scalar::Null))
    }

    /// A known boolean, as Kubernetes reads it.
    pub fn as_bool(self) -> Option<bool> {
        match self.scalar() {
            Some(Scalar::Boolean(value)) => Some(*value),
            _ => None,
        }
    }

    /// A known whole number, as Kubernetes reads it.
    pub fn as_integer(self) -> Option<i64> {
        match self.scalar() {
            Some(Scalar::Integer(value)) => Some(*value),
            _ => None,
        }
    }

    /// A known string, its quotes and escapes resolved. `None` for numbers, booleans and null.
    pub fn as_str(self) -> Option<&'d str> {
        match (self.scalar(), &self.resolved().data().content) {
            (Some(Scalar::String), Content::Scalar { text, .. }) => Some(text),
            _ => None,
        }
    }

    /// The text of any known scalar, its quotes and escapes resolved, whatever it means: `8080`, `true`, `web`.
    pub fn as_text(self) -> Option<&'d str> {
        match &self.resolved().data().content {
            Content::Scalar { text, .. } if !self.is_unknown() => Some(text),
            _ => None,
        }
    }

    /// How a scalar is written.
    pub fn scalar_style(self) -> Option<ScalarStyle> {
        match self.resolved().data().content {
            Content::Scalar { style, .. } => Some(style),
            _ => None,
        }
    }

    /// How a mapping or sequence is written.
    pub fn collection_style(self) -> Option<CollectionStyle> {
        match self.resolved().data().content {
            Content::Mapping { style, .. } | Content::Sequence { style, .. } => Some(style),
            _ => None,
        }
    }

    /// Looks a key up, through aliases and merge keys. The last of repeated keys counts, as in Kubernetes; where a
    /// template chooses between them and they say different things, nobody knows which.
    /// In a null nothing is present; in any other value that is not a mapping the answer is unknown.
    pub fn get(self, key: &str) -> Field<'d> {
        match self.kind() {
            Kind::Mapping => {
                // Nearly every look-up ends here, without following merges.
                let own = || self.resolved().own_entries(self.is_alias());
                if let Some(entry) = own().rfind(|entry| entry.key.is_key(key)) {
                    return if self.is_chosen(key, &entry) { Field::Unknown } else { Field::Present(entry) };
                }
                let mut found = None;
                let mut open = self.is_open();
                if !own().any(|entry| entry.is_merge()) {
                    return if open { Field::Unknown } else { Field::Absent };
                }
                self.each_mapping(&mut |mapping, borrowed| {
                    open |= mapping.data().unknown;
                    found =
                        found.or_else(|| mapping.own_entries(borrowed).rfind(|entry| entry.key.is_key(key)));
                });
                match found {
                    Some(entry) => Field::Present(entry),
                    None if open => Field::Unknown,
                    None => Field::Absent,
                }
            }
            Kind::Scalar(_) if self.is_null() => Field::Absent,
            _ => Field::Unknown,
        }
    }

    /// Whether a template chooses between this last entry of a key and an earlier one that says something else.
    fn is_chosen(self, key: &str, last: &Entry<'d>) -> bool {
        if self.document.templates.is_empty() {
            return false;
        }
        let written = |entry: &Entry<'_>| self.document.text(entry.value.range());
        self.resolved().own_entries(false).filter(|entry| entry.key.is_key(key)).any(|earlier| {
            earlier.range.start() < last.range.start()
                && written(&earlier) != written(last)
                && self.document.branches_in(TextRange::new(earlier.range.start(), last.range.start()))
        })
    }

    /// The entries of a mapping, those that merge keys bring after its own; a key that an earlier mapping holds
    /// is not repeated. Empty for anything else.
    pub fn entries(self) -> Vec<Entry<'d>> {
        let mut entries: Vec<Entry<'d>> = Vec::new();
        self.each_mapping(&mut |mapping, borrowed| {
            let known = entries.len();
            for entry in mapping.own_entries(borrowed).filter(|entry| !entry.is_merge()) {
                if !entries[..known].iter().any(|earlier| earlier.key.key_text() == entry.key.key_text()) {
                    entries.push(entry);
                }
            }
        });
        entries
    }

    /// The items of a sequence; none for anything else.
    pub fn items(self) -> impl Iterator<Item = Item<'d>> {
        let items: &[ItemData] = match &self.resolved().data().content {
            Content::Sequence { items, .. } => items,
            _ => &[],
        };
        items.iter().enumerate().map(move |(index, item)| Item {
            index,
            value: self.document.node(item.value),
            range: item.range,
        })
    }

    /// The first entry's key of a mapping, where a finding about the whole mapping stands; else the node itself.
    pub fn head(self) -> TextRange {
        match &self.data().content {
            Content::Mapping { entries, .. } => match entries.first() {
                Some(entry) => self.document.node(entry.key).range(),
                None => self.range(),
            },
            _ => self.range(),
        }
    }

    /// The node an alias stands for, else the node itself.
    pub fn resolved(self) -> Self {
        match self.data().content {
            Content::Alias { target: Some(target) } => self.document.node(target),
            _ => self,
        }
    }

    /// The entries as they stand in this very mapping: repeated keys and merge keys too, nothing through an alias.
    pub fn written_entries(self) -> impl DoubleEndedIterator<Item = Entry<'d>> {
        self.own_entries(false)
    }

    /// The text of a key, whatever it means; `None` for a collection as a key.
    pub fn key_text(self) -> Option<&'d str> {
        match &self.resolved().data().content {
            Content::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether an alias stands for this very node.
    pub(crate) fn is_shared(self) -> bool {
        self.anchor().is_some()
            && self.document.nodes.iter().any(
                |node| matches!(node.content, Content::Alias { target: Some(target) } if target == self.id),
            )
    }

    pub(crate) fn content(self) -> &'d Content {
        &self.data().content
    }

    fn is_key(self, key: &str) -> bool {
        self.key_text() == Some(key) && !self.is_unknown()
    }

    fn own_entries(self, borrowed: bool) -> impl DoubleEndedIterator<Item = Entry<'d>> {
        let entries: &[EntryData] = match &self.data().content {
            Content::Mapping { entries, .. } => entries,
            _ => &[],
        };
        let node = move |id| self.document.node(id);
        entries.iter().map(move |entry| Entry {
            key: node(entry.key),
            value: node(entry.value),
            range: entry.range,
            borrowed,
        })
    }

    /// Visits this mapping, then those its merge keys bring, in the order in which a key counts.
    fn each_mapping(self, visit: &mut dyn FnMut(Self, bool)) {
        // Enough for anchors that people write; a chain of merges longer than this is an attack.
        const BUDGET: usize = 64;
        let mut pending = vec![(self.resolved(), self.is_alias())];
        let mut visited: Vec<NodeId> = Vec::new();
        while let Some((mapping, borrowed)) = pending.pop() {
            if visited.len() == BUDGET || visited.contains(&mapping.id) {
                continue;
            }
            visited.push(mapping.id);
            visit(mapping, borrowed);
            for merge in mapping.own_entries(borrowed).filter(Entry::is_merge).rev() {
                match merge.value.kind() {
                    Kind::Sequence => {
                        let items: Vec<_> = merge.value.items().collect();
                        pending.extend(items.iter().rev().map(|item| (item.value.resolved(), true)));
                    }
                    _ => pending.push((merge.value.resolved(), true)),
                }
            }
        }
    }

    fn data(self) -> &'d NodeData {
        &self.document.nodes[self.id.0 as usize]
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.document, other.document) && self.id == other.id
    }
}

impl Entry<'_> {
    /// A plain `<<`, which Kubernetes' reader takes as a merge.
    fn is_merge(&self) -> bool {
        self.key.key_text() == Some("<<") && self.key.scalar_style() == Some(ScalarStyle::Plain)
    }
}

/// The documents of one text, in order.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    pub(crate) documents: Vec<PlacedDocument>,
}

/// A document and where it begins.
#[derive(Clone, Debug)]
pub struct PlacedDocument {
    /// The offset of the document's first byte in the text.
    pub offset: TextSize,
    /// The document; shared with an earlier [`Stream`] when its text did not change.
    pub document: Arc<Document>,
}

impl Stream {
    /// The documents in order.
    pub fn documents(&self) -> &[PlacedDocument] {
        &self.documents
    }

    /// The document that holds `offset`, with its index.
    pub fn document_at(&self, offset: TextSize) -> Option<(usize, &PlacedDocument)> {
        let index = self.documents.iter().rposition(|placed| placed.offset <= offset)?;
        Some((index, &self.documents[index]))
    }
}

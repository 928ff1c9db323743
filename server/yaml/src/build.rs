//! From tree-sitter's lossless tree to the spanned model.
//!
//! The walk keeps its own stack: twenty thousand nested brackets are text like any other. Where the tree is known
//! to give inexact ends (a collection whose last value is empty, block scalars), the end is taken from the last
//! part that says something.

mod long;

use crate::decode;
use crate::lines::{is_blank, line_start, lines};
use crate::model::{CollectionStyle, Comment, Content, EntryData, ItemData, NodeData, NodeId, ScalarStyle};
use crate::scalar::Scalar;
use leastwise_text::{TextRange, TextSize};
use std::collections::HashMap;
use std::ops::Range;
use tree_sitter::{Parser, Tree, TreeCursor};

/// What the tree holds, with ranges in the parsed text.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) nodes: Vec<NodeData>,
    pub(crate) root: NodeId,
    pub(crate) comments: Vec<Comment>,
    /// What the grammar could not read.
    pub(crate) unread: Vec<Range<usize>>,
}

/// Parses and builds one document.
pub(crate) fn build(text: &str) -> Built {
    let mut builder = Builder {
        text,
        base: 0,
        nodes: Vec::new(),
        comments: Vec::new(),
        anchors: HashMap::new(),
        unread: Vec::new(),
        own_core_tags: false,
        frames: Vec::new(),
        root: None,
    };
    if lines(text).nth(long::LIMIT).is_none() {
        builder.read(text, 0);
    } else {
        builder.read_long();
    }
    let root = match builder.root {
        Some(part) => part.id,
        None => builder.empty(text.len()).id,
    };
    Built { nodes: builder.nodes, root, comments: builder.comments, unread: builder.unread }
}

fn parse(text: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_yaml::LANGUAGE.into()).ok()?;
    parser.parse(text, None)
}

/// A finished node and where it stands, its anchor and tag included.
#[derive(Clone, Copy, Debug)]
struct Part {
    id: NodeId,
    start: usize,
    end: usize,
}

/// A node of the tree whose children are being visited.
#[derive(Debug)]
enum Frame {
    /// A stream or document: its first value is the root.
    Outer,
    /// A value with its anchor and tag.
    Value {
        start: usize,
        end: usize,
        anchor: Option<Range<usize>>,
        tag: Option<Range<usize>>,
        content: Option<Part>,
    },
    Mapping {
        style: CollectionStyle,
        range: Range<usize>,
        entries: Vec<EntryData>,
    },
    Sequence {
        style: CollectionStyle,
        range: Range<usize>,
        items: Vec<ItemData>,
    },
    Pair {
        start: usize,
        key: Option<Part>,
        colon: Option<usize>,
        value: Option<Part>,
    },
    Item {
        start: usize,
        end: usize,
        value: Option<Part>,
    },
    /// Text that the grammar could not read; only comments are taken from it.
    Unread,
    /// A part of a long text that is read by itself.
    Part {
        value: Option<Part>,
    },
}

struct Builder<'t> {
    text: &'t str,
    /// Where in the text the part begins that is being read.
    base: usize,
    nodes: Vec<NodeData>,
    comments: Vec<Comment>,
    /// The latest node of each anchor; `None` while it is being read, for an alias within its own anchor.
    anchors: HashMap<&'t str, Option<NodeId>>,
    unread: Vec<Range<usize>>,
    /// A directive gives `!!` another meaning.
    own_core_tags: bool,
    frames: Vec<Frame>,
    root: Option<Part>,
}

impl Builder<'_> {
    /// Reads `part`, which is the text from `base` on; its first value goes to the frame that waits for it, or is
    /// the root.
    fn read(&mut self, part: &str, base: usize) {
        self.base = base;
        match parse(part) {
            Some(tree) => self.walk(&mut tree.walk()),
            None => self.unread.push(base..base + part.len()),
        }
    }

    fn walk(&mut self, cursor: &mut TreeCursor<'_>) {
        loop {
            if self.enter(cursor) && cursor.goto_first_child() {
                continue;
            }
            // `enter` left a frame for every node with parts, even where the tree has no child below it.
            if self.is_open(cursor) {
                self.leave();
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
                self.leave();
            }
        }
    }

    fn is_open(&self, cursor: &TreeCursor<'_>) -> bool {
        frame_kind(cursor.node().kind()).is_some() || cursor.node().is_error()
    }

    /// Takes a leaf, or opens a frame and answers that the children are wanted.
    fn enter(&mut self, cursor: &TreeCursor<'_>) -> bool {
        let node = cursor.node();
        let range = node.start_byte() + self.base..node.end_byte() + self.base;
        if node.is_error() {
            self.unread.push(range);
            self.frames.push(Frame::Unread);
            return true;
        }
        if node.is_missing() {
            self.unread.push(range.clone());
        }
        if let Some(kind) = frame_kind(node.kind()) {
            self.frames.push(match kind {
                FrameKind::Outer => Frame::Outer,
                FrameKind::Value => Frame::Value {
                    start: range.start,
                    end: range.start,
                    anchor: None,
                    tag: None,
                    content: None,
                },
                FrameKind::Mapping(style) => Frame::Mapping { style, range, entries: Vec::new() },
                FrameKind::Sequence(style) => Frame::Sequence { style, range, items: Vec::new() },
                FrameKind::Pair => Frame::Pair { start: range.start, key: None, colon: None, value: None },
                FrameKind::Item => Frame::Item { start: range.start, end: range.start, value: None },
            });
            return true;
        }
        self.leaf(node.kind(), range);
        false
    }

    fn leaf(&mut self, kind: &str, range: Range<usize>) {
        if kind == "comment" {
            let start = line_start(self.text, range.start);
            let alone = self.text[start..range.start].bytes().all(is_blank);
            self.comments.push(Comment { range: text_range(range), alone });
            return;
        }
        if matches!(self.frames.last(), Some(Frame::Unread)) {
            return;
        }
        match kind {
            // `!!int` is then someone else's.
            "tag_directive" => self.own_core_tags |= self.text[range].starts_with("%TAG !! "),
            "anchor" | "tag" => self.property(kind, range),
            "alias" => {
                let target = self.anchors.get(&self.text[range.start + 1..range.end]).copied().flatten();
                let id = self.push(range.clone(), Content::Alias { target });
                self.add(Part { id, start: range.start, end: range.end });
            }
            "plain_scalar" => {
                let text = decode::plain(&self.text[range.clone()]).into_owned();
                let meaning = Scalar::of_plain(&text);
                self.scalar(range, text, ScalarStyle::Plain, meaning);
            }
            "single_quote_scalar" => {
                let text = decode::single_quoted(self.between_quotes(&range)).into_owned();
                self.scalar(range, text, ScalarStyle::SingleQuoted, Scalar::String);
            }
            "double_quote_scalar" => {
                let text = decode::double_quoted(self.between_quotes(&range)).into_owned();
                self.scalar(range, text, ScalarStyle::DoubleQuoted, Scalar::String);
            }
            "block_scalar" => {
                let block = decode::block(self.text, range.start, self.block_column());
                let style = if block.folded { ScalarStyle::Folded } else { ScalarStyle::Literal };
                self.scalar(block.range, block.text, style, Scalar::String);
            }
            ":" => {
                if let Some(Frame::Pair { colon, .. }) = self.frames.last_mut() {
                    *colon = Some(range.end);
                }
            }
            "-" => {
                if let Some(Frame::Item { end, .. }) = self.frames.last_mut() {
                    *end = range.end;
                }
            }
            _ => {}
        }
    }

    fn between_quotes(&self, range: &Range<usize>) -> &str {
        self.text.get(range.start + 1..range.end - 1).unwrap_or_default()
    }

    fn property(&mut self, kind: &str, range: Range<usize>) {
        let name = &self.text[range.start + 1..range.end];
        if let Some(Frame::Value { end, anchor, tag, .. }) = self.frames.last_mut() {
            *end = range.end;
            if kind == "anchor" {
                self.anchors.insert(name, None);
                *anchor = Some(range);
            } else {
                *tag = Some(range);
            }
        }
    }

    fn scalar(&mut self, range: Range<usize>, text: String, style: ScalarStyle, meaning: Scalar) {
        let content = Content::Scalar { text: text.into(), style, meaning };
        let id = self.push(range.clone(), content);
        self.add(Part { id, start: range.start, end: range.end });
    }

    /// The column of the block collection that holds the present place.
    fn block_column(&self) -> Option<usize> {
        self.frames.iter().rev().find_map(|frame| match frame {
            Frame::Mapping { style: CollectionStyle::Block, range, .. }
            | Frame::Sequence { style: CollectionStyle::Block, range, .. } => {
                Some(range.start - line_start(self.text, range.start))
            }
            _ => None,
        })
    }

    /// Closes the innermost frame and gives what it holds to the one around it.
    fn leave(&mut self) {
        match self.frames.pop() {
            Some(Frame::Value { start, end, anchor, tag, content }) => {
                let part = content.unwrap_or_else(|| self.empty(end));
                self.describe(part.id, anchor, tag);
                self.add(Part { id: part.id, start, end: part.end.max(end) });
            }
            Some(Frame::Mapping { style, mut range, entries }) => {
                if let (CollectionStyle::Block, Some(last)) = (style, entries.last()) {
                    range.end = last.range.end().into();
                }
                let id = self.push(range.clone(), Content::Mapping { entries, style });
                self.add(Part { id, start: range.start, end: range.end });
            }
            Some(Frame::Sequence { style, mut range, items }) => {
                if let (CollectionStyle::Block, Some(last)) = (style, items.last()) {
                    range.end = last.range.end().into();
                }
                let id = self.push(range.clone(), Content::Sequence { items, style });
                self.add(Part { id, start: range.start, end: range.end });
            }
            Some(Frame::Pair { start, key, colon, value }) => {
                let key = key.unwrap_or_else(|| self.empty(start));
                let colon = colon.unwrap_or(key.end);
                let value = value.unwrap_or_else(|| self.empty(colon));
                self.add_entry(start, key, value, colon);
            }
            Some(Frame::Item { start, end, value }) => {
                let value = value.unwrap_or_else(|| self.empty(end));
                let range = text_range(start..value.end.max(end));
                if let Some(Frame::Sequence { items, .. }) = self.frames.last_mut() {
                    items.push(ItemData { value: value.id, range });
                }
            }
            Some(Frame::Outer | Frame::Unread | Frame::Part { .. }) | None => {}
        }
    }

    fn add_entry(&mut self, start: usize, key: Part, value: Part, colon: usize) {
        let end = value.end.max(colon);
        let entry = EntryData { key: key.id, value: value.id, range: text_range(start..end) };
        match self.frames.last_mut() {
            Some(Frame::Mapping { entries, .. }) => entries.push(entry),
            // `[a: b]`: a mapping of one pair.
            Some(Frame::Sequence { .. }) => {
                let content = Content::Mapping { entries: vec![entry], style: CollectionStyle::Flow };
                let id = self.push(start..end, content);
                self.add(Part { id, start, end });
            }
            _ => {}
        }
    }

    /// Gives a finished value to the frame that waits for it.
    fn add(&mut self, part: Part) {
        match self.frames.last_mut() {
            Some(Frame::Outer) => {
                match self.frames.iter_mut().rev().find(|frame| !matches!(frame, Frame::Outer)) {
                    Some(Frame::Part { value }) => *value = value.or(Some(part)),
                    _ => self.root = self.root.or(Some(part)),
                }
            }
            Some(Frame::Value { content, .. }) => *content = Some(part),
            Some(Frame::Pair { key, colon, value, .. }) => {
                // The grammar names the fields, but a colon between them says the same.
                if colon.is_some() { *value = Some(part) } else { *key = Some(part) }
            }
            Some(Frame::Item { value, .. }) => *value = Some(part),
            Some(Frame::Sequence { items, .. }) => {
                items.push(ItemData { value: part.id, range: text_range(part.start..part.end) });
            }
            // `{a, b: c}`: a key without a value.
            Some(Frame::Mapping { .. }) => {
                let value = self.empty(part.end);
                self.add_entry(part.start, part, value, part.end);
            }
            Some(Frame::Unread | Frame::Part { .. }) | None => {}
        }
    }

    fn describe(&mut self, id: NodeId, anchor: Option<Range<usize>>, tag: Option<Range<usize>>) {
        if let Some(range) = &anchor {
            self.anchors.insert(&self.text[range.start + 1..range.end], Some(id));
        }
        let node = &mut self.nodes[id.0 as usize];
        node.anchor = anchor.map(text_range);
        if let (Some(range), Content::Scalar { text, meaning, .. }) = (&tag, &mut node.content) {
            let written = &self.text[range.clone()];
            let name = if self.own_core_tags && written.starts_with("!!") { "!" } else { written };
            match Scalar::of_tagged(name, text) {
                Some(tagged) => *meaning = tagged,
                None => node.unknown = true,
            }
            // Bytes in base64, which are not the text that stands here.
            node.unknown |= crate::scalar::core_tag(name) == Some("binary");
        }
        node.tag = tag.map(text_range);
    }

    fn empty(&mut self, at: usize) -> Part {
        let content = Content::Scalar { text: "".into(), style: ScalarStyle::Plain, meaning: Scalar::Null };
        Part { id: self.push(at..at, content), start: at, end: at }
    }

    fn push(&mut self, range: Range<usize>, content: Content) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(NodeData {
            range: text_range(range),
            anchor: None,
            tag: None,
            content,
            unknown: false,
        });
        id
    }
}

enum FrameKind {
    Outer,
    Value,
    Mapping(CollectionStyle),
    Sequence(CollectionStyle),
    Pair,
    Item,
}

fn frame_kind(kind: &str) -> Option<FrameKind> {
    Some(match kind {
        "stream" | "document" => FrameKind::Outer,
        "block_node" | "flow_node" => FrameKind::Value,
        "block_mapping" => FrameKind::Mapping(CollectionStyle::Block),
        "flow_mapping" => FrameKind::Mapping(CollectionStyle::Flow),
        "block_sequence" => FrameKind::Sequence(CollectionStyle::Block),
        "flow_sequence" => FrameKind::Sequence(CollectionStyle::Flow),
        "block_mapping_pair" | "flow_pair" => FrameKind::Pair,
        "block_sequence_item" => FrameKind::Item,
        _ => return None,
    })
}

/// Texts are at most 4 GiB long: longer ones are refused where files are read.
pub(crate) fn text_range(range: Range<usize>) -> TextRange {
    let size = |offset: usize| TextSize::new(u32::try_from(offset).unwrap_or(u32::MAX));
    TextRange::new(size(range.start), size(range.end))
}

//! From the events of the strict reader to the spanned model.
//!
//! yaml-rust2 says what a text holds, but not exactly where: its markers count characters, drift, and give no ends,
//! no comments, no anchors, no tags. So a cursor goes through the text in step with the events. Between two of them
//! stand only blanks, comments and indicators, and every token shows its own end; whatever the cursor finds instead
//! is a disagreement, and then nothing is claimed about the document.

use crate::decode;
use crate::lines::{is_blank, is_break, line_end, line_start};
use crate::model::{CollectionStyle, Comment, Content, EntryData, ItemData, NodeData, NodeId, ScalarStyle};
use crate::scalar::{Scalar, core_tag};
use crate::split::is_marker;
use crate::strict::Events;
use leastwise_text::{TextRange, TextSize};
use std::collections::HashMap;
use std::ops::Range;
use yaml_rust2::Event;
use yaml_rust2::scanner::TScalarStyle;

/// What a text holds, with ranges in it.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) nodes: Vec<NodeData>,
    pub(crate) root: NodeId,
    pub(crate) comments: Vec<Comment>,
    /// The place where the text and its events disagree.
    pub(crate) lost: Option<usize>,
}

/// Places the events of `text`.
pub(crate) fn build(text: &str, events: &Events) -> Built {
    let mut builder = Builder::new(text);
    let mut lost = None;
    for index in 0..events.len() {
        if builder.place(&events[index..]).is_none() {
            lost = Some(builder.at);
            break;
        }
    }
    if lost.is_some() {
        // Half a story is none.
        builder = Builder::new(text);
    }
    builder.skip();
    let root = match builder.root {
        Some(part) => part.id,
        None => builder.empty(text.len()).id,
    };
    Built { nodes: builder.nodes, root, comments: builder.comments, lost }
}

/// A finished node and where it stands, its anchor and tag included.
#[derive(Clone, Copy, Debug)]
struct Part {
    id: NodeId,
    start: usize,
    end: usize,
}

/// What stands before a value.
#[derive(Clone, Debug, Default)]
struct Properties {
    anchor: Option<Range<usize>>,
    tag: Option<Range<usize>>,
}

/// A mapping or sequence that has begun.
#[derive(Debug)]
struct Frame {
    layout: Layout,
    /// Where the node begins with its properties, and where without them.
    node_start: usize,
    start: Option<usize>,
    properties: Properties,
    parts: Parts,
}

#[derive(Debug)]
enum Parts {
    Mapping {
        entries: Vec<EntryData>,
        /// The start of the entry, its key, and the end of its colon.
        pending: Option<Pending>,
    },
    Sequence {
        items: Vec<ItemData>,
        dash: Range<usize>,
    },
}

#[derive(Clone, Copy, Debug)]
struct Pending {
    start: usize,
    key: Option<Part>,
    colon: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    Block,
    Brackets,
    /// `[a: b]`: a mapping of one pair, without braces.
    Pair,
}

struct Builder<'t> {
    text: &'t str,
    /// The end of what has been placed.
    at: usize,
    nodes: Vec<NodeData>,
    comments: Vec<Comment>,
    /// The latest node of each anchor; `None` while it is being read, for an alias within its own anchor.
    anchors: HashMap<&'t str, Option<NodeId>>,
    /// A directive gives `!!` another meaning.
    own_core_tags: bool,
    frames: Vec<Frame>,
    root: Option<Part>,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            nodes: Vec::new(),
            comments: Vec::new(),
            anchors: HashMap::new(),
            own_core_tags: false,
            frames: Vec::new(),
            root: None,
        }
    }

    /// Places the first of `events`; `None` when the text does not show it.
    fn place(&mut self, events: &[Event]) -> Option<()> {
        match events.first()? {
            Event::Nothing | Event::StreamStart => {}
            Event::StreamEnd => {
                self.skip();
                (self.at == self.text.len()).then_some(())?;
            }
            Event::DocumentStart => self.document_start(),
            Event::DocumentEnd => {
                self.skip();
                if self.is_at_marker("...") {
                    self.at += 3;
                }
            }
            Event::Alias(_) => self.alias()?,
            Event::Scalar(text, style, anchor, tag) => {
                let slot = self.slot()?;
                if text.is_empty() && *style == TScalarStyle::Plain {
                    self.empty_value(slot, *anchor > 0, tag.is_some())?;
                } else {
                    self.scalar(text, *style, *anchor > 0, tag.is_some())?;
                }
            }
            Event::SequenceStart(anchor, tag) => {
                self.slot()?;
                let (node_start, properties) = self.properties(*anchor > 0, tag.is_some())?;
                self.skip();
                let layout = if self.byte() == Some(b'[') { Layout::Brackets } else { Layout::Block };
                let parts = Parts::Sequence { items: Vec::new(), dash: 0..0 };
                self.begin(layout, node_start, properties, parts);
            }
            Event::MappingStart(anchor, tag) => {
                self.slot()?;
                let (node_start, properties) = self.properties(*anchor > 0, tag.is_some())?;
                self.skip();
                let layout = self.mapping_layout(events);
                let parts = Parts::Mapping { entries: Vec::new(), pending: None };
                self.begin(layout, node_start, properties, parts);
            }
            Event::SequenceEnd | Event::MappingEnd => self.end()?,
        }
        Some(())
    }

    /// Stray `...`, directives and the `---`.
    fn document_start(&mut self) {
        loop {
            self.skip();
            if self.is_at_marker("...") {
                self.at += 3;
                continue;
            }
            if !self.rest().starts_with('%') || self.at != line_start(self.text, self.at) {
                break;
            }
            self.own_core_tags |= self.rest().starts_with("%TAG !! ");
            let end = line_end(self.text, self.at);
            // A comment may follow the directive.
            let comment = self.text[self.at..end].find(" #").map(|found| self.at + found + 1);
            self.at = comment.unwrap_or(end);
        }
        if self.is_at_marker("---") {
            self.at += 3;
        }
    }

    fn is_at_marker(&self, marker: &str) -> bool {
        let end = line_end(self.text, self.at);
        self.at == line_start(self.text, self.at) && is_marker(&self.text[self.at..end], marker)
    }

    /// Goes to where the next value must stand: past the comma, `?`, `:` or `-` before it. The answer is the place
    /// of a value that is left out.
    fn slot(&mut self) -> Option<usize> {
        let after = self.at;
        self.skip();
        let Some(mut frame) = self.frames.pop() else { return Some(after) };
        let column = frame.start.map(|start| self.column(start));
        let slot = match &mut frame.parts {
            Parts::Mapping { pending: Some(pending), .. } => {
                let key_end = pending.key?.end;
                let own_line = self.text[line_start(self.text, self.at)..self.at].bytes().all(is_blank);
                // In `? ? a` the `:` on the next line may belong to either.
                let is_own =
                    frame.layout != Layout::Block || !own_line || column == Some(self.column(self.at));
                if is_own && self.is_at_colon(frame.layout, after) {
                    self.at += 1;
                    pending.colon = Some(self.at);
                    self.at
                } else {
                    key_end
                }
            }
            Parts::Mapping { pending, .. } => {
                self.comma(frame.layout);
                frame.start.get_or_insert(self.at);
                *pending = Some(Pending { start: self.at, key: None, colon: None });
                if self.byte() == Some(b'?')
                    && self.text.as_bytes().get(self.at + 1).is_none_or(u8::is_ascii_whitespace)
                {
                    self.at += 1;
                }
                self.at
            }
            Parts::Sequence { dash, .. } => {
                self.comma(frame.layout);
                frame.start.get_or_insert(self.at);
                let start = self.at;
                if frame.layout == Layout::Block {
                    (self.byte() == Some(b'-')).then_some(())?;
                    self.at += 1;
                }
                *dash = start..self.at;
                self.at
            }
        };
        self.frames.push(frame);
        Some(slot)
    }

    /// Whether the `:` of a value stands here, and not a text that begins with one. After a quoted or bracketed key,
    /// which ended at `after`, brackets want no blank.
    fn is_at_colon(&self, layout: Layout, after: usize) -> bool {
        let bytes = self.text.as_bytes();
        let is_closed = after > 0 && matches!(bytes[after - 1], b'"' | b'\'' | b']' | b'}');
        self.byte() == Some(b':')
            && match bytes.get(self.at + 1) {
                None => true,
                Some(next) if next.is_ascii_whitespace() => true,
                Some(next) => layout != Layout::Block && (is_closed || b",[]{}".contains(next)),
            }
    }

    fn comma(&mut self, layout: Layout) {
        if layout == Layout::Brackets && self.byte() == Some(b',') {
            self.at += 1;
            self.skip();
        }
    }

    /// Reads the anchor and tag that are there; the answer is where the node begins, with and without them.
    fn properties(&mut self, mut anchor: bool, mut tag: bool) -> Option<(usize, Properties)> {
        self.skip();
        let node_start = self.at;
        let mut properties = Properties::default();
        while anchor || tag {
            self.skip();
            let start = self.at;
            match self.byte()? {
                b'&' if anchor => {
                    self.at = self.word_end();
                    self.anchors.insert(&self.text[start + 1..self.at], None);
                    properties.anchor = Some(start..self.at);
                    anchor = false;
                }
                b'!' if tag => {
                    self.at = match self.rest().strip_prefix("!<") {
                        Some(rest) => start + 2 + rest.find('>')? + 1,
                        None => self.word_end(),
                    };
                    properties.tag = Some(start..self.at);
                    tag = false;
                }
                _ => return None,
            }
        }
        Some((node_start, properties))
    }

    /// The end of an anchor, alias or tag that begins here.
    fn word_end(&self) -> usize {
        let is_end = |char: char| char.is_ascii_whitespace() || matches!(char, ',' | '[' | ']' | '{' | '}');
        self.rest().find(is_end).map_or(self.text.len(), |end| self.at + end)
    }

    fn alias(&mut self) -> Option<()> {
        self.slot()?;
        self.skip();
        (self.byte() == Some(b'*')).then_some(())?;
        let start = self.at;
        self.at = self.word_end();
        let target = self.anchors.get(&self.text[start + 1..self.at]).copied().flatten();
        let id = self.push(start..self.at, Content::Alias { target });
        self.give(Part { id, start, end: self.at })
    }

    /// A value that is left out, at `slot` or after its properties.
    fn empty_value(&mut self, slot: usize, anchor: bool, tag: bool) -> Option<()> {
        let (start, place, properties) = if anchor || tag {
            let (start, properties) = self.properties(anchor, tag)?;
            (start, self.at, properties)
        } else {
            (slot, slot, Properties::default())
        };
        let part = self.empty(place);
        self.describe(part.id, properties);
        self.give(Part { start, ..part })
    }

    fn scalar(&mut self, text: &str, style: TScalarStyle, anchor: bool, tag: bool) -> Option<()> {
        let (node_start, properties) = self.properties(anchor, tag)?;
        self.skip();
        let start = self.at;
        let (content, style) = match style {
            TScalarStyle::Plain => {
                self.at = plain_end(self.text, start, text)?;
                (decode::plain(&self.text[start..self.at]).into_owned(), ScalarStyle::Plain)
            }
            TScalarStyle::SingleQuoted => {
                let quoted = self.quoted('\'')?;
                (decode::single_quoted(quoted).into_owned(), ScalarStyle::SingleQuoted)
            }
            TScalarStyle::DoubleQuoted => {
                let quoted = self.quoted('"')?;
                (decode::double_quoted(quoted).into_owned(), ScalarStyle::DoubleQuoted)
            }
            TScalarStyle::Literal | TScalarStyle::Folded => {
                matches!(self.byte(), Some(b'|' | b'>')).then_some(())?;
                let block = decode::block(self.text, start, self.block_column());
                self.header_comment(start, &block.range);
                self.at = block.range.end;
                (block.text, if block.folded { ScalarStyle::Folded } else { ScalarStyle::Literal })
            }
        };
        let meaning = if style == ScalarStyle::Plain { Scalar::of_plain(&content) } else { Scalar::String };
        let id = self.push(start..self.at, Content::Scalar { text: content.into(), style, meaning });
        self.describe(id, properties);
        self.give(Part { id, start: node_start, end: self.at })
    }

    /// Goes past a quoted scalar; the answer is what stands between the quotes.
    fn quoted(&mut self, quote: char) -> Option<&'t str> {
        let start = self.at;
        self.rest().starts_with(quote).then_some(())?;
        let length = decode::closing_quote(self.rest(), quote)?;
        self.at = start + length + 1;
        Some(&self.text[start + 1..start + length])
    }

    /// The comment behind a `|`, when the text of the scalar follows below.
    fn header_comment(&mut self, start: usize, block: &Range<usize>) {
        let end = line_end(self.text, start);
        if block.end > end
            && let Some(found) = self.text[start..end].find('#')
        {
            self.comments.push(Comment { range: text_range(start + found..end), alone: false });
        }
    }

    /// The column of the block collection that holds the present place.
    fn block_column(&self) -> Option<usize> {
        let frame = self.frames.iter().rev().find(|frame| frame.layout == Layout::Block)?;
        frame.start.map(|start| self.column(start))
    }

    /// Whether the mapping that begins `events` stands in braces. A block mapping, and a pair in brackets, may begin
    /// with a key in braces: then more mappings begin here than braces.
    fn mapping_layout(&self, events: &[Event]) -> Layout {
        let mappings = events.iter().take_while(|event| matches!(event, Event::MappingStart(..))).count();
        let is_indicator = |char: &char| matches!(char, '{' | '?') || char.is_ascii_whitespace();
        let braces = self.rest().chars().take_while(is_indicator).filter(|char| *char == '{').count();
        let in_sequence = self.frames.last().is_some_and(|frame| {
            frame.layout == Layout::Brackets && matches!(frame.parts, Parts::Sequence { .. })
        });
        if self.byte() == Some(b'{') && mappings <= braces {
            Layout::Brackets
        } else if in_sequence {
            Layout::Pair
        } else {
            Layout::Block
        }
    }

    fn begin(&mut self, layout: Layout, node_start: usize, properties: Properties, parts: Parts) {
        let mut start = None;
        if layout == Layout::Brackets {
            start = Some(self.at);
            self.at += 1;
        }
        self.frames.push(Frame { layout, node_start, start, properties, parts });
    }

    /// Closes the innermost collection and gives it to the one around it.
    fn end(&mut self) -> Option<()> {
        let mut frame = self.frames.pop()?;
        let is_mapping = matches!(frame.parts, Parts::Mapping { .. });
        if frame.layout == Layout::Brackets {
            self.skip();
            self.comma(frame.layout);
            (self.byte() == Some(if is_mapping { b'}' } else { b']' })).then_some(())?;
            self.at += 1;
        }
        let style =
            if frame.layout == Layout::Block { CollectionStyle::Block } else { CollectionStyle::Flow };
        let (content, last) = match frame.parts {
            Parts::Mapping { entries, .. } => {
                let last = entries.last().map(|entry| entry.range.end());
                (Content::Mapping { entries, style }, last)
            }
            Parts::Sequence { items, .. } => {
                let last = items.last().map(|item| item.range.end());
                (Content::Sequence { items, style }, last)
            }
        };
        let start = *frame.start.get_or_insert(self.at);
        let end = if frame.layout == Layout::Brackets { self.at } else { last.map_or(start, usize::from) };
        let has_properties = frame.properties.anchor.is_some() || frame.properties.tag.is_some();
        let node_start = if has_properties { frame.node_start } else { start };
        let id = self.push(start..end, content);
        self.describe(id, frame.properties);
        self.give(Part { id, start: node_start, end })
    }

    /// Gives a finished value to what waits for it.
    fn give(&mut self, part: Part) -> Option<()> {
        let Some(frame) = self.frames.last_mut() else {
            // A second value would be a second document, which `split` has cut off.
            return self.root.replace(part).is_none().then_some(());
        };
        match &mut frame.parts {
            Parts::Sequence { items, dash } => {
                let start = if frame.layout == Layout::Block { dash.start } else { part.start };
                items.push(ItemData { value: part.id, range: text_range(start..part.end.max(dash.end)) });
            }
            Parts::Mapping { entries, pending: waiting } => {
                let pending = waiting.as_mut()?;
                match pending.key {
                    None => pending.key = Some(part),
                    Some(key) => {
                        let end = part.end.max(pending.colon.unwrap_or(key.end));
                        let range = text_range(pending.start..end);
                        entries.push(EntryData { key: key.id, value: part.id, range });
                        *waiting = None;
                    }
                }
            }
        }
        Some(())
    }

    fn describe(&mut self, id: NodeId, properties: Properties) {
        let Properties { anchor, tag } = properties;
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
            node.unknown |= core_tag(name) == Some("binary");
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

    /// Goes past blanks, line ends and comments.
    fn skip(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            let begins = self.at == 0 || bytes[self.at - 1].is_ascii_whitespace();
            if is_blank(*byte) || is_break(*byte) {
                self.at += 1;
            } else if *byte == b'#' && begins {
                let end = line_end(self.text, self.at);
                let alone = self.text[line_start(self.text, self.at)..self.at].bytes().all(is_blank);
                self.comments.push(Comment { range: text_range(self.at..end), alone });
                self.at = end;
            } else {
                break;
            }
        }
    }

    fn column(&self, at: usize) -> usize {
        at - line_start(self.text, at)
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }
}

/// The end of a plain scalar that begins at `start` and reads `content` once its lines are folded.
fn plain_end(text: &str, start: usize, content: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = start;
    let mut chars = content.chars().peekable();
    while let Some(char) = chars.next() {
        if char == ' ' || char == '\n' {
            let blanks = bytes[at..].iter().take_while(|byte| is_blank(**byte)).count();
            if char == ' ' && !bytes.get(at + blanks).is_some_and(|byte| is_break(*byte)) {
                (blanks > 0).then_some(())?;
                at += 1;
                continue;
            }
            // A fold: one space or some line ends for all the white space here.
            at += bytes[at..].iter().take_while(|byte| is_blank(**byte) || is_break(**byte)).count();
            while chars.next_if_eq(&'\n').is_some() {}
        } else if text[at..].starts_with(char) {
            at += char.len_utf8();
        } else {
            return None;
        }
    }
    Some(at)
}

/// Texts are at most 4 GiB long: longer ones are refused where files are read.
pub(crate) fn text_range(range: Range<usize>) -> TextRange {
    let size = |offset: usize| TextSize::new(u32::try_from(offset).unwrap_or(u32::MAX));
    TextRange::new(size(range.start), size(range.end))
}

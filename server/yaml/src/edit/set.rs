//! Writing a value: over the one that is there, or as a new key or item.

use crate::build::text_range;
use crate::edit::layout::Layout;
use crate::edit::refusal::Refusal;
use crate::edit::target::{Slot, Target};
use crate::edit::write::{Quotes, block, block_entry, flow, flow_entry, inner_column};
use crate::lines::{line_end, line_start, next_line};
use crate::model::{CollectionStyle, Document, Node, ScalarStyle};
use crate::{Literal, Path, Scalar, Segment};
use leastwise_text::TextEdit;

/// The edits that make `value` stand at `path`; none when it does already.
pub(crate) fn set(document: &Document, path: &Path, value: &Literal) -> Result<Vec<TextEdit>, Refusal> {
    if holds_action(value) {
        return Err(Refusal::Template(path.clone()));
    }
    let target = Target::find(document, path)?;
    let node = target.innermost().value();
    let setting =
        Setting { document, layout: Layout::of(document), quotes: quotes(document), target: &target };
    let Some((first, rest)) = target.missing.split_first() else {
        target.check(node)?;
        return if is_equal(node, value) { Ok(Vec::new()) } else { setting.replace(value) };
    };
    let inner = nest(rest, value).ok_or_else(|| Refusal::NoItem(path.clone()))?;
    match first {
        Segment::Key(key) if node.is_mapping() && !is_empty(node) => setting.add_key(node, key, &inner),
        Segment::Index(_) if node.is_sequence() && !is_empty(node) => setting.append(node, &inner),
        // An empty value, `{}` or `[]`.
        _ => setting.replace(&nest(target.missing, value).ok_or_else(|| Refusal::NoItem(path.clone()))?),
    }
}

/// Replaces the value at `path` by an empty one of the kind it has.
pub(crate) fn empty(
    document: &Document,
    target: &Target<'_, '_>,
    value: &Literal,
) -> Result<Vec<TextEdit>, Refusal> {
    Setting { document, layout: Layout::of(document), quotes: quotes(document), target }.replace(value)
}

struct Setting<'e, 'd> {
    document: &'d Document,
    layout: Layout,
    quotes: Quotes,
    target: &'e Target<'d, 'e>,
}

impl<'d> Setting<'_, 'd> {
    fn source(&self) -> &'d str {
        self.document.source()
    }

    /// Writes `value` over the innermost value that exists.
    fn replace(&self, value: &Literal) -> Result<Vec<TextEdit>, Refusal> {
        let node = self.target.innermost().value();
        if node.is_unknown() {
            return Err(self.target.hidden(node.range()));
        }
        if holds_shared(node) {
            return Err(Refusal::Shared(self.target.here()));
        }
        let quotes = match self.quotes {
            Quotes::Json => Quotes::Json,
            _ => Quotes::like(node.scalar_style()),
        };
        if self.target.in_flow() || self.quotes == Quotes::Json {
            return self.beside(flow(value, quotes));
        }
        match self.target.innermost() {
            Slot::Root(_) => self.root(value),
            Slot::Entry(entry) => match inner_column(value, self.column_of_key(entry.key)?, &self.layout) {
                Some(column) => self.below(value, column),
                None => self.beside(block(value, 0, &self.layout, quotes)),
            },
            Slot::Item(_) => {
                let column = self.column_of_item();
                self.beside(block(value, column, &self.layout, quotes))
            }
        }
    }

    /// Puts `text` where the value is, on the line of its key or dash.
    fn beside(&self, text: String) -> Result<Vec<TextEdit>, Refusal> {
        let node = self.target.innermost().value();
        let range = std::ops::Range::<usize>::from(node.range());
        if range.is_empty() {
            let at = self.after_indicator()?;
            return Ok(vec![TextEdit::replace(text_range(at..at), format!(" {text}"))]);
        }
        let is_below = line_start(self.source(), range.start) > self.indicator_start();
        if is_block_scalar(node) {
            let header = &self.source()[range.start..line_end(self.source(), range.start)];
            if header.contains('#') {
                return Err(Refusal::Unusual(self.target.here()));
            }
        }
        if !is_below {
            return Ok(vec![TextEdit::replace(text_range(range), text)]);
        }
        // The value begins on a line of its own; a comment after the key stays where it is.
        let at = self.after_indicator()?;
        let end = line_end(self.source(), at);
        Ok(vec![
            TextEdit::replace(text_range(at..at), format!(" {text}")),
            TextEdit::replace(text_range(end..range.end), ""),
        ])
    }

    /// Puts a value of several lines at `column` below its key; a comment after the key stays there.
    fn below(&self, value: &Literal, column: usize) -> Result<Vec<TextEdit>, Refusal> {
        let node = self.target.innermost().value();
        let range = std::ops::Range::<usize>::from(node.range());
        let lines = format!(
            "{}{}{}",
            self.layout.line_end,
            " ".repeat(column),
            block(value, column, &self.layout, Quotes::Needed)
        );
        let at = self.after_indicator()?;
        let end = line_end(self.source(), at);
        if range.is_empty() {
            return Ok(vec![TextEdit::replace(text_range(end..end), lines)]);
        }
        if range.start > end {
            return Ok(vec![TextEdit::replace(text_range(end..range.end), lines)]);
        }
        if range.end > end || is_block_scalar(node) {
            if self.source()[range.start..line_end(self.source(), range.start)].contains('#') {
                return Err(Refusal::Unusual(self.target.here()));
            }
            return Ok(vec![TextEdit::replace(text_range(at..range.end), lines)]);
        }
        let blank_end = if self.source()[range.end..end].trim().is_empty() { end } else { range.end };
        let removed = TextEdit::replace(text_range(at..blank_end), "");
        if blank_end == end {
            return Ok(vec![TextEdit { content: lines, ..removed }]);
        }
        Ok(vec![removed, TextEdit::replace(text_range(end..end), lines)])
    }

    fn root(&self, value: &Literal) -> Result<Vec<TextEdit>, Refusal> {
        let node = self.document.root();
        let text = block(value, 0, &self.layout, Quotes::Needed);
        if !node.range().is_empty() {
            // A block collection cannot begin on the line of a `---`.
            let start = usize::from(node.range().start());
            let is_alone = self.source()[line_start(self.source(), start)..start].is_empty();
            if !is_alone && inner_column(value, 0, &self.layout).is_some() {
                return Err(Refusal::Unusual(Path::root()));
            }
            return Ok(vec![TextEdit::replace(node.range(), text)]);
        }
        let source = self.source();
        let ends_line = source.is_empty() || source.ends_with(['\n', '\r']);
        let end = text_range(source.len()..source.len());
        if source.lines().any(|line| crate::split::is_marker(line, "...")) {
            return Err(Refusal::Unusual(Path::root()));
        }
        let line_end = self.layout.line_end;
        let text = if ends_line { format!("{text}{line_end}") } else { format!("{line_end}{text}") };
        Ok(vec![TextEdit::replace(end, text)])
    }

    /// Adds a key at the end of a mapping that has some.
    fn add_key(&self, mapping: Node<'d>, key: &str, value: &Literal) -> Result<Vec<TextEdit>, Refusal> {
        let Some(last) = mapping.written_entries().next_back() else {
            return Err(Refusal::Unusual(self.target.here()));
        };
        if mapping.collection_style() == Some(CollectionStyle::Flow) {
            let quotes = match mapping.written_entries().next().and_then(|entry| entry.key.scalar_style()) {
                Some(ScalarStyle::DoubleQuoted) => Quotes::Json,
                _ => Quotes::Needed,
            };
            return self.add_in_flow(mapping, last.range.end().into(), &flow_entry(key, value, quotes));
        }
        let column = mapping.column();
        self.add_line(mapping, column, &block_entry(key, value, column, &self.layout, Quotes::Needed))
    }

    /// Adds an item at the end of a sequence that has some.
    fn append(&self, sequence: Node<'d>, value: &Literal) -> Result<Vec<TextEdit>, Refusal> {
        let (Some(first), Some(last)) = (sequence.items().next(), sequence.items().last()) else {
            return Err(Refusal::Unusual(self.target.here()));
        };
        let quotes = match self.quotes {
            Quotes::Json => Quotes::Json,
            _ => Quotes::like(last.value.scalar_style()),
        };
        if sequence.collection_style() == Some(CollectionStyle::Flow) {
            return self.add_in_flow(sequence, last.range.end().into(), &flow(value, quotes));
        }
        let dash = sequence.column();
        // `-   a` keeps its distance.
        let gap = usize::from(first.value.range().start() - first.range.start());
        let first_line = &self.document.text(first.range)[..gap];
        let gap = if first_line.bytes().skip(1).all(|byte| byte == b' ') && gap > 1 { gap } else { 2 };
        let text = format!("-{}{}", " ".repeat(gap - 1), block(value, dash + gap, &self.layout, quotes));
        self.add_line(sequence, dash, &text)
    }

    /// Adds lines at `column` after the last line of a block collection.
    fn add_line(&self, collection: Node<'d>, column: usize, text: &str) -> Result<Vec<TextEdit>, Refusal> {
        let source = self.source();
        let end = usize::from(collection.range().end());
        let mut at = line_end(source, end);
        if ends_in_kept_lines(collection) {
            // `|+`: the blank lines below are part of the value.
            while at < source.len() && source[next_line(source, at)..].starts_with(['\n', '\r']) {
                at = next_line(source, at);
            }
        }
        let start = line_start(source, usize::from(collection.range().start()));
        if source[start..start + column].contains('\t') {
            return Err(Refusal::Unusual(self.target.here()));
        }
        let text = format!("{}{}{text}", self.layout.line_end, " ".repeat(column));
        Ok(vec![TextEdit::replace(text_range(at..at), text)])
    }

    /// Adds an entry or item in braces or brackets, after the last one, which ends at `last`.
    fn add_in_flow(&self, collection: Node<'d>, last: usize, text: &str) -> Result<Vec<TextEdit>, Refusal> {
        let source = self.source();
        let close = usize::from(collection.range().end()) - 1;
        let tail = &source[last..close];
        if tail.contains('#') {
            return Err(Refusal::Unusual(self.target.here()));
        }
        let start = line_start(source, last);
        let own_line = collection.range().start() < text_range(start..start).start();
        let separator = if own_line {
            let indent = source[start..].len() - source[start..].trim_start_matches([' ', '\t']).len();
            format!("{}{}", self.layout.line_end, &source[start..start + indent])
        } else {
            " ".to_owned()
        };
        Ok(vec![match tail.find(',') {
            Some(comma) => {
                let at = last + comma + 1;
                TextEdit::replace(text_range(at..at), format!("{separator}{text},"))
            }
            None => TextEdit::replace(text_range(last..last), format!(",{separator}{text}")),
        }])
    }

    /// The place after the `:` or `-` of the innermost value, and after an anchor there.
    fn after_indicator(&self) -> Result<usize, Refusal> {
        let node = self.target.innermost().value();
        if let Some(anchor) = node.anchor() {
            return Ok(anchor.end().into());
        }
        match self.target.innermost() {
            Slot::Root(_) => Ok(node.range().start().into()),
            Slot::Item(item) => Ok(usize::from(item.range.start()) + 1),
            Slot::Entry(entry) => {
                let after_key = usize::from(entry.key.range().end());
                let rest = &self.source()[after_key..];
                let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
                if rest[blanks..].starts_with(':') {
                    Ok(after_key + blanks + 1)
                } else {
                    Err(Refusal::Unusual(self.target.here()))
                }
            }
        }
    }

    fn indicator_start(&self) -> usize {
        self.target.innermost().range().start().into()
    }

    /// The column of a key in one line without `?`.
    fn column_of_key(&self, key: Node<'d>) -> Result<usize, Refusal> {
        let is_plain_layout = self.target.container().is_some_and(|mapping| {
            mapping.collection_style() == Some(CollectionStyle::Block)
                && self.target.innermost().range().start() == key.range().start()
                && !self.document.text(key.range()).contains(['\n', '\r'])
        });
        if is_plain_layout { Ok(key.column()) } else { Err(Refusal::Unusual(self.target.here())) }
    }

    /// The column where the value of a block item begins.
    fn column_of_item(&self) -> usize {
        let Slot::Item(item) = self.target.innermost() else { return 0 };
        let dash = usize::from(item.range.start());
        let dash_column = dash - line_start(self.source(), dash);
        let is_beside = line_start(self.source(), usize::from(item.value.range().start())) <= dash;
        if item.value.range().is_empty() || !is_beside { dash_column + 2 } else { item.value.column() }
    }
}

/// JSON is YAML in which everything stands in braces and every key in double quotes.
fn quotes(document: &Document) -> Quotes {
    let root = document.root();
    let is_json = root.collection_style() == Some(CollectionStyle::Flow)
        && root
            .written_entries()
            .next()
            .is_some_and(|entry| entry.key.scalar_style() == Some(ScalarStyle::DoubleQuoted));
    if is_json { Quotes::Json } else { Quotes::Needed }
}

fn is_empty(collection: Node<'_>) -> bool {
    collection.written_entries().next().is_none() && collection.items().next().is_none()
}

fn is_block_scalar(node: Node<'_>) -> bool {
    matches!(node.scalar_style(), Some(ScalarStyle::Literal | ScalarStyle::Folded))
}

/// Whether the last value below `node` is a block scalar that keeps its blank lines.
fn ends_in_kept_lines(node: Node<'_>) -> bool {
    let mut node = node;
    loop {
        let last = node
            .written_entries()
            .next_back()
            .map(|entry| entry.value)
            .or(node.items().last().map(|item| item.value));
        match last {
            Some(value) if !value.is_alias() => node = value,
            Some(_) => return false,
            None => break,
        }
    }
    let header = node.document().text(node.range()).lines().next().unwrap_or_default();
    is_block_scalar(node) && header.split('#').next().is_some_and(|header| header.contains('+'))
}

/// Whether an anchor below `node` is used from elsewhere.
fn holds_shared(node: Node<'_>) -> bool {
    node.document().anchors_in(node.range()).any(|anchored| anchored != node && anchored.is_shared())
}

/// `value` under the steps that lead to it.
fn nest(steps: &[Segment], value: &Literal) -> Option<Literal> {
    steps.iter().rev().try_fold(value.clone(), |inner, step| match step {
        Segment::Key(key) => Some(Literal::Mapping(vec![(key.clone(), inner)])),
        Segment::Index(0) => Some(Literal::Sequence(vec![inner])),
        Segment::Index(_) => None,
    })
}

/// Whether a template engine would take part of the value for an action.
fn holds_action(value: &Literal) -> bool {
    match value {
        Literal::Boolean(_) | Literal::Integer(_) => false,
        Literal::String(text) => text.contains("{{"),
        Literal::Sequence(items) => items.iter().any(holds_action),
        Literal::Mapping(entries) => {
            entries.iter().any(|(key, value)| key.contains("{{") || holds_action(value))
        }
    }
}

/// Whether a node already says what the literal says.
pub(crate) fn is_equal(node: Node<'_>, value: &Literal) -> bool {
    match value {
        Literal::Boolean(value) => node.as_bool() == Some(*value),
        Literal::Integer(value) => node.scalar() == Some(&Scalar::Integer(*value)),
        Literal::String(value) => node.as_str() == Some(value),
        Literal::Sequence(items) => {
            let present: Vec<_> = node.items().collect();
            node.is_sequence()
                && !node.is_open()
                && present.len() == items.len()
                && present.iter().zip(items).all(|(item, value)| is_equal(item.value, value))
        }
        Literal::Mapping(entries) => {
            node.is_mapping()
                && !node.is_open()
                && node.entries().len() == entries.len()
                && entries
                    .iter()
                    .all(|(key, value)| node.get(key).value().is_some_and(|present| is_equal(present, value)))
        }
    }
}

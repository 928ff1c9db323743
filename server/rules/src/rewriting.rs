//! Writes a document again as other text of the same meaning, for the tests.

use leastwise_yaml::{Kind, Node, Scalar};
use std::collections::HashMap;

/// What a document says, without the text that says it: aliases followed, comments gone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Tree {
    /// A string, and the plain text of any other scalar.
    Text(String),
    Plain(String),
    Mapping(Vec<(String, Tree)>),
    Sequence(Vec<Tree>),
}

impl Tree {
    /// `None` where something is not known, or where keys are no strings or repeat: what they mean then depends on
    /// their order.
    pub(crate) fn of(node: Node<'_>) -> Option<Self> {
        if node.is_unknown() || node.is_open() {
            return None;
        }
        match node.kind() {
            Kind::Scalar(Scalar::String) => node.as_text().map(|text| Self::Text(text.to_owned())),
            Kind::Scalar(_) => node.as_text().map(|text| Self::Plain(text.to_owned())),
            Kind::Mapping => {
                let entry = |key: Node<'_>, value| Some((key.as_str()?.to_owned(), Self::of(value)?));
                let entries = node.entries().into_iter().map(|own| entry(own.key, own.value));
                let entries: Vec<_> = entries.collect::<Option<_>>()?;
                let mut keys: Vec<_> = entries.iter().map(|(key, _)| key).collect();
                keys.sort_unstable();
                keys.dedup();
                (keys.len() == entries.len()).then_some(Self::Mapping(entries))
            }
            Kind::Sequence => {
                node.items().map(|item| Self::of(item.value)).collect::<Option<_>>().map(Self::Sequence)
            }
            Kind::Dangling => None,
        }
    }

    /// The same with the keys of every mapping in alphabetical order, for comparing.
    pub(crate) fn sorted(&self) -> Self {
        match self {
            Self::Mapping(entries) => {
                let mut entries: Vec<_> =
                    entries.iter().map(|(key, value)| (key.clone(), value.sorted())).collect();
                entries.sort_by(|(one, _), (other, _)| one.cmp(other));
                Self::Mapping(entries)
            }
            Self::Sequence(items) => Self::Sequence(items.iter().map(Self::sorted).collect()),
            scalar => scalar.clone(),
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Mapping(entries) => entries.is_empty(),
            Self::Sequence(items) => items.is_empty(),
            Self::Text(_) | Self::Plain(_) => true,
        }
    }

    /// How often each part that could have an anchor stands in it.
    fn count<'t>(&'t self, counts: &mut HashMap<&'t Self, usize>) {
        if self.is_empty() {
            return;
        }
        *counts.entry(self).or_default() += 1;
        match self {
            Self::Mapping(entries) => entries.iter().for_each(|(_, value)| value.count(counts)),
            Self::Sequence(items) => items.iter().for_each(|item| item.count(counts)),
            Self::Text(_) | Self::Plain(_) => {}
        }
    }
}

/// How a document is written. What is not fixed by it is drawn from `seed`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Style {
    pub(crate) seed: u64,
    /// Keys in another order.
    pub(crate) shuffled: bool,
    /// Some mappings and sequences in braces and brackets.
    pub(crate) flow: bool,
    /// Strings and keys in quotes of either kind, or as blocks.
    pub(crate) quoted: bool,
    /// Comments above lines and behind values.
    pub(crate) commented: bool,
    /// What stands there twice only once, with an alias in the other place.
    pub(crate) aliased: bool,
    /// Wider indentation, and sequences as deep as their key.
    pub(crate) indented: bool,
    /// JSON, which leaves nothing of the above but the order of keys.
    pub(crate) json: bool,
}

/// Writes it, with a line break at the end.
pub(crate) fn write(tree: &Tree, style: Style) -> String {
    let mut counts = HashMap::new();
    tree.count(&mut counts);
    let mut writer = Writer {
        style,
        state: style.seed | 1,
        text: String::new(),
        counts,
        anchors: HashMap::new(),
        is_after_block: false,
    };
    if style.json {
        writer.json(tree);
    } else {
        writer.value(tree, 0, false);
    }
    if !writer.text.ends_with('\n') {
        writer.text.push('\n');
    }
    writer.text
}

struct Writer<'t> {
    style: Style,
    state: u64,
    text: String,
    counts: HashMap<&'t Tree, usize>,
    anchors: HashMap<&'t Tree, usize>,
    /// The last that was written is a block of text.
    is_after_block: bool,
}

impl<'t> Writer<'t> {
    /// A number below `limit`, by xorshift.
    fn draw(&mut self, limit: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 33).unwrap_or_default() % limit
    }

    fn order(&mut self, length: usize) -> Vec<usize> {
        let mut order: Vec<_> = (0..length).collect();
        if self.style.shuffled {
            for index in (1..length).rev() {
                let other = self.draw(index + 1);
                order.swap(index, other);
            }
        }
        order
    }

    fn line(&mut self, column: usize) {
        // In a block of text a number sign is text.
        let is_after_block = std::mem::take(&mut self.is_after_block);
        if self.style.commented && !is_after_block && self.draw(4) == 0 {
            self.text.push_str(" # a remark");
        }
        self.text.push('\n');
        if self.style.commented && self.draw(4) == 0 {
            self.text.push_str("# key: value\n\n");
        }
        self.text.push_str(&" ".repeat(column));
    }

    /// An alias, where the part has been written already; else its anchor, where it comes again.
    fn is_alias(&mut self, tree: &'t Tree) -> bool {
        if !self.style.aliased || self.counts.get(tree).is_none_or(|count| *count < 2) {
            return false;
        }
        if let Some(number) = self.anchors.get(tree) {
            self.text.push_str(&format!("*part{number} "));
            return true;
        }
        let number = self.anchors.len();
        self.anchors.insert(tree, number);
        self.text.push_str(&format!("&part{number} "));
        false
    }

    /// A value that begins here, with its lines at `column`.
    fn value(&mut self, tree: &'t Tree, column: usize, flow: bool) {
        let before = self.text.len();
        if self.is_alias(tree) {
            return;
        }
        let has_anchor = self.text.len() > before;
        let flow = flow || (self.style.flow && self.draw(3) == 0);
        match tree {
            Tree::Plain(text) => self.text.push_str(text),
            Tree::Text(text) => self.string(text, column, flow),
            Tree::Mapping(entries) if flow || entries.is_empty() => {
                self.text.push('{');
                for (position, index) in self.order(entries.len()).into_iter().enumerate() {
                    self.text.push_str(if position > 0 { ", " } else { "" });
                    let (key, value) = &entries[index];
                    self.key(key);
                    self.value(value, column, true);
                }
                self.text.push('}');
            }
            Tree::Sequence(items) if flow || items.is_empty() => {
                self.text.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.text.push_str(if index > 0 { ", " } else { "" });
                    self.value(item, column, true);
                }
                self.text.push(']');
            }
            Tree::Mapping(entries) => {
                let step = if self.style.indented { 2 + self.draw(3) } else { 2 };
                for (position, index) in self.order(entries.len()).into_iter().enumerate() {
                    // The first entry stands on the line of its dash, unless an anchor stands there.
                    if position > 0 || has_anchor || !(self.text.is_empty() || self.text.ends_with("- ")) {
                        self.line(column);
                    }
                    let (key, value) = &entries[index];
                    self.key(key);
                    let is_sequence = matches!(value, Tree::Sequence(_));
                    let level = self.style.indented && is_sequence && self.draw(2) == 0;
                    self.value(value, if level { column } else { column + step }, false);
                }
            }
            Tree::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 || has_anchor || !(self.text.is_empty() || self.text.ends_with("- ")) {
                        self.line(column);
                    }
                    self.text.push_str("- ");
                    self.value(item, column + 2, false);
                }
            }
        }
    }

    fn key(&mut self, key: &str) {
        self.string(key, 0, true);
        self.text.push_str(": ");
    }

    fn string(&mut self, text: &str, column: usize, flow: bool) {
        let has_only = |wanted: fn(char) -> bool| text.chars().all(wanted);
        let is_plain = Scalar::of_plain(text) == Scalar::String
            && text != "<<"
            && text.starts_with(|char: char| char.is_ascii_alphanumeric() || char == '/')
            && has_only(|char| char.is_ascii_alphanumeric() || "./-_".contains(char));
        let lines = text.strip_suffix('\n').unwrap_or(text);
        let is_block = !flow
            && column > 0
            && lines
                .lines()
                .all(|line| !line.is_empty() && !line.starts_with([' ', '\t', '#']) && !line.ends_with(' '))
            && !lines.is_empty()
            && !lines.ends_with('\n')
            && has_only(|char| char == '\n' || (' '..='~').contains(&char));
        let single = has_only(|char| (' '..='~').contains(&char));
        let choice = if self.style.quoted { self.draw(4) } else { 0 };
        match choice {
            0 if is_plain => self.text.push_str(text),
            0 | 1 if single => self.text.push_str(&format!("'{}'", text.replace('\'', "''"))),
            3 if is_block => {
                self.text.push_str(if text.ends_with('\n') { "|" } else { "|-" });
                for line in lines.lines() {
                    self.text.push_str(&format!("\n{}{line}", " ".repeat(column)));
                }
                self.is_after_block = true;
            }
            _ => self.double_quoted(text),
        }
    }

    fn double_quoted(&mut self, text: &str) {
        self.text.push('"');
        for char in text.chars() {
            match char {
                '"' | '\\' => self.text.extend(['\\', char]),
                '\n' => self.text.push_str("\\n"),
                char if u32::from(char) < 32 || u32::from(char) == 127 => {
                    self.text.push_str(&format!("\\u{:04x}", u32::from(char)));
                }
                char => self.text.push(char),
            }
        }
        self.text.push('"');
    }

    fn json(&mut self, tree: &Tree) {
        match tree {
            Tree::Text(text) => self.double_quoted(text),
            Tree::Plain(text) => {
                let written = match Scalar::of_plain(text) {
                    Scalar::Null => "null".to_owned(),
                    Scalar::Boolean(value) => value.to_string(),
                    Scalar::Integer(value) => value.to_string(),
                    Scalar::Float(_) | Scalar::String => text.clone(),
                };
                self.text.push_str(&written);
            }
            Tree::Mapping(entries) => {
                self.text.push('{');
                for (position, index) in self.order(entries.len()).into_iter().enumerate() {
                    self.text.push_str(if position > 0 { ",\n" } else { "\n" });
                    let (key, value) = &entries[index];
                    self.double_quoted(key);
                    self.text.push_str(": ");
                    self.json(value);
                }
                self.text.push('}');
            }
            Tree::Sequence(items) => {
                self.text.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.text.push_str(if index > 0 { ", " } else { "" });
                    self.json(item);
                }
                self.text.push(']');
            }
        }
    }
}

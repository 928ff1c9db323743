//! A matter that can be said in words: a place in a manifest, and what is there or is missing. `a container without
//! resources.limits.cpu`.

use super::outline::{Outline, Step};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt::{Display, Formatter, Result};

/// The most conditions of a pattern, and steps of a path, that a file may have.
const MOST_CONDITIONS: usize = 8;
const MOST_STEPS: usize = 32;
/// The longest text in a pattern.
const MOST_BYTES: usize = 512;

/// Some keys, one under the other; an item of a list is `[]`.
pub(super) type KeyPath = Vec<String>;

/// The step of an item in a path.
pub(super) const ITEM: &str = "[]";
/// In place of keys: a Pod's spec, wherever it lies, and a container, whatever list it is in.
pub(super) const POD: &str = "*pod";
pub(super) const CONTAINER: &str = "*container";

/// Whether a node is a Pod's spec, or a container.
pub(super) fn plays(outline: &Outline, node: usize, role: &str) -> bool {
    let nodes = outline.nodes();
    let is_key = |node: usize, names: &[&str]| matches!(&nodes[node].step, Step::Key(key) if names.contains(&key.as_str()));
    match role {
        POD => nodes[node].children.iter().any(|&child| is_key(child, &["containers"])),
        CONTAINER => {
            nodes[node].step == Step::Item
                && is_key(nodes[node].parent, &["containers", "initContainers", "ephemeralContainers"])
        }
        _ => false,
    }
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pattern {
    /// The keys that the block or value lies under, the innermost last; none for a whole document.
    pub(super) at: KeyPath,
    /// All of them hold.
    pub(super) conditions: Vec<Condition>,
}

/// What must hold of a block or value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) enum Condition {
    /// There is something at that path below.
    Has(KeyPath),
    /// There is nothing at that path below, and no template may put something there.
    Lacks(KeyPath),
    /// A value at that path below is such.
    Is(KeyPath, Shape),
    /// A value at that path below is there and is not such.
    IsNot(KeyPath, Shape),
    /// The same of a path from the document on.
    InDocument(KeyPath, Shape),
    /// The same of a path from the document on, which is not such.
    InNoDocument(KeyPath, Shape),
}

/// What a value may be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) enum Shape {
    Equals(String),
    StartsWith(String),
    EndsWith(String),
    Contains(String),
    /// A number, or an amount such as `500m` or `2Gi`.
    Number(bool),
    /// An amount of so many thousandths at least.
    AtLeast(i64),
}

impl Shape {
    pub(super) fn holds(&self, value: &str) -> bool {
        match self {
            Self::Equals(text) => value == text,
            Self::StartsWith(text) => value.starts_with(text.as_str()),
            Self::EndsWith(text) => value.ends_with(text.as_str()),
            Self::Contains(text) => value.contains(text.as_str()),
            Self::Number(is) => amount(value).is_some() == *is,
            Self::AtLeast(least) => amount(value).is_some_and(|amount| amount >= *least),
        }
    }
}

/// A number, or an amount with a unit of Kubernetes, in thousandths.
pub(super) fn amount(value: &str) -> Option<i64> {
    let digits = value.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let number: f64 = value.get(..digits)?.parse().ok()?;
    let factor = match &value[digits..] {
        "" => 1.0,
        "m" => 0.001,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "Ki" => 1024.0,
        "Mi" => 1024.0 * 1024.0,
        "Gi" => 1024.0 * 1024.0 * 1024.0,
        "Ti" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    Some((number * factor * 1000.0).round() as i64)
}

/// A step as it is written in a path.
pub(super) fn written(step: &Step) -> &str {
    match step {
        Step::Document => "",
        Step::Key(key) => key,
        Step::Item => ITEM,
    }
}

pub(super) fn steps(path: &[String]) -> Vec<Step> {
    let step = |key: &String| if key == ITEM { Step::Item } else { Step::Key(key.clone()) };
    path.iter().map(step).collect()
}

impl Condition {
    /// Whether it holds of a node.
    pub(super) fn holds(&self, outline: &Outline, node: usize) -> bool {
        match self {
            Self::Has(path) => !outline.below(node, &steps(path)).is_empty(),
            Self::Lacks(path) => {
                let path = steps(path);
                outline.below(node, &path).is_empty() && !outline.may_hide(node, &path)
            }
            Self::Is(path, shape) => values(outline, node, path).any(|value| shape.holds(value)),
            Self::IsNot(path, shape) => values(outline, node, path).any(|value| !shape.holds(value)),
            Self::InDocument(path, shape) => values(outline, 0, path).any(|value| shape.holds(value)),
            Self::InNoDocument(path, shape) => values(outline, 0, path).any(|value| !shape.holds(value)),
        }
    }
}

fn values<'a>(outline: &'a Outline, node: usize, path: &[String]) -> impl Iterator<Item = &'a str> {
    let nodes = outline.below(node, &steps(path)).into_iter();
    nodes.filter_map(|node| outline.nodes()[node].value.as_deref())
}

impl Pattern {
    /// Whether a node lies at the pattern's place.
    fn is_at(&self, outline: &Outline, mut node: usize) -> bool {
        if let [role] = self.at.as_slice()
            && plays(outline, node, role)
        {
            return true;
        }
        for key in self.at.iter().rev() {
            if node == 0 || written(&outline.nodes()[node].step) != key {
                return false;
            }
            node = outline.nodes()[node].parent;
        }
        !self.at.is_empty() || node == 0
    }

    /// Whether it is about that node, of a document that is as it should be.
    fn matches(&self, outline: &Outline, node: usize) -> bool {
        let mut of_node = self.conditions.iter().filter(|condition| !condition.is_of_document());
        self.is_at(outline, node) && of_node.all(|condition| condition.holds(outline, node))
    }

    /// The line on which a node that it is about is shown.
    fn line(&self, outline: &Outline, node: usize) -> u32 {
        let path = self.conditions.iter().find_map(|condition| match condition {
            Condition::Lacks(path) => Some(path),
            Condition::Is(path, _) | Condition::IsNot(path, _) | Condition::Has(path) => Some(path),
            _ => None,
        });
        let shown = path.map_or(node, |path| outline.deepest(node, &steps(path)));
        outline.nodes()[shown].line
    }

    /// The lines of a document that it is about, counted from 0.
    pub(super) fn lines(&self, outline: &Outline) -> BTreeSet<u32> {
        let of_document = |condition: &&Condition| condition.is_of_document();
        if !self.conditions.iter().filter(of_document).all(|condition| condition.holds(outline, 0)) {
            return BTreeSet::new();
        }
        let nodes = (0..outline.nodes().len()).filter(|&node| self.matches(outline, node));
        nodes.map(|node| self.line(outline, node)).collect()
    }

    /// What is wrong with one that was read from a file.
    pub(super) fn fault(&self) -> Option<String> {
        let paths = self.conditions.iter().map(Condition::path).chain([&self.at]);
        let mut texts = self.conditions.iter().filter_map(Condition::shape).filter_map(Shape::text);
        let is_long =
            |path: &KeyPath| path.len() > MOST_STEPS || path.iter().any(|key| key.len() > MOST_BYTES);
        let is_too_much = self.conditions.len() > MOST_CONDITIONS
            || self.conditions.is_empty()
            || paths.into_iter().any(is_long)
            || texts.any(|text| text.len() > MOST_BYTES);
        is_too_much
            .then(|| "\"pattern\" has no condition, or too many conditions, keys or letters".to_owned())
    }
}

impl Condition {
    pub(super) fn path(&self) -> &KeyPath {
        match self {
            Self::Has(path) | Self::Lacks(path) => path,
            Self::Is(path, _)
            | Self::IsNot(path, _)
            | Self::InDocument(path, _)
            | Self::InNoDocument(path, _) => path,
        }
    }

    pub(super) fn shape(&self) -> Option<&Shape> {
        match self {
            Self::Has(_) | Self::Lacks(_) => None,
            Self::Is(_, shape)
            | Self::IsNot(_, shape)
            | Self::InDocument(_, shape)
            | Self::InNoDocument(_, shape) => Some(shape),
        }
    }

    pub(super) fn is_of_document(&self) -> bool {
        matches!(self, Self::InDocument(..) | Self::InNoDocument(..))
    }
}

impl Shape {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Equals(text) | Self::StartsWith(text) | Self::EndsWith(text) | Self::Contains(text) => {
                Some(text)
            }
            Self::Number(_) | Self::AtLeast(_) => None,
        }
    }
}

impl Display for Pattern {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        let place = match self.at.as_slice() {
            [] => "the document".to_owned(),
            [role] if role == POD => "a pod".to_owned(),
            [role] if role == CONTAINER => "a container".to_owned(),
            keys => shown(keys),
        };
        write!(formatter, "{place}")?;
        for (number, condition) in self.conditions.iter().enumerate() {
            write!(formatter, "{}{condition}", if number == 0 { " " } else { ", " })?;
        }
        Ok(())
    }
}

impl Display for Condition {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        let about =
            |path: &KeyPath| if path.is_empty() { String::new() } else { format!("whose {} ", shown(path)) };
        match self {
            Self::Has(path) => write!(formatter, "with {}", shown(path)),
            Self::Lacks(path) => write!(formatter, "without {}", shown(path)),
            Self::Is(path, shape) => write!(formatter, "{}{}", about(path), shape.said(true)),
            Self::IsNot(path, shape) => write!(formatter, "{}{}", about(path), shape.said(false)),
            Self::InDocument(path, shape) => {
                write!(formatter, "in a document whose {} {}", shown(path), shape.said(true))
            }
            Self::InNoDocument(path, shape) => {
                write!(formatter, "in a document whose {} {}", shown(path), shape.said(false))
            }
        }
    }
}

impl Shape {
    fn said(&self, holds: bool) -> String {
        let (is, does) = if holds { ("is", "") } else { ("is not", "does not ") };
        let verb = |base: &str| if holds { format!("{base}s") } else { format!("{does}{base}") };
        match self {
            Self::Equals(text) => format!("{is} {text:?}"),
            Self::StartsWith(text) => format!("{} with {text:?}", verb("begin")),
            Self::EndsWith(text) => format!("{} with {text:?}", verb("end")),
            Self::Contains(text) => format!("{} {text:?}", verb("contain")),
            Self::Number(number) => {
                (if *number == holds { "is a number" } else { "is no number" }).to_owned()
            }
            Self::AtLeast(least) => {
                format!("is {} {}", if holds { "at least" } else { "less than" }, *least as f64 / 1000.0)
            }
        }
    }
}

/// A path as people write it.
pub(super) fn shown(path: &[String]) -> String {
    let mut shown = String::new();
    for key in path {
        if key == ITEM {
            shown.push_str(ITEM);
        } else if !key.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_')) {
            shown.push_str(&format!("[{key:?}]"));
        } else {
            if !shown.is_empty() {
                shown.push('.');
            }
            shown.push_str(key);
        }
    }
    shown
}

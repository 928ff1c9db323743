//! Labels and the selectors that choose by them, as `k8s.io/apimachinery/pkg/labels` matches them.

use crate::setting::text;
use leastwise_yaml::{Field, Kind, Node};

/// The labels of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels<'d> {
    /// Each label that is known to be there; a value that a template hides is `None`.
    pub known: Vec<(&'d str, Option<&'d str>)>,
    /// There may be others.
    pub open: bool,
}

/// What a selector asks of labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector<'d> {
    /// All of these must hold.
    pub requirements: Vec<Requirement<'d>>,
    /// There may be others.
    pub open: bool,
}

/// One thing that a selector asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement<'d> {
    /// The label.
    pub key: &'d str,
    /// What must hold of it; `None` where that is hidden.
    pub operator: Option<Operator<'d>>,
}

/// What must hold of a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operator<'d> {
    /// It has one of these values.
    In(Vec<&'d str>),
    /// It has none of these values, or is not there.
    NotIn(Vec<&'d str>),
    /// It is there.
    Exists,
    /// It is not there.
    DoesNotExist,
}

impl<'d> Labels<'d> {
    /// Reads a mapping of labels.
    pub fn of(field: Field<'d>) -> Self {
        match field {
            Field::Absent => Self::default(),
            Field::Unknown => Self { known: Vec::new(), open: true },
            Field::Present(entry) if entry.value.is_null() => Self::default(),
            Field::Present(entry) => {
                let known = pairs(entry.value);
                Self { known, open: hides_some(entry.value) }
            }
        }
    }

    /// Whether the label is there and with which value. `None` when nobody knows.
    fn get(&self, key: &str) -> Option<Option<&'d str>> {
        match self.known.iter().find(|(known, _)| *known == key) {
            Some((_, value)) => value.map(Some),
            None => (!self.open).then_some(None),
        }
    }
}

impl<'d> Selector<'d> {
    /// A `LabelSelector`: `matchLabels` and `matchExpressions`. `None` where there is none; nobody knows what a
    /// hidden one asks.
    pub fn of(field: Field<'d>) -> Option<Self> {
        Some(Self::present(field)?.map_or_else(Self::unknown, Self::read))
    }

    /// A `LabelSelector` that is an item of a list.
    pub fn read(node: Node<'d>) -> Self {
        let is_mapping = matches!(node.kind(), Kind::Mapping);
        let mut selector = Self { requirements: Vec::new(), open: node.is_open() || !is_mapping };
        if let Some(labels) = Self::of_labels(node.get("matchLabels")) {
            selector.requirements.extend(labels.requirements);
            selector.open |= labels.open;
        }
        match node.get("matchExpressions") {
            Field::Absent => {}
            Field::Unknown => selector.open = true,
            Field::Present(entry) => {
                selector.open |= entry.value.is_unknown() || entry.value.is_open();
                for item in entry.value.items() {
                    match requirement(item.value) {
                        Some(requirement) => selector.requirements.push(requirement),
                        None => selector.open = true,
                    }
                }
            }
        }
        selector
    }

    /// A plain mapping of labels, as Services and ReplicationControllers select by. `None` where there is none.
    pub fn of_labels(field: Field<'d>) -> Option<Self> {
        let Some(node) = Self::present(field)? else { return Some(Self::unknown()) };
        let requirements = pairs(node)
            .into_iter()
            .map(|(key, value)| Requirement { key, operator: value.map(|value| Operator::In(vec![value])) })
            .collect();
        Some(Self { requirements, open: hides_some(node) })
    }

    /// The node of a field that is there and not null; the inner `None` is a hidden one.
    #[allow(clippy::option_option, reason = "absent and hidden are two answers")]
    fn present(field: Field<'d>) -> Option<Option<Node<'d>>> {
        match field {
            Field::Absent => None,
            Field::Unknown => Some(None),
            Field::Present(entry) if entry.value.is_null() => None,
            Field::Present(entry) => Some(matches!(entry.value.kind(), Kind::Mapping).then_some(entry.value)),
        }
    }

    fn unknown() -> Self {
        Self { requirements: Vec::new(), open: true }
    }

    /// Whether it asks nothing, so that everything matches.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty() && !self.open
    }

    /// Whether all that it asks is known.
    pub fn is_known(&self) -> bool {
        !self.open && self.requirements.iter().all(|asked| asked.operator.is_some())
    }

    /// Whether the labels match. `None` when nobody knows.
    pub fn matches(&self, labels: &Labels<'_>) -> Option<bool> {
        let mut answer = (!self.open).then_some(true);
        for requirement in &self.requirements {
            match requirement.holds(labels) {
                Some(false) => return Some(false),
                Some(true) => {}
                None => answer = None,
            }
        }
        answer
    }
}

impl Requirement<'_> {
    fn holds(&self, labels: &Labels<'_>) -> Option<bool> {
        let is_there = || labels.known.iter().any(|(key, _)| *key == self.key);
        match self.operator.as_ref()? {
            Operator::In(values) => Some(labels.get(self.key)?.is_some_and(|value| values.contains(&value))),
            Operator::NotIn(values) => {
                Some(labels.get(self.key)?.is_none_or(|value| !values.contains(&value)))
            }
            // Whether it is there is known even where its value is hidden.
            Operator::Exists if is_there() => Some(true),
            Operator::DoesNotExist if is_there() => Some(false),
            Operator::Exists => Some(labels.get(self.key)?.is_some()),
            Operator::DoesNotExist => Some(labels.get(self.key)?.is_none()),
        }
    }
}

/// The pairs of a mapping of strings. Values of another type count as they are written: people forget quotes.
fn pairs(node: Node<'_>) -> Vec<(&str, Option<&str>)> {
    let entries = node.entries().into_iter();
    entries.filter_map(|entry| Some((text(entry.key)?, text(entry.value)))).collect()
}

fn hides_some(node: Node<'_>) -> bool {
    node.is_unknown()
        || node.is_open()
        || !matches!(node.kind(), Kind::Mapping)
        || node.entries().iter().any(|entry| text(entry.key).is_none())
}

fn requirement(node: Node<'_>) -> Option<Requirement<'_>> {
    let key = text(node.get("key").value()?)?;
    let values = || {
        let list = node.get("values").value()?;
        let values: Option<Vec<_>> = list.items().map(|item| text(item.value)).collect();
        values.filter(|_| !list.is_open())
    };
    let operator = match text(node.get("operator").value()?) {
        Some("In") => values().map(Operator::In),
        Some("NotIn") => values().map(Operator::NotIn),
        Some("Exists") => Some(Operator::Exists),
        Some("DoesNotExist") => Some(Operator::DoesNotExist),
        _ => None,
    };
    Some(Requirement { key, operator })
}

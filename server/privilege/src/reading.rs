use crate::data::Documents;
use leastwise_manifest::Setting;
use leastwise_yaml::{Field, Kind, Node, Path};

/// The value of one aspect as a document gives it.
#[derive(Clone, Debug)]
pub(crate) struct Reading<'d, T> {
    /// `None`: a template, broken text or a value that the API would refuse hides it.
    pub(crate) value: Option<T>,
    /// The fields that it is read from, which stand for the value where it is hidden.
    pub(crate) inputs: Vec<Input<'d>>,
    /// Where it stands in its object.
    pub(crate) path: Path,
}

/// A field that a value is read from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input<'d> {
    pub(crate) node: Node<'d>,
    pub(crate) keys: &'static [&'static str],
}

impl<'d, T> Reading<'d, T> {
    /// Whether both are read from fields that say the same.
    pub(crate) fn same_inputs(&self, after: &Self, documents: &Documents<'d>) -> bool {
        let pairs = self.inputs.iter().zip(&after.inputs);
        self.inputs.len() == after.inputs.len()
            && pairs
                .into_iter()
                .all(|(before, after)| documents.same_field(before.node, after.node, before.keys))
    }
}

/// What a setting says: `None` when nobody knows, `Some(None)` when it is unset.
pub(crate) fn said<T>(setting: Setting<'_, T>) -> Option<Option<T>> {
    match setting {
        Setting::Set(value, _) => Some(Some(value)),
        Setting::Unset => Some(None),
        Setting::Unknown => None,
    }
}

/// The items of a list of scalars; none when it is absent or null, `None` when some are hidden.
pub(crate) fn texts<'d>(list: Field<'d>) -> Option<Vec<&'d str>> {
    nodes(list)?.into_iter().map(|node| node.scalar().and(node.as_text())).collect()
}

/// The items of a list; none when it is absent or null, `None` when there may be more than are written.
pub(crate) fn nodes<'d>(list: Field<'d>) -> Option<Vec<Node<'d>>> {
    match list {
        Field::Absent => Some(Vec::new()),
        Field::Unknown => None,
        Field::Present(entry) if entry.value.is_null() => Some(Vec::new()),
        Field::Present(entry) => {
            let is_whole = matches!(entry.value.kind(), Kind::Sequence) && !entry.value.is_open();
            is_whole.then(|| entry.value.items().map(|item| item.value).collect())
        }
    }
}

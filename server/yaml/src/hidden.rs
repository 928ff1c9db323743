//! What nobody can know: values under templates and in broken text become unknown, and collections into which a
//! template may write become open, so that nothing is said to be absent that may be there.

use crate::lines::{indentation, line_start};
use crate::mask::{Action, Effect};
use crate::model::{CollectionStyle, Content, NodeData, NodeId};
use leastwise_text::TextRange;
use std::ops::Range;

/// A place whose text is not known.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    range: Range<usize>,
    writes: Writes,
}

/// What may come out of a place besides what is seen there.
#[derive(Clone, Copy, Debug)]
enum Writes {
    Nothing,
    /// Lines that begin at one of two columns.
    At(usize, usize),
    /// Items, or else entries, that begin at a column.
    More {
        column: usize,
        items: bool,
    },
    Anywhere,
}

impl Place {
    /// The place of a template action.
    pub(crate) fn of_action(action: &Action) -> Self {
        let writes = match action.effect {
            // What is written within a line stands where the filler stands.
            _ if !action.blanked => Writes::Nothing,
            Effect::None => Writes::Nothing,
            Effect::Writes { column: Some(column) } => Writes::At(column, column),
            Effect::Writes { column: None } => Writes::Anywhere,
            Effect::Repeats { column, items } => Writes::More { column, items },
        };
        Self { range: action.range.clone(), writes }
    }

    /// The place of broken text: what it will be, it will be at its own column, or after its dash.
    pub(crate) fn of_broken(source: &str, range: Range<usize>) -> Self {
        if source[range.clone()].bytes().any(crate::lines::is_break) {
            return Self { range, writes: Writes::Anywhere };
        }
        let start = line_start(source, range.start);
        let column = indentation(&source[start..]);
        let inner = match source[start + column..].strip_prefix('-') {
            Some(rest) => column + 1 + indentation(rest),
            None => column,
        };
        Self { range, writes: Writes::At(column, inner) }
    }
}

/// Marks what `places` hide, and tells which of them may write into which collection.
pub(crate) fn mark(
    source: &str,
    nodes: &mut [NodeData],
    root: NodeId,
    places: &[Place],
) -> Vec<(NodeId, TextRange)> {
    if places.is_empty() {
        return Vec::new();
    }
    let mut marks = Marks::new(source, nodes, root);
    for place in places {
        if !marks.cover(place) {
            marks.write(place);
        }
    }
    marks.spread();
    let Marks { unknown, writers, .. } = marks;
    for (node, unknown) in nodes.iter_mut().zip(unknown) {
        node.unknown |= unknown;
        if unknown && let Content::Scalar { text, .. } = &mut node.content {
            // The text as written, not its mask.
            let range = Range::<usize>::from(node.range);
            *text = source.get(range).unwrap_or_default().into();
        }
        if unknown && let Content::Alias { target } = &mut node.content {
            *target = None;
        }
    }
    writers
}

struct Marks<'d> {
    source: &'d str,
    nodes: &'d [NodeData],
    parents: Vec<Option<NodeId>>,
    /// Scalars, aliases and empty collections in the order of the text.
    leaves: Vec<NodeId>,
    unknown: Vec<bool>,
    writers: Vec<(NodeId, TextRange)>,
    root: NodeId,
}

impl<'d> Marks<'d> {
    fn new(source: &'d str, nodes: &'d [NodeData], root: NodeId) -> Self {
        let mut parents = vec![None; nodes.len()];
        let mut leaves = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            let id = NodeId(index as u32);
            let mut adopt = |child: NodeId| parents[child.0 as usize] = Some(id);
            match &node.content {
                Content::Mapping { entries, .. } => entries.iter().for_each(|entry| {
                    adopt(entry.key);
                    adopt(entry.value);
                }),
                Content::Sequence { items, .. } => items.iter().for_each(|item| adopt(item.value)),
                Content::Scalar { .. } | Content::Alias { .. } => {}
            }
            let is_leaf = match &node.content {
                Content::Mapping { entries, .. } => entries.is_empty(),
                Content::Sequence { items, .. } => items.is_empty(),
                Content::Scalar { .. } | Content::Alias { .. } => true,
            };
            if is_leaf {
                leaves.push(id);
            }
        }
        leaves.sort_by_key(|id| nodes[id.0 as usize].range.start());
        Self { source, nodes, parents, leaves, unknown: vec![false; nodes.len()], writers: Vec::new(), root }
    }

    /// Marks the scalars that the place touches; whether there are any.
    fn cover(&mut self, place: &Place) -> bool {
        let range = crate::build::text_range(place.range.clone());
        // A leaf that begins before the place may reach into it.
        let from = self.first_leaf_from(place.range.start).saturating_sub(1);
        let mut covered = false;
        for index in from..self.leaves.len() {
            let id = self.leaves[index];
            let leaf = &self.nodes[id.0 as usize];
            if leaf.range.start() > range.end() {
                break;
            }
            let is_scalar = !matches!(leaf.content, Content::Mapping { .. } | Content::Sequence { .. });
            // An empty place is that of a key which is not there.
            let may_touch = !leaf.range.is_empty() || range.is_empty();
            if is_scalar && may_touch && leaf.range.intersect(range).is_some() {
                self.unknown[id.0 as usize] = true;
                covered = true;
            }
        }
        covered
    }

    /// Marks what the text that comes out of the place may belong to.
    fn write(&mut self, place: &Place) {
        let next = self.first_leaf_from(place.range.start);
        let before = next.checked_sub(1).map(|index| self.leaves[index]);
        let after = self.leaves.get(next).copied();
        let fills = before.is_some_and(|before| self.fill_value(before, place));
        if matches!(place.writes, Writes::Nothing) {
            return;
        }
        let mut chains: Vec<NodeId> =
            before.iter().chain(&after).flat_map(|leaf| self.collections_around(*leaf)).collect();
        chains.sort_by_key(|id| id.0);
        chains.dedup();
        let mut taking: Vec<NodeId> = chains.iter().copied().filter(|id| self.may_take(*id, place)).collect();
        if taking.is_empty() && !fills {
            // Nobody knows where it will stand.
            self.unknown[self.root.0 as usize] = true;
            taking = chains;
        }
        let range = crate::build::text_range(place.range.clone());
        for id in taking {
            self.unknown[id.0 as usize] = true;
            self.writers.push((id, range));
        }
    }

    /// An empty or plain value may be continued by what comes out below it, deeper than its key, and a block
    /// scalar by blank lines at its end.
    fn fill_value(&mut self, leaf: NodeId, place: &Place) -> bool {
        let Some(parent) = self.parents[leaf.0 as usize] else {
            let writes = !matches!(place.writes, Writes::Nothing);
            self.unknown[leaf.0 as usize] |= writes;
            return writes;
        };
        let node = &self.nodes[leaf.0 as usize];
        let on_same_line = line_start(self.source, place.range.start) <= usize::from(node.range.start());
        let is_empty = node.range.is_empty();
        let is_block = is_block_scalar(node);
        let deepest = match place.writes {
            _ if on_same_line => usize::MAX,
            Writes::Nothing | Writes::More { .. } if is_block => self.column_of(place.range.start),
            Writes::Nothing | Writes::More { .. } => return false,
            Writes::At(_, column) => column,
            Writes::Anywhere => usize::MAX,
        };
        let is_plain = matches!(node.content, Content::Scalar { .. }) && !on_same_line;
        let is_value = is_empty || is_block || is_plain && !self.is_key(leaf, parent);
        let fills = is_value && deepest > self.column_of(self.nodes[parent.0 as usize].range.start().into());
        self.unknown[leaf.0 as usize] |= fills;
        fills
    }

    /// A key is not continued by what stands below it; that is the beginning of its value.
    fn is_key(&self, leaf: NodeId, parent: NodeId) -> bool {
        match &self.nodes[parent.0 as usize].content {
            Content::Mapping { entries, .. } => entries.iter().any(|entry| entry.key == leaf),
            _ => false,
        }
    }

    fn may_take(&self, id: NodeId, place: &Place) -> bool {
        let node = &self.nodes[id.0 as usize];
        let start = usize::from(node.range.start());
        if is_flow(node) {
            return node.range.contains_range(crate::build::text_range(place.range.clone()));
        }
        match place.writes {
            Writes::Nothing => false,
            Writes::At(first, second) => {
                let column = self.column_of(start);
                column == first || column == second
            }
            Writes::More { column, items } => {
                let is_sequence = matches!(node.content, Content::Sequence { .. });
                is_sequence == items && self.column_of(start) == column
            }
            Writes::Anywhere => true,
        }
    }

    /// A mapping with an unknown key may hold any key; an unknown item of a flow sequence may be many.
    fn spread(&mut self) {
        for (index, node) in self.nodes.iter().enumerate() {
            let unknown = |id: NodeId| self.unknown[id.0 as usize];
            let open = match &node.content {
                Content::Mapping { entries, .. } => entries.iter().any(|entry| unknown(entry.key)),
                Content::Sequence { items, style: CollectionStyle::Flow } => {
                    items.iter().any(|item| unknown(item.value))
                }
                _ => false,
            };
            self.unknown[index] |= open;
        }
    }

    fn collections_around(&self, leaf: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(Some(leaf), |id| self.parents[id.0 as usize]).filter(|id| {
            matches!(self.nodes[id.0 as usize].content, Content::Mapping { .. } | Content::Sequence { .. })
        })
    }

    fn first_leaf_from(&self, offset: usize) -> usize {
        self.leaves.partition_point(|id| usize::from(self.nodes[id.0 as usize].range.start()) < offset)
    }

    fn column_of(&self, offset: usize) -> usize {
        offset - line_start(self.source, offset)
    }
}

fn is_flow(node: &NodeData) -> bool {
    matches!(
        node.content,
        Content::Mapping { style: CollectionStyle::Flow, .. }
            | Content::Sequence { style: CollectionStyle::Flow, .. }
    )
}

fn is_block_scalar(node: &NodeData) -> bool {
    use crate::ScalarStyle::{Folded, Literal};
    matches!(node.content, Content::Scalar { style: Literal | Folded, .. })
}

/// The ranges as the model gives them out.
pub(crate) fn ranges(ranges: impl Iterator<Item = Range<usize>>) -> Vec<TextRange> {
    let mut ranges: Vec<TextRange> = ranges.map(crate::build::text_range).collect();
    ranges.sort_by_key(|range| (range.start(), range.end()));
    ranges.dedup();
    ranges
}

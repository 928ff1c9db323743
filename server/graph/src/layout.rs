//! Where the nodes stand in a drawing: a column for each step from the workload, leaves below one another, and each node
//! in the middle of those below it.

use crate::radius::{BlastRadius, Node, Part};
use std::collections::HashMap;

/// How many nodes below one are drawn; the others are counted.
const MOST: usize = 14;
/// How many lines of parts a node has at most.
const MOST_LINES: usize = 3;
/// How many characters a line has at most.
const LINE: usize = 44;
/// The width of a character that hardly any font exceeds on average, of details and of labels, which are bold; and the
/// height of a line. In units of the drawing.
const CHARACTER: f64 = 6.6;
const BOLD_CHARACTER: f64 = 7.6;
pub(crate) const LINE_HEIGHT: f64 = 16.0;
/// Within the border of a node.
pub(crate) const PADDING: f64 = 8.0;
const BETWEEN_COLUMNS: f64 = 56.0;
const BETWEEN_ROWS: f64 = 8.0;

/// A drawing's boxes.
#[derive(Debug)]
pub(crate) struct Layout<'r> {
    pub(crate) boxes: Vec<Placed<'r>>,
    /// Which box stands below which.
    pub(crate) lines: Vec<(usize, usize)>,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// A box of the drawing.
#[derive(Debug)]
pub(crate) struct Placed<'r> {
    /// `None` stands for nodes that are not drawn.
    pub(crate) node: Option<&'r Node>,
    pub(crate) label: String,
    /// The details, line by line.
    pub(crate) lines: Vec<Vec<Part>>,
    column: usize,
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl<'r> Layout<'r> {
    pub(crate) fn of(radius: &'r BlastRadius) -> Self {
        let mut below: HashMap<usize, Vec<&Node>> = HashMap::new();
        for edge in &radius.edges {
            below.entry(edge.from).or_default().extend(radius.nodes.get(edge.to));
        }
        let mut layout = Self { boxes: Vec::new(), lines: Vec::new(), width: 0.0, height: 0.0 };
        if let Some(root) = radius.nodes.first() {
            layout.place(root, 0, &below);
        }
        layout.columns();
        layout
    }

    /// Places a node and all below it. Its box, and the middle of its height.
    fn place(
        &mut self,
        node: &'r Node,
        column: usize,
        below: &HashMap<usize, Vec<&'r Node>>,
    ) -> (usize, f64) {
        let own = self.boxes.len();
        self.boxes.push(Placed::of(node, column));
        let (drawn, hidden) = chosen(below.get(&node.id).map(Vec::as_slice).unwrap_or_default());
        let mut middles = Vec::new();
        for child in drawn {
            let (child, middle) = self.place(child, column + 1, below);
            self.lines.push((own, child));
            middles.push(middle);
        }
        if hidden > 0 {
            let more = self.boxes.len();
            self.boxes.push(Placed::more(hidden, column + 1));
            self.lines.push((own, more));
            middles.push(self.stack(more));
        }
        let middle = match (middles.first(), middles.last()) {
            (Some(first), Some(last)) => {
                let middle = f64::midpoint(*first, *last);
                if let Some(placed) = self.boxes.get_mut(own) {
                    placed.y = (middle - placed.height / 2.0).max(0.0);
                    self.height = self.height.max(placed.y + placed.height);
                }
                middle
            }
            _ => self.stack(own),
        };
        (own, middle)
    }

    /// Puts a box below all others. The middle of its height.
    fn stack(&mut self, own: usize) -> f64 {
        let gap = if self.height > 0.0 { BETWEEN_ROWS } else { 0.0 };
        let Some(placed) = self.boxes.get_mut(own) else { return self.height };
        placed.y = self.height + gap;
        self.height = placed.y + placed.height;
        placed.y + placed.height / 2.0
    }

    /// Makes the boxes of a column equally wide, and sets the columns beside one another.
    fn columns(&mut self) {
        let count = self.boxes.iter().map(|placed| placed.column + 1).max().unwrap_or_default();
        for column in 0..count {
            let own = self.boxes.iter_mut().filter(|placed| placed.column == column);
            let own: Vec<_> = own.collect();
            let width = own.iter().map(|placed| placed.width).fold(0.0, f64::max);
            let x = if column == 0 { 0.0 } else { self.width + BETWEEN_COLUMNS };
            for placed in own {
                (placed.x, placed.width) = (x, width);
            }
            self.width = x + width;
        }
    }
}

/// The nodes to draw, in their order: those that reach far first, then those that were not seen used. And how many are
/// left out.
fn chosen<'r>(nodes: &[&'r Node]) -> (Vec<&'r Node>, usize) {
    if nodes.len() <= MOST {
        return (nodes.to_vec(), 0);
    }
    let mut order: Vec<_> = nodes.to_vec();
    order.sort_by_key(|node| (node.risk.is_none(), node.used != Some(false)));
    order.truncate(MOST - 1);
    order.sort_by_key(|node| node.id);
    let hidden = nodes.len() - order.len();
    (order, hidden)
}

impl<'r> Placed<'r> {
    fn of(node: &'r Node, column: usize) -> Self {
        Self::sized(Some(node), shortened(&node.label), lines(&node.parts), column)
    }

    fn more(hidden: usize, column: usize) -> Self {
        Self::sized(None, format!("and {hidden} more"), Vec::new(), column)
    }

    fn sized(node: Option<&'r Node>, label: String, lines: Vec<Vec<Part>>, column: usize) -> Self {
        let lengths = lines.iter().map(|line| line.iter().map(|part| length(&part.text) + 2).sum::<usize>());
        let longest = f64::from(small(lengths.max().unwrap_or_default())) * CHARACTER;
        let width = longest.max(f64::from(small(length(&label))) * BOLD_CHARACTER) + 2.0 * PADDING;
        let height = (1.0 + f64::from(small(lines.len()))) * LINE_HEIGHT + 2.0 * PADDING;
        Self { node, label, lines, column, x: 0.0, y: 0.0, width, height }
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn small(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

fn shortened(text: &str) -> String {
    if length(text) <= LINE {
        return text.to_owned();
    }
    text.chars().take(LINE - 1).chain(['…']).collect()
}

/// The parts in lines that are not too long.
fn lines(parts: &[Part]) -> Vec<Vec<Part>> {
    let mut lines: Vec<Vec<Part>> = Vec::new();
    let mut room = 0;
    for part in parts {
        let part = Part { text: shortened(&part.text), used: part.used };
        let wanted = length(&part.text) + 2;
        if wanted > room {
            lines.push(Vec::new());
            room = LINE;
        }
        room = room.saturating_sub(wanted);
        if let Some(line) = lines.last_mut() {
            line.push(part);
        }
    }
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        if let Some(last) = lines.last_mut() {
            last.push(Part { text: "…".to_owned(), used: None });
        }
    }
    lines
}

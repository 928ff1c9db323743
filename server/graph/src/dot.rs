//! The graph for Graphviz.

use crate::radius::{BlastRadius, Node};
use std::fmt::Write;

impl BlastRadius {
    /// The graph in the DOT language.
    pub fn dot(&self) -> String {
        let mut dot = format!("digraph {} {{\n", quoted(&self.workload));
        dot.push_str("  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n");
        for node in &self.nodes {
            let mut text = node.label.clone();
            let parts: Vec<_> = node.parts.iter().map(|part| part.text.as_str()).collect();
            if !parts.is_empty() {
                text = format!("{text}\n{}", parts.join(", "));
            }
            // Writing to a string does not fail.
            let _ = writeln!(dot, "  n{} [label={}{}];", node.id, quoted(&text), look(node));
        }
        for edge in &self.edges {
            let used = self.nodes.get(edge.to).and_then(|node| node.used);
            let style = if used == Some(false) { " [style=dashed, color=gray]" } else { "" };
            let _ = writeln!(dot, "  n{} -> n{}{style};", edge.from, edge.to);
        }
        dot.push_str("}\n");
        dot
    }
}

fn look(node: &Node) -> String {
    let mut look = String::new();
    if node.used == Some(false) {
        look.push_str(", style=\"rounded,dashed\", color=gray, fontcolor=gray");
    } else if node.risk.is_some() {
        look.push_str(", color=orange, penwidth=2");
    }
    if let Some(risk) = &node.risk {
        let _ = write!(look, ", tooltip={}", quoted(risk));
    }
    look
}

/// A string of the DOT language.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for char in text.chars() {
        match char {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            char if char.is_control() => quoted.push('\u{FFFD}'),
            char => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}

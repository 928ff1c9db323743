//! The drawing. Its colors follow the reader's light or dark scheme, or that of the editor in which it is shown.

use crate::layout::{LINE_HEIGHT, Layout, PADDING, Placed};
use crate::radius::{BlastRadius, Node, NodeKind, Part};
use quick_xml::Writer;
use quick_xml::events::{BytesText, Event};
use std::io;

const MARGIN: f64 = 12.0;
const BASELINE: f64 = 12.0;
/// Room for the title and what the colors say.
const HEAD: f64 = 44.0;

const STYLE: &str = "
svg { --ink: var(--vscode-foreground, #1f2328); --ground: var(--vscode-editor-background, #ffffff);
  --line: var(--vscode-input-placeholderForeground, #8c959f); --faint: var(--vscode-descriptionForeground, #8c959f);
  --alarm: var(--vscode-editorWarning-foreground, #9a6700); --good: var(--vscode-testing-iconPassed, #1a7f37);
  background: var(--ground); font: 12px system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { svg { --ink: var(--vscode-foreground, #e6edf3);
  --ground: var(--vscode-editor-background, #0d1117); --line: var(--vscode-input-placeholderForeground, #6e7681);
  --faint: var(--vscode-descriptionForeground, #6e7681); --alarm: var(--vscode-editorWarning-foreground, #d29922);
  --good: var(--vscode-testing-iconPassed, #3fb950); } }
text { fill: var(--ink); } rect { fill: var(--ground); stroke: var(--line); }
.label { font-weight: 600; } .head { font-size: 14px; }
path { fill: none; stroke: var(--line); }
.used > rect, path.used { stroke: var(--good); }
.unused > rect, path.unused { stroke: var(--faint); stroke-dasharray: 4 3; }
.unused > text, text.unused, tspan.unused { fill: var(--faint); }
tspan.used { fill: var(--good); }
.risky > rect { stroke-width: 2; stroke: var(--alarm); }
.risky > .label { fill: var(--alarm); }
g:focus > rect, g:hover > rect { stroke-width: 3; }
";

impl BlastRadius {
    /// The drawing as SVG, readable by itself: each box has its whole text as a title, and can be reached by keyboard.
    ///
    /// # Errors
    /// None but those of writing to memory.
    pub fn svg(&self) -> io::Result<String> {
        let layout = Layout::of(self);
        let mut writer = Writer::new(Vec::new());
        let (width, height) = (layout.width + 2.0 * MARGIN, layout.height + 2.0 * MARGIN + HEAD);
        writer
            .create_element("svg")
            .with_attribute(("xmlns", "http://www.w3.org/2000/svg"))
            .with_attribute(("role", "group"))
            .with_attribute(("aria-label", self.title().as_str()))
            .with_attribute(("width", number(width).as_str()))
            .with_attribute(("height", number(height).as_str()))
            .with_attribute(("viewBox", format!("0 0 {} {}", number(width), number(height)).as_str()))
            .write_inner_content(|writer| self.content(&layout, writer))?;
        String::from_utf8(writer.into_inner()).map_err(io::Error::other)
    }

    fn title(&self) -> String {
        shown(&format!("What {} may do", self.workload))
    }

    fn content(&self, layout: &Layout<'_>, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
        text_element("style", STYLE, writer)?;
        text_at((MARGIN, MARGIN + BASELINE), "head label", &self.title(), writer)?;
        text_at((MARGIN, MARGIN + BASELINE + LINE_HEIGHT), "unused", &self.legend(), writer)?;
        let shift = format!("translate({} {})", number(MARGIN), number(MARGIN + HEAD));
        writer.create_element("g").with_attribute(("transform", shift.as_str())).write_inner_content(
            |writer| {
                for (from, to) in &layout.lines {
                    if let (Some(from), Some(to)) = (layout.boxes.get(*from), layout.boxes.get(*to)) {
                        line(from, to, writer)?;
                    }
                }
                layout.boxes.iter().try_for_each(|placed| draw(placed, writer))
            },
        )?;
        Ok(())
    }

    fn legend(&self) -> String {
        match &self.observed {
            None => "No evidence: nobody knows what of it is used".to_owned(),
            Some(observed) => {
                let window = match (&observed.first, &observed.last) {
                    (Some(first), Some(last)) => format!(" from {first} to {last}"),
                    _ => String::new(),
                };
                let s = if observed.events == 1 { "" } else { "s" };
                format!("Dashed and grey: not used in {} event{s}{window}", observed.events)
            }
        }
    }
}

fn line(from: &Placed<'_>, to: &Placed<'_>, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
    let (x1, y1) = (from.x + from.width, from.y + from.height / 2.0);
    let (x2, y2) = (to.x, to.y + to.height / 2.0);
    let middle = f64::midpoint(x1, x2);
    let [x1, y1, x2, y2, middle] = [x1, y1, x2, y2, middle].map(number);
    let curve = format!("M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}");
    let class = use_of(to.node.and_then(|node| node.used));
    writer
        .create_element("path")
        .with_attribute(("class", class))
        .with_attribute(("d", curve.as_str()))
        .write_empty()?;
    Ok(())
}

fn draw(placed: &Placed<'_>, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
    let told = placed.node.map_or_else(|| placed.label.clone(), told);
    let id = placed.node.map(|node| node.id.to_string()).unwrap_or_default();
    let risky = if placed.node.is_some_and(|node| node.risk.is_some()) { "risky " } else { "" };
    let class = format!("{risky}{}", use_of(placed.node.and_then(|node| node.used)));
    let place = format!("translate({} {})", number(placed.x), number(placed.y));
    writer
        .create_element("g")
        .with_attribute(("transform", place.as_str()))
        .with_attribute(("class", class.trim_end()))
        .with_attribute(("data-node", id.as_str()))
        .with_attribute(("role", "img"))
        .with_attribute(("tabindex", "0"))
        .with_attribute(("aria-label", told.as_str()))
        .write_inner_content(|writer| {
            text_element("title", &told, writer)?;
            writer
                .create_element("rect")
                .with_attribute(("rx", "4"))
                .with_attribute(("width", number(placed.width).as_str()))
                .with_attribute(("height", number(placed.height).as_str()))
                .write_empty()?;
            text_at((PADDING, PADDING + BASELINE), "label", &placed.label, writer)?;
            let mut y = PADDING + BASELINE;
            for parts in &placed.lines {
                y += LINE_HEIGHT;
                details(y, parts, writer)?;
            }
            Ok(())
        })?;
    Ok(())
}

fn details(y: f64, parts: &[Part], writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
    writer
        .create_element("text")
        .with_attribute(("x", number(PADDING).as_str()))
        .with_attribute(("y", number(y).as_str()))
        .write_inner_content(|writer| {
            for (place, part) in parts.iter().enumerate() {
                let text = if place == 0 { part.text.clone() } else { format!(", {}", part.text) };
                writer
                    .create_element("tspan")
                    .with_attribute(("class", use_of(part.used)))
                    .write_text_content(BytesText::new(&shown(&text)))?;
            }
            Ok(())
        })?;
    Ok(())
}

fn text_at((x, y): (f64, f64), class: &str, text: &str, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
    writer
        .create_element("text")
        .with_attribute(("x", number(x).as_str()))
        .with_attribute(("y", number(y).as_str()))
        .with_attribute(("class", class))
        .write_text_content(BytesText::new(&shown(text)))?;
    Ok(())
}

/// Text without the characters that XML cannot hold.
fn shown(text: &str) -> String {
    text.chars().map(|char| if char.is_control() && char != '\n' { '\u{FFFD}' } else { char }).collect()
}

fn text_element(name: &str, text: &str, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
    writer
        .create_element(name)
        .write_inner_content(|writer| writer.write_event(Event::Text(BytesText::new(&shown(text)))))?;
    Ok(())
}

/// All that is known of a node, in words.
fn told(node: &Node) -> String {
    let parts: Vec<_> =
        node.parts.iter().map(|part| format!("{}{}", part.text, in_words(part.used))).collect();
    let mut text = node.label.clone();
    if node.parts.is_empty() && node.kind != NodeKind::Workload {
        text.push_str(in_words(node.used));
    } else if !parts.is_empty() {
        text = format!("{text}: {}", parts.join(", "));
    }
    match &node.risk {
        Some(risk) => shown(&format!("{text}. Take care: {risk}")),
        None => shown(&text),
    }
}

fn in_words(used: Option<bool>) -> &'static str {
    match used {
        Some(true) => " (used)",
        Some(false) => " (not seen used)",
        None => "",
    }
}

fn use_of(used: Option<bool>) -> &'static str {
    match used {
        Some(true) => "used",
        Some(false) => "unused",
        None => "unknown",
    }
}

/// A length without more digits than a drawing needs.
fn number(length: f64) -> String {
    format!("{}", (length * 10.0).round() / 10.0)
}

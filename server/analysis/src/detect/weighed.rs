//! Which lines weighed in what the model says, to be shown.

use super::Sighting;
use crate::File;
use leastwise_model::protocol::Weight;

/// The most lines that are shown.
const MOST: usize = 3;
/// What is shown of a line, in characters.
const WIDTH: usize = 60;

/// A line that weighed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeighedLine {
    /// Its number in the text, from 1.
    pub row: u32,
    /// What stands there, shortened.
    pub text: String,
}

/// The lines that a sighting hangs on most, the weightiest first.
pub fn weighed(file: &File, sighting: &Sighting, weights: &[Weight]) -> Vec<WeighedLine> {
    let Some(placed) = file.stream().documents().get(sighting.document) else { return Vec::new() };
    let first = file.buffer().line_of(placed.offset);
    let source = placed.document.source();
    let mut weights: Vec<_> = weights.iter().filter(|weight| weight.weight > 0.0).collect();
    weights.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    let lines = weights.into_iter().filter_map(|weight| {
        let text = source.split('\n').nth(usize::try_from(weight.line).ok()?)?.trim();
        (!text.is_empty()).then(|| WeighedLine { row: first + weight.line + 1, text: shortened(text) })
    });
    lines.take(MOST).collect()
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Environment, sightings};
    use leastwise_model::Tag;

    #[test]
    fn the_weightiest_lines_are_shown_shortened_with_their_rows_in_the_text() {
        let long = "x".repeat(80);
        let text = format!("kind: A\n---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: {long}\n");
        let file = File::new(&text, &Environment::default());
        let source = file.stream().documents()[1].document.source();
        let line =
            |text: &str| u32::try_from(source.lines().position(|line| line.contains(text)).unwrap()).unwrap();
        let tag = Tag { label: "image-imitates-known-name".to_owned(), line: line("name"), probability: 0.9 };
        let sighting = &sightings(&file, 1, &[tag])[0];
        let weight = |text, weight| Weight { line: line(text), weight };
        let weights = [weight("kind", 0.5), weight("name", 2.0), weight("metadata", -1.0)];
        let shown: Vec<_> =
            weighed(&file, sighting, &weights).into_iter().map(|line| (line.row, line.text)).collect();
        let name = format!("name: {}…", "x".repeat(54));
        assert_eq!(shown, [(6, name), (4, "kind: Pod".to_owned())]);
    }
}

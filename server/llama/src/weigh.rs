//! Which lines a label hangs on: each is left out in turn, and what the label's odds then lose is its weight.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use leastwise_model::pieces::Reading;
use leastwise_model::protocol::Weight;

use crate::failure::Stop;
use crate::labels::Label;
use crate::script::{Scribe, Script};
use crate::states::StateReader;

/// The lines nearest to the label that are left out, beside those that it lies under. Each costs as much as an edit there.
const NEAREST: usize = 16;
/// What is told: the weightiest, and only those that matter.
const MOST: usize = 5;
const LEAST: f32 = 0.1;

/// The lines of a piece that a label of one of its lines hangs on, the weightiest first.
pub(crate) fn weigh(
    scribe: &mut Scribe<'_>,
    reader: &mut StateReader<'_>,
    script: &Script<'_>,
    (label, line): (&Label, u32),
    on_progress: &mut dyn FnMut(usize, usize),
    cancel: &AtomicBool,
) -> Result<Vec<Weight>, Stop> {
    let Some(end) = script.readings.iter().position(|reading| reading.judged == Some(line)) else {
        return Ok(Vec::new());
    };
    // What is read after the line cannot weigh.
    let readings = &script.readings[..=end];
    let lines = candidates(readings, line);
    let tokens = script.ends[end] + 1;
    let mut read = 0;
    let mut log_odds = |left_out: Option<u32>| {
        let shown = readings.iter().filter(|reading| left_out.is_none() || reading.line != left_out).copied();
        let variant = scribe.lines(shown.collect());
        let mut on_batch = |done| on_progress(read * tokens + done, (lines.len() + 1) * tokens);
        let states = reader.read(&variant, None, &mut on_batch, cancel)?;
        read += 1;
        Ok::<_, Stop>(states.last().map_or(f32::NAN, |state| label.log_odds(state)))
    };
    let whole = log_odds(None)?;
    let mut weights = Vec::new();
    for &line in &lines {
        let weight = whole - log_odds(Some(line))?;
        if weight > LEAST {
            weights.push(Weight { line, weight });
        }
    }
    weights.sort_by(|left, right| right.weight.total_cmp(&left.weight));
    weights.truncate(MOST);
    Ok(weights)
}

/// The lines to leave out, from the last to the first: so each reading goes on from where the one before it was cut.
fn candidates(readings: &[Reading<'_>], line: u32) -> Vec<u32> {
    // A line that is read twice is shown where it stands the first time: the first comes last and stays.
    let shown: BTreeMap<u32, &str> =
        readings.iter().rev().filter_map(|reading| Some((reading.line?, reading.text))).collect();
    let mut others: Vec<u32> = shown.keys().copied().filter(|&other| other != line).collect();
    others.sort_by_key(|other| other.abs_diff(line));
    others.truncate(NEAREST);
    others.extend(above(&shown, line));
    let first = |line: u32| readings.iter().position(|reading| reading.line == Some(line));
    others.sort_by_key(|&other| Reverse(first(other)));
    others.dedup();
    others
}

/// The lines that a line lies under, by indentation.
fn above(shown: &BTreeMap<u32, &str>, line: u32) -> Vec<u32> {
    let place = |text: &str| {
        let content = text.trim_start();
        (text.len() - content.len(), content.starts_with('-'))
    };
    let Some((mut column, mut is_item)) = shown.get(&line).map(|text| place(text)) else { return Vec::new() };
    let mut above = Vec::new();
    for (&number, text) in shown.range(..line).rev() {
        let (other, other_is_item) = place(text);
        // The items of a list may stand at the column of their key.
        if other < column || (other == column && is_item && !other_is_item) {
            above.push(number);
            (column, is_item) = (other, other_is_item);
        }
    }
    above
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readings<'text>(lines: &[(u32, &'text str)]) -> Vec<Reading<'text>> {
        lines.iter().map(|&(line, text)| Reading { text, line: Some(line), judged: None }).collect()
    }

    #[test]
    fn a_line_lies_under_what_stands_further_left_before_it() {
        let lines = [
            (0, "kind: Pod"),
            (1, "spec:"),
            (2, "  a:"),
            (3, "    b: 1"),
            (4, "  c:"),
            (5, "  - d:"),
            (6, "      e: 1"),
        ];
        let shown = lines.into_iter().collect();
        assert_eq!(above(&shown, 6), [5, 4, 1]);
        assert_eq!(above(&shown, 3), [2, 1]);
        assert!(above(&shown, 0).is_empty());
    }

    #[test]
    fn the_nearest_lines_and_those_above_are_left_out_from_the_last_on() {
        let texts: Vec<String> = (0..40).map(|number| format!("  key-{number}: 1")).collect();
        let mut lines = vec![(0, "spec:")];
        lines.extend((1..).zip(texts.iter().map(String::as_str)));
        let found = candidates(&readings(&lines), 30);
        let mut expected: Vec<u32> = (22..=38).filter(|&line| line != 30).rev().collect();
        expected.push(0);
        assert_eq!(found, expected);
    }
}

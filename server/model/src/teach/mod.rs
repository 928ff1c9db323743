//! Labels that are taught on this machine: a plane in the space of the detector's states, learned from a handful of files
//! that have a matter and a handful that have it not. Pure mathematics: who reads files and asks for states is elsewhere.

mod bag;
mod label;
mod plane;
mod point;
mod search;
mod space;
#[cfg(test)]
mod tests;
mod validation;
mod words;

pub use label::{BrokenLabel, Counts, MAX_FILE_BYTES, TaughtLabel, is_name};
pub use space::Whitening;
pub use validation::{Figures, Tally};

use crate::protocol::LineState;
use bag::Bag;
use point::{Point, word_weights};
use std::collections::BTreeSet;
use words::LineWords;

/// The fewest bad files, and the fewest good ones, that anything is learned from: one is left out to measure.
pub const FEWEST: usize = 2;
/// With fewer files of a kind what is measured says little.
pub const FEW: usize = 5;

/// A file to learn from.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// Whether it has the label.
    pub is_bad: bool,
    /// Its documents.
    pub documents: Vec<ExampleDocument>,
}

/// A document to learn from.
#[derive(Debug, Clone, PartialEq)]
pub struct ExampleDocument {
    /// Its text.
    pub text: String,
    /// The detector's states at the ends of its lines. What has none is not learned from.
    pub states: Vec<LineState>,
    /// The lines that a comment points out, counted from 0.
    pub marked: BTreeSet<u32>,
}

/// What was learned from examples.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// One for each number of a state in the space of learning.
    pub weights: Vec<f32>,
    /// Added to the weighted sum of a state.
    pub bias: f32,
    /// One for each place of a word of the line, or of a key below it.
    pub words: Vec<f32>,
    /// The least probability at which a line is told.
    pub threshold: f32,
    /// How well it does on files that it has not seen.
    pub measured: Figures,
    /// What it was learned from.
    pub taught_from: Counts,
    /// The lines that were taken to have the label.
    pub chosen: Vec<Chosen>,
}

/// A line that was taken to have the label, all counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    /// The example.
    pub example: usize,
    /// The document in it.
    pub document: usize,
    /// The line in that.
    pub line: u32,
}

/// Why nothing can be learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotLearn {
    /// There are too few examples.
    #[error(
        "{bad} bad and {good} good files are too few: at least {FEWEST} of each are needed, {FEW} are better"
    )]
    TooFew {
        /// Bad files with lines.
        bad: usize,
        /// Good files with lines.
        good: usize,
    },
    /// The states are not of one detector.
    #[error("the detector's states are not of the length that its file says")]
    Width,
}

/// Learns a label. The same examples in the same order always give the same lesson. `whitening` is what the detector's file
/// says of its states.
///
/// # Errors
///
/// See [`CannotLearn`].
pub fn learn(examples: &[Example], whitening: &Whitening) -> Result<Lesson, CannotLearn> {
    let has_lines = |example: &Example| example.documents.iter().any(|document| !document.states.is_empty());
    let count = |is_bad: bool| {
        examples.iter().filter(|example| example.is_bad == is_bad && has_lines(example)).count()
    };
    let (bad, good) = (count(true), count(false));
    if bad < FEWEST || good < FEWEST {
        return Err(CannotLearn::TooFew { bad, good });
    }
    let mut states =
        examples.iter().flat_map(|example| &example.documents).flat_map(|document| &document.states);
    let fits = |LineState { state, .. }: &LineState| {
        state.len() == whitening.width() && state.iter().all(|number| number.is_finite())
    };
    if !states.all(fits) {
        return Err(CannotLearn::Width);
    }
    // An example without lines says nothing; the others keep their numbers.
    let numbered = examples.iter().enumerate().filter(|(_, example)| has_lines(example));
    let (bags, places): (Vec<Bag>, Vec<Vec<Chosen>>) =
        numbered.map(|(number, example)| bag(number, example, whitening)).unzip();
    let validated = validation::validated(&bags);
    let plane = &validated.plane;
    let (weights, words) = plane.weights.split_at(whitening.width());
    let chosen = places.iter().zip(&validated.chosen);
    let chosen = chosen.flat_map(|(places, lines)| lines.iter().map(|&line| places[line])).collect();
    let marked_lines = bags.iter().map(|bag| bag.marked.len()).sum();
    Ok(Lesson {
        weights: weights.to_vec(),
        bias: plane.bias as f32,
        words: word_weights(words),
        threshold: validation::probability(validated.threshold),
        measured: validated.figures,
        taught_from: Counts { bad_files: bad, good_files: good, marked_lines },
        chosen,
    })
}

/// An example in the space of learning, and where each of its lines stands.
fn bag(number: usize, example: &Example, whitening: &Whitening) -> (Bag, Vec<Chosen>) {
    let mut bag = Bag { is_bad: example.is_bad, points: Vec::new(), texts: Vec::new(), marked: Vec::new() };
    let mut places = Vec::new();
    for (document, ExampleDocument { text, states, marked }) in example.documents.iter().enumerate() {
        let lines: Vec<&str> = text.split('\n').collect();
        for LineState { line, state } in states {
            let at = *line as usize;
            if example.is_bad && marked.contains(line) {
                bag.marked.push(bag.points.len());
            }
            bag.points.push(Point::of(whitening.apply(state), &LineWords::of(&lines, at)));
            bag.texts.push(lines.get(at).map(|text| text.trim().to_owned()).unwrap_or_default());
            places.push(Chosen { example: number, document, line: *line });
        }
    }
    (bag, places)
}

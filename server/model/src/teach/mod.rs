//! Labels that are taught on this machine from a handful of files that have a matter and a handful that have it not: a
//! pattern of keys and values where one explains the files, else a plane in the space of the detector's states. Pure
//! mathematics: who reads files and asks for states is elsewhere.

mod bag;
mod explained;
mod finder;
mod label;
mod outline;
mod pattern;
mod plane;
mod point;
mod search;
mod space;
#[cfg(test)]
mod tests;
mod validation;
mod words;

pub use label::{BrokenLabel, Counts, MAX_FILE_BYTES, TaughtLabel, is_name};
pub use outline::Outline;
pub use pattern::Pattern;
pub use space::Whitening;
pub use validation::{Figures, Tally};

use crate::protocol::LineState;
use bag::Bag;
use explained::{Explained, explained};
use finder::Sheet;
use point::{Point, word_weights};
use std::collections::BTreeSet;
use validation::Way;
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
    /// What explains the examples, in words. Where there is such a pattern it alone tells, and there is no plane: no weights
    /// of states and words.
    pub pattern: Option<Pattern>,
    /// One for each number of a state in the space of learning.
    pub weights: Vec<f32>,
    /// Added to the weighted sum of a state.
    pub bias: f32,
    /// One for each place of a word of the line, or of a key below it.
    pub words: Vec<f32>,
    /// The least probability at which a line is told; of a pattern, the probability that what it tells is right.
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

/// Learns a label. The same examples in the same order always give the same lesson. Of patterns that explain them equally
/// well, the one is taken that the label's name speaks of. `whitening` is what the detector's file says of its states.
///
/// # Errors
///
/// See [`CannotLearn`].
pub fn learn(name: &str, examples: &[Example], whitening: &Whitening) -> Result<Lesson, CannotLearn> {
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
    let numbered: Vec<_> = examples.iter().enumerate().filter(|(_, example)| has_lines(example)).collect();
    let bags: Vec<Bag> = numbered.iter().map(|(_, example)| bag(example, whitening)).collect();
    let sheets: Vec<Sheet> = numbered.iter().map(|(_, example)| sheet(example)).collect();
    let folds = validation::folds(&bags);
    let validated = validation::validated(&bags, &folds);
    let by_plane = Way { chosen: &validated.chosen, unseen: &validated.unseen };
    let explained = explained(&sheets, &bags, &folds, name);
    let compared = explained.as_ref().map(|explained| {
        let by_pattern = Way { chosen: &explained.chosen, unseen: &explained.unseen };
        validation::compared(&bags, &folds, &by_pattern, &by_plane)
    });
    let (is_explained, measured) = compared.unwrap_or_else(|| (false, validation::figures(&bags, &by_plane)));
    let explained = explained.filter(|_| is_explained);
    let chosen = explained.as_ref().map_or(&validated.chosen, |explained| &explained.chosen);
    let chosen = numbered.iter().zip(&bags).zip(chosen).flat_map(|((&(example, _), bag), lines)| {
        lines.iter().map(move |&line| {
            let (document, line) = bag.places[line];
            Chosen { example, document, line }
        })
    });
    let chosen = chosen.collect();
    let marked_lines = bags.iter().map(|bag| bag.marked.len()).sum();
    let taught_from = Counts { bad_files: bad, good_files: good, marked_lines };
    if let Some(Explained { pattern, .. }) = explained {
        let threshold = measured.files.expected_precision() as f32;
        let (weights, bias, words) = (Vec::new(), 0.0, Vec::new());
        return Ok(Lesson {
            pattern: Some(pattern),
            weights,
            bias,
            words,
            threshold,
            measured,
            taught_from,
            chosen,
        });
    }
    let plane = &validated.plane;
    let (weights, words) = plane.weights.split_at(whitening.width());
    Ok(Lesson {
        pattern: None,
        weights: weights.to_vec(),
        bias: plane.bias as f32,
        words: word_weights(words),
        threshold: validation::probability(validated.threshold),
        measured,
        taught_from,
        chosen,
    })
}

/// An example as patterns see it.
fn sheet(example: &Example) -> Sheet {
    let documents = example.documents.iter();
    let documents = documents.map(|document| (Outline::of(&document.text), document.marked.clone()));
    Sheet { is_bad: example.is_bad, documents: documents.collect() }
}

/// An example in the space of learning.
fn bag(example: &Example, whitening: &Whitening) -> Bag {
    let mut bag = Bag { is_bad: example.is_bad, ..Bag::default() };
    for (document, ExampleDocument { text, states, marked }) in example.documents.iter().enumerate() {
        let lines: Vec<&str> = text.split('\n').collect();
        for LineState { line, state } in states {
            let at = *line as usize;
            if example.is_bad && marked.contains(line) {
                bag.marked.push(bag.points.len());
            }
            bag.points.push(Point::of(whitening.apply(state), &LineWords::of(&lines, at)));
            bag.texts.push(lines.get(at).map(|text| text.trim().to_owned()).unwrap_or_default());
            bag.places.push((document, *line));
        }
    }
    bag
}

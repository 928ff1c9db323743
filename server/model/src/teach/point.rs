//! A line in the space of learning: the model's state, whitened, and the line's words.

use super::space::dot;
use super::words::{LineWords, is_below};

/// How much the words of a line count beside the state, whose directions have deviation 1, and how much the keys below it.
const WORDS_SHARE: f32 = 10.0;
const KEYS_SHARE: f32 = 20.0;

/// A line.
#[derive(Debug, Clone)]
pub(super) struct Point {
    state: Vec<f32>,
    /// The numbers that are not 0, by place.
    words: Vec<(usize, f32)>,
}

fn share(place: usize) -> f32 {
    if is_below(place) { KEYS_SHARE } else { WORDS_SHARE }
}

impl Point {
    /// The line of that whitened state.
    pub(super) fn of(state: Vec<f32>, words: &LineWords) -> Self {
        Self { words: words.numbers().map(|(place, number)| (place, share(place) * number)).collect(), state }
    }

    /// The length of the state; the words' numbers follow it.
    pub(super) fn state_width(&self) -> usize {
        self.state.len()
    }

    /// The weighted sum.
    pub(super) fn sum(&self, weights: &[f32]) -> f64 {
        let (state, words) = weights.split_at(self.state.len().min(weights.len()));
        let words = self.words.iter().filter_map(|(place, number)| Some(number * words.get(*place)?));
        dot(&self.state, state) + f64::from(words.sum::<f32>())
    }

    /// Adds this point, times a factor, to a sum.
    pub(super) fn add_to(&self, sum: &mut [f32], factor: f32) {
        let (state, words) = sum.split_at_mut(self.state.len().min(sum.len()));
        for (sum, number) in state.iter_mut().zip(&self.state) {
            *sum += factor * number;
        }
        for (place, number) in &self.words {
            if let Some(sum) = words.get_mut(*place) {
                *sum += factor * number;
            }
        }
    }

    /// How alike two points are, from -1 to 1.
    pub(super) fn likeness(&self, other: &Self) -> f64 {
        self.product(other) / (self.product(self) * other.product(other)).sqrt().max(f64::MIN_POSITIVE)
    }

    fn product(&self, other: &Self) -> f64 {
        let mut words = 0.0;
        let mut others = other.words.iter().peekable();
        for (place, number) in &self.words {
            while others.next_if(|(other, _)| other < place).is_some() {}
            if let Some((_, other)) = others.next_if(|(other, _)| other == place) {
                words += f64::from(number * other);
            }
        }
        dot(&self.state, &other.state) + words
    }
}

/// Weights of words as they count for numbers of length 1.
pub(super) fn word_weights(weights: &[f32]) -> Vec<f32> {
    weights.iter().enumerate().map(|(place, weight)| weight * share(place)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::teach::words;

    #[test]
    fn sums_and_likeness_are_those_of_state_and_words_together() {
        let point = |state: [f32; 2], text: &str| Point::of(state.to_vec(), &LineWords::of(&[text], 0));
        let (one, other) = (point([3.0, 4.0], "value: debug"), point([4.0, 3.0], "value: info"));
        let mut written = vec![0.0; 2 + words::WIDTH];
        one.add_to(&mut written, 1.0);
        let squares = f64::from(written.iter().map(|number| number * number).sum::<f32>());
        assert!((squares - 25.0 - f64::from(WORDS_SHARE * WORDS_SHARE)).abs() < 1e-3, "{squares}");
        assert!((other.sum(&written) - other.product(&one)).abs() < 1e-3);
        // One word of three is the same.
        let expected = (24.0 + f64::from(WORDS_SHARE * WORDS_SHARE) / 3.0) / squares;
        assert!((one.likeness(&other) - expected).abs() < 1e-6, "{}", one.likeness(&other));
        assert!((one.likeness(&one) - 1.0).abs() < 1e-6);
    }
}

//! The space in which labels are learned: the model's states, shifted and turned so that over all manifests each direction
//! varies alike and none with another. There, a few examples tell which direction a label lies in.

use crate::gguf::Metadata;

/// The keys of both in the metadata of a detector's file.
const MEAN_KEY: &str = "leastwise.state_mean";
const WHITENING_KEY: &str = "leastwise.state_whitening";

/// What makes plain states into ones whose directions vary alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Whitening {
    mean: Vec<f32>,
    /// Row by row, a square.
    matrix: Vec<f32>,
}

impl Whitening {
    /// From what a detector's file says: the mean of its states, and a square matrix, row by row. `None` where they do not
    /// fit together.
    #[must_use]
    pub fn new(mean: Vec<f32>, matrix: Vec<f32>) -> Option<Self> {
        let fits = !mean.is_empty() && mean.len().checked_mul(mean.len()) == Some(matrix.len());
        let is_finite = mean.iter().chain(&matrix).all(|number| number.is_finite());
        (fits && is_finite).then_some(Self { mean, matrix })
    }

    /// What the header of a detector's file says. `None` where it says nothing, or nothing that fits together.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Option<Self> {
        Self::new(metadata.numbers(MEAN_KEY)?.to_vec(), metadata.numbers(WHITENING_KEY)?.to_vec())
    }

    /// How many numbers a state has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.mean.len()
    }

    /// A state in the space of learning. `state` has [`Self::width`] numbers.
    pub(super) fn apply(&self, state: &[f32]) -> Vec<f32> {
        let centred: Vec<f32> = state.iter().zip(&self.mean).map(|(number, mean)| number - mean).collect();
        self.matrix.chunks_exact(self.width()).map(|row| dot(row, &centred) as f32).collect()
    }
}

/// The sum of the products. In lanes, so that the compiler may use wide instructions; the order is always the same.
pub(super) fn dot(left: &[f32], right: &[f32]) -> f64 {
    const LANES: usize = 8;
    let mut sums = [0.0_f32; LANES];
    let (left_chunks, left_rest) = left.as_chunks::<LANES>();
    let (right_chunks, right_rest) = right.as_chunks::<LANES>();
    for (left, right) in left_chunks.iter().zip(right_chunks) {
        for ((sum, left), right) in sums.iter_mut().zip(left).zip(right) {
            *sum += left * right;
        }
    }
    let rest: f32 = left_rest.iter().zip(right_rest).map(|(left, right)| left * right).sum();
    sums.iter().map(|&sum| f64::from(sum)).sum::<f64>() + f64::from(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gguf::{Array, Value};

    #[test]
    fn a_state_is_centred_and_then_turned() {
        let mut metadata = Metadata::default();
        metadata.set(MEAN_KEY, Value::Array(Array::F32(vec![1.0, -2.0])));
        metadata.set(WHITENING_KEY, Value::Array(Array::F32(vec![0.5, 0.25, 0.0, 3.0])));
        let whitening = Whitening::of(&metadata).unwrap();
        // By hand: the centred state is (3, 3).
        assert_eq!(whitening.apply(&[4.0, 1.0]), [2.25, 9.0]);
        assert_eq!(Whitening::of(&Metadata::default()), None);
    }

    #[test]
    fn what_does_not_fit_together_is_none() {
        assert!(Whitening::new(vec![0.0; 2], vec![0.0; 3]).is_none());
        assert!(Whitening::new(vec![f32::NAN], vec![0.0]).is_none());
        assert!(Whitening::new(Vec::new(), Vec::new()).is_none());
    }

    #[test]
    fn a_sum_of_any_length_is_right() {
        let numbers: Vec<f32> = (0..19_u8).map(f32::from).collect();
        let squares = (0..19_u32).map(|number| f64::from(number * number)).sum::<f64>();
        assert_eq!(dot(&numbers, &numbers), squares);
    }
}

//! A plane in the space of the model's states: how far a state lies on its one side.

/// Numbers that are added at once: what the vectors of common processors hold.
const LANES: usize = 8;

/// Weights for the numbers of a state, and what is added to their sum.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plane {
    pub(crate) weights: Vec<f32>,
    pub(crate) bias: f32,
}

impl Plane {
    /// The weighted sum of a state's numbers, and the bias. Always added in the same order.
    pub(crate) fn height(&self, state: &[f32]) -> f32 {
        let (weights, last_weights) = self.weights.as_chunks::<LANES>();
        let (numbers, last_numbers) = state.as_chunks::<LANES>();
        let mut sums = [0.0; LANES];
        for (weights, numbers) in weights.iter().zip(numbers) {
            for lane in 0..LANES {
                sums[lane] += weights[lane] * numbers[lane];
            }
        }
        let rest: f32 = last_weights.iter().zip(last_numbers).map(|(weight, number)| weight * number).sum();
        sums.iter().sum::<f32>() + rest + self.bias
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_counts_once() {
        // One more than two full rounds, of small whole numbers, whose sums are exact.
        let numbers: Vec<f32> = (1..=17).map(|number| number as f32).collect();
        let plane = Plane { weights: numbers.clone(), bias: 0.5 };
        // The sum of the first 17 squares.
        assert_eq!(plane.height(&numbers), 1785.5);
    }
}

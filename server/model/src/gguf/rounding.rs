//! Rounds a matrix to four bits a number (IQ4_NL) in sight of what it is multiplied with, so that little of what it says is lost.
//!
//! Where two inputs go together, an error in the weight of one can be made up for in the weight of the other. How much in which,
//! training has measured on what the layer's inputs are, and the adapter tells: the upper triangle `U` for which `Uᵀ U` is the
//! inverse of the inputs' second moments. Weights are rounded from left to right, and what is lost at one is taken from those
//! that follow (Frantar and others, "GPTQ", arXiv 2210.17323). Training keeps the triangles small: one for each span of inputs.

use super::quantize::{BLOCK, LEVELS};
use super::{Error, f16_to_f32, f32_to_f16};

/// How many scales are tried for a block beside the one that brings its largest number to the largest level.
const TRIED: i8 = 7;

/// How the rounding of a weight is made up for in those that follow it, for the rows of a matrix.
#[derive(Debug)]
pub(super) struct Rounding {
    /// The inputs of a span.
    span: usize,
    /// The triangle of each span, row by row, one after the other.
    triangles: Vec<f32>,
}

impl Rounding {
    /// The triangles of so many spans, together for so many inputs.
    pub(super) fn new(triangles: Vec<f32>, spans: usize, inputs: usize) -> Result<Self, Error> {
        let span = inputs.checked_div(spans).unwrap_or(0);
        let fits = span > 0
            && span * spans == inputs
            && span.is_multiple_of(BLOCK)
            && triangles.len() == spans * (span * (span + 1) / 2);
        if !fits {
            let found = triangles.len();
            return Err(Error::malformed(format!("{found} numbers in {spans} spans do not round {inputs}")));
        }
        let rounding = Self { span, triangles };
        if (0..inputs).any(|input| rounding.following(input)[0] <= 0.0) {
            return Err(Error::malformed("a rounding weighs nothing"));
        }
        Ok(rounding)
    }

    /// The row of the triangle that belongs to an input: itself, and those that follow in its span.
    fn following(&self, input: usize) -> &[f32] {
        let (span, row) = (input / self.span, input % self.span);
        let start =
            span * (self.span * (self.span + 1) / 2) + row * self.span - row * row.saturating_sub(1) / 2;
        &self.triangles[start..start + self.span - row]
    }

    /// A row of weights in bytes of IQ4_NL: in blocks of 32 a 16-bit scale, then a level for each. The row is used up.
    pub(super) fn quantize(&self, row: &mut [f32], bytes: &mut Vec<u8>) -> Result<(), Error> {
        for start in (0..row.len()).step_by(BLOCK) {
            let weighs: [f32; BLOCK] = std::array::from_fn(|place| {
                let own = self.following(start + place)[0];
                1.0 / (own * own)
            });
            let stored = f32_to_f16(scale_of(&row[start..start + BLOCK], &weighs));
            let scale = f16_to_f32(stored);
            if !scale.is_finite() || row[start..start + BLOCK].iter().any(|weight| !weight.is_finite()) {
                return Err(Error::malformed("a weight is not a number, or too large for IQ4_NL"));
            }
            let mut levels = [0_u8; BLOCK];
            for (place, level) in levels.iter_mut().enumerate() {
                let input = start + place;
                *level = nearest(row[input], scale);
                let following = self.following(input);
                let lost = (row[input] - LEVELS[usize::from(*level)] * scale) / following[0];
                for (later, share) in row[input..].iter_mut().zip(following) {
                    *later -= lost * share;
                }
            }
            bytes.extend(stored.to_le_bytes());
            let (low, high) = levels.split_at(BLOCK / 2);
            bytes.extend(low.iter().zip(high).map(|(low, high)| low | high << 4));
        }
        Ok(())
    }
}

/// The scale at which a block loses least, where an error in each of its numbers weighs so much.
fn scale_of(block: &[f32], weighs: &[f32]) -> f32 {
    let largest = block.iter().fold(0.0_f32, |largest, &number| match number.abs() > largest.abs() {
        true => number,
        false => largest,
    });
    if largest == 0.0 {
        return 0.0;
    }
    let (mut least, mut best) = (f32::INFINITY, largest / LEVELS[0]);
    for step in -TRIED..=TRIED {
        let tried = largest / (LEVELS[0] + f32::from(step));
        let rounded = || block.iter().map(|&number| LEVELS[usize::from(nearest(number, tried))]);
        let (mut both, mut square) = (0.0_f32, 0.0_f32);
        for ((number, weigh), level) in block.iter().zip(weighs).zip(rounded()) {
            both += weigh * level * number;
            square += weigh * level * level;
        }
        // Of these levels the best multiple, as it can be stored.
        let scale = f16_to_f32(f32_to_f16(both / square));
        let mut error = 0.0_f32;
        for ((number, weigh), level) in block.iter().zip(weighs).zip(rounded()) {
            let lost = number - scale * level;
            error += weigh * lost * lost;
        }
        if error < least {
            (least, best) = (error, scale);
        }
    }
    best
}

/// The level nearest to a number at this scale.
fn nearest(number: f32, scale: f32) -> u8 {
    let target = if scale == 0.0 { 0.0 } else { number / scale };
    LEVELS.windows(2).take_while(|pair| f32::midpoint(pair[0], pair[1]) < target).count() as u8
}

#[cfg(test)]
mod tests {
    use super::super::{TensorType, dequantize};
    use super::*;

    /// A rounding in which no weight makes up for another.
    fn alone(inputs: usize) -> Rounding {
        let triangle: Vec<f32> =
            (0..32).flat_map(|row| (row..32).map(move |at| f32::from(at == row))).collect();
        Rounding::new(triangle.repeat(inputs / 32), inputs / 32, inputs).unwrap()
    }

    fn back(rounding: &Rounding, row: &[f32]) -> Vec<f32> {
        let mut bytes = Vec::new();
        rounding.quantize(&mut row.to_vec(), &mut bytes).unwrap();
        assert_eq!(bytes.len(), row.len() / 32 * 18);
        dequantize(TensorType::Iq4Nl, &bytes).unwrap()
    }

    #[test]
    fn what_lies_on_the_levels_is_kept() {
        let row: Vec<f32> =
            (0..64).map(|at| LEVELS[at * 7 % 16] * if at < 32 { 0.5 } else { -0.25 }).collect();
        assert_eq!(back(&alone(64), &row), row);
        assert_eq!(back(&alone(32), &[0.0; 32]), [0.0; 32]);
    }

    #[test]
    fn a_number_goes_to_the_nearest_level_of_either_sign() {
        for (number, level) in
            [(-200.0, 0), (-115.0, 1), (-4.6, 7), (0.0, 8), (6.9, 8), (7.1, 9), (500.0, 15)]
        {
            assert_eq!(nearest(number, 1.0), level, "{number}");
            assert_eq!(nearest(-number, -1.0), level, "{number}");
        }
    }

    #[test]
    fn what_is_lost_at_one_weight_is_made_up_for_in_those_that_follow() {
        // Inputs that are nearly the same: of [[1, .99], [.99, 1]] the inverse is UᵀU.
        let (moment, inputs) = (0.99_f32, 32);
        let last = 1.0 / (1.0 - moment * moment);
        let triangle: Vec<f32> = (0..inputs)
            .flat_map(|row| (row..inputs).map(move |at| (row, at)))
            .map(|(row, at)| match (row % 2 == 0, at - row) {
                (true, 0) => last.sqrt(),
                (true, 1) => -moment * last.sqrt(),
                (false, 0) => 1.0,
                _ => 0.0,
            })
            .collect();
        let together = Rounding::new(triangle, 1, inputs).unwrap();
        // What is lost of products with inputs that are the same in pairs, in many rows.
        let lost = |rounding: &Rounding| -> f32 {
            let rows =
                (0..40).map(|row| (0..inputs).map(move |at| ((at * at + 37 * row) as f32 * 0.7).sin()));
            rows.map(Vec::from_iter)
                .map(|row: Vec<f32>| {
                    let errors: Vec<f32> =
                        back(rounding, &row).iter().zip(&row).map(|(a, b)| a - b).collect();
                    errors.chunks(2).map(|pair| (pair[0] + pair[1]).powi(2)).sum::<f32>()
                })
                .sum()
        };
        let (made_up, alone) = (lost(&together), lost(&alone(inputs)));
        assert!(made_up < 0.75 * alone, "{made_up} of {alone}");
    }

    #[test]
    fn what_does_not_fit_or_is_no_number_is_refused() {
        for (numbers, spans, inputs) in [(528, 1, 64), (527, 1, 32), (528, 0, 32), (136, 1, 16)] {
            assert!(Rounding::new(vec![1.0; numbers], spans, inputs).is_err(), "{numbers} {spans} {inputs}");
        }
        assert!(Rounding::new(vec![0.0; 528], 1, 32).is_err());
        for bad in [f32::NAN, f32::INFINITY, 1e30] {
            let mut row = [1.0; 32];
            row[5] = bad;
            assert!(alone(32).quantize(&mut row, &mut Vec::new()).is_err(), "{bad}");
        }
    }
}

//! Between stored bytes and numbers. Every number is computed by itself from basic operations that IEEE 754 rounds the same
//! everywhere, so that the bytes are the same on every machine.

use super::half::{f16_to_f32, f32_to_f16};
use super::{Error, TensorType};

/// How many numbers the quantized types keep in a block.
pub(super) const BLOCK: usize = 32;

/// The sixteen levels of IQ4_NL, closer together near zero (`kvalues_iq4nl` in `ggml-common.h` of ggml).
pub(super) const LEVELS: [f32; 16] = [
    -127.0, -104.0, -83.0, -65.0, -49.0, -35.0, -22.0, -10.0, 1.0, 13.0, 25.0, 38.0, 53.0, 69.0, 89.0, 113.0,
];

/// The numbers in a tensor's bytes.
///
/// # Errors
///
/// When the type is unknown here, or the bytes do not fill whole blocks.
pub fn dequantize(kind: TensorType, bytes: &[u8]) -> Result<Vec<f32>, Error> {
    let block_size = match kind.block() {
        Some((_, size)) => size as usize,
        None => return Err(Error::malformed(format!("tensors of the type {kind:?} are not read"))),
    };
    let (blocks, rest) = (bytes.chunks_exact(block_size), bytes.len() % block_size);
    if rest != 0 {
        return Err(Error::malformed(format!("{} bytes are no whole blocks of {kind:?}", bytes.len())));
    }
    let mut numbers = Vec::new();
    match kind {
        TensorType::F32 => numbers.extend(blocks.map(|bytes| f32::from_bits(word(bytes)))),
        TensorType::F16 => numbers.extend(blocks.map(|bytes| half_at(bytes, 0))),
        TensorType::Bf16 => numbers.extend(blocks.map(|bytes| f32::from_bits(word(bytes) << 16))),
        TensorType::Q4_0 => {
            for block in blocks {
                let scale = half_at(block, 0);
                numbers.extend(nibbles(&block[2..]).map(|nibble| (f32::from(nibble) - 8.0) * scale));
            }
        }
        TensorType::Q4_1 => {
            for block in blocks {
                let (scale, minimum) = (half_at(block, 0), half_at(block, 2));
                numbers.extend(nibbles(&block[4..]).map(|nibble| f32::from(nibble) * scale + minimum));
            }
        }
        TensorType::Q8_0 => {
            for block in blocks {
                let scale = half_at(block, 0);
                numbers.extend(block[2..].iter().map(|&byte| f32::from(byte as i8) * scale));
            }
        }
        TensorType::Iq4Nl => {
            for block in blocks {
                let scale = half_at(block, 0);
                numbers.extend(nibbles(&block[2..]).map(|nibble| LEVELS[usize::from(nibble)] * scale));
            }
        }
        TensorType::Other(_) => {}
    }
    Ok(numbers)
}

/// Stores numbers as Q8_0, as ggml does: in blocks of 32, each a 16-bit scale that makes the largest magnitude 127, then
/// multiples of it, rounded half away from zero.
///
/// # Errors
///
/// When the numbers do not fill whole blocks, or one of them is not a number or too large for a 16-bit scale.
pub fn quantize_q8_0(numbers: &[f32]) -> Result<Vec<u8>, Error> {
    if !numbers.len().is_multiple_of(BLOCK) {
        return Err(Error::malformed(format!("{} numbers are no whole blocks of Q8_0", numbers.len())));
    }
    let mut bytes = Vec::with_capacity(numbers.len() / BLOCK * (2 + BLOCK));
    for block in numbers.chunks_exact(BLOCK) {
        let largest = block.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
        let scale = largest / 127.0;
        let stored = f32_to_f16(scale);
        // `max` above passes over what is not a number.
        if block.iter().any(|number| number.is_nan()) || f16_to_f32(stored).is_infinite() {
            return Err(Error::malformed("a weight is not a number, or too large for Q8_0"));
        }
        let inverse = if scale == 0.0 { 0.0 } else { 1.0 / scale };
        bytes.extend(stored.to_le_bytes());
        bytes.extend(block.iter().map(|number| (number * inverse).round() as i8 as u8));
    }
    Ok(bytes)
}

/// Up to four bytes, little endian.
fn word(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte))
}

fn half_at(bytes: &[u8], place: usize) -> f32 {
    f16_to_f32(word(&bytes[place..place + 2]) as u16)
}

/// The low halves of all bytes, then the high ones.
fn nibbles(bytes: &[u8]) -> impl Iterator<Item = u8> {
    bytes.iter().map(|byte| byte & 0xf).chain(bytes.iter().map(|byte| byte >> 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_numbers() {
        let bytes = [1.5_f32, -0.0, 3e-30].map(f32::to_le_bytes).concat();
        assert_eq!(dequantize(TensorType::F32, &bytes).unwrap(), [1.5, 0.0, 3e-30]);
        // 1.0 and -2.0 in sixteen bits of either kind.
        assert_eq!(dequantize(TensorType::F16, &[0x00, 0x3c, 0x00, 0xc0]).unwrap(), [1.0, -2.0]);
        assert_eq!(dequantize(TensorType::Bf16, &[0x80, 0x3f, 0x00, 0xc0]).unwrap(), [1.0, -2.0]);
    }

    #[test]
    fn four_bits_are_first_the_low_and_then_the_high_halves() {
        let nibbles: Vec<u8> = (0..16).map(|index| index | (15 - index) << 4).collect();
        // The scale 0.5 and the minimum -1.
        let q4_0 = [[0x00, 0x38].as_slice(), &nibbles].concat();
        let q4_1 = [[0x00, 0x38, 0x00, 0xbc].as_slice(), &nibbles].concat();
        let levels = || (0..16).chain((0..16).rev()).map(|level| level as f32);
        let expected: Vec<f32> = levels().map(|level| (level - 8.0) / 2.0).collect();
        assert_eq!(dequantize(TensorType::Q4_0, &q4_0).unwrap(), expected);
        let expected: Vec<f32> = levels().map(|level| level / 2.0 - 1.0).collect();
        assert_eq!(dequantize(TensorType::Q4_1, &q4_1).unwrap(), expected);
    }

    #[test]
    fn eight_bits_round_half_away_from_zero_at_the_scale_of_the_largest() {
        let mut numbers = [0.0_f32; 32];
        numbers[..6].copy_from_slice(&[127.0, 2.5, -2.5, 0.49, -127.0, 1.0]);
        let bytes = quantize_q8_0(&numbers).unwrap();
        assert_eq!(bytes.len(), 34);
        // The scale is 1.
        assert_eq!(bytes[..8], [0x00, 0x3c, 127, 3, 253, 0, 129, 1]);
        assert_eq!(dequantize(TensorType::Q8_0, &bytes).unwrap()[..6], [127.0, 3.0, -3.0, 0.0, -127.0, 1.0]);
    }

    #[test]
    fn eight_bits_are_never_further_off_than_half_a_step_and_the_scale() {
        let numbers: Vec<f32> =
            (0..320).map(|index| ((index * index) as f32).sin() * (index as f32)).collect();
        let back = dequantize(TensorType::Q8_0, &quantize_q8_0(&numbers).unwrap()).unwrap();
        for (block, back) in numbers.chunks(32).zip(back.chunks(32)) {
            let largest = block.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
            for (number, back) in block.iter().zip(back) {
                // Half a step, and the scale's own rounding to eleven bits.
                assert!((number - back).abs() <= largest / 254.0 + largest / 2048.0, "{number} {back}");
            }
        }
    }

    #[test]
    fn nothing_becomes_nothing_and_what_is_no_number_is_refused() {
        assert_eq!(quantize_q8_0(&[0.0; 32]).unwrap(), [0; 34]);
        for bad in [f32::NAN, f32::INFINITY, 1e30] {
            let mut numbers = [1.0; 32];
            numbers[7] = bad;
            assert!(quantize_q8_0(&numbers).is_err());
        }
        assert!(quantize_q8_0(&[1.0; 31]).is_err());
        assert!(dequantize(TensorType::Q8_0, &[0; 33]).is_err());
        assert!(dequantize(TensorType::Other(12), &[0; 144]).is_err());
    }
}

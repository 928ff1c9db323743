//! Numbers of 16 bits, as IEEE 754 lays them out: one bit of sign, five of exponent, ten of fraction.

/// The value of a 16-bit number, which is always exact.
#[must_use]
pub fn f16_to_f32(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let exponent = u32::from(bits >> 10 & 0x1f);
    let fraction = u32::from(bits & 0x3ff);
    let magnitude = match exponent {
        // Zero and what is too small for a leading one: so many times the smallest number.
        0 => (fraction as f32 * f32::from_bits(0x3380_0000)).to_bits(),
        0x1f => 0x7f80_0000 | fraction << 13,
        _ => (exponent + 127 - 15) << 23 | fraction << 13,
    };
    f32::from_bits(sign | magnitude)
}

/// The nearest 16-bit number; of two that are equally near the one with an even last bit. Too much becomes infinite.
#[must_use]
pub fn f32_to_f16(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = (bits >> 16) as u16 & 0x8000;
    let exponent = bits >> 23 & 0xff;
    let fraction = bits & 0x007f_ffff;
    let magnitude = match exponent {
        // Not a number stays one, also where its telling bits are the ones that are cut off.
        0xff => 0x7c00 | u32::from(fraction != 0) << 9 | fraction >> 13,
        // From 2^16 on nothing but infinity is left.
        143.. => 0x7c00,
        // A carry out of the fraction goes into the exponent, which is just right, also from the largest number to infinity.
        113.. => round_off((exponent - 112) << 23 | fraction, 13),
        // The leading one becomes part of the fraction. Below half of the smallest number nothing is left.
        102.. => round_off(0x0080_0000 | fraction, 126 - exponent),
        _ => 0,
    };
    sign | magnitude as u16
}

/// Cuts off the last bits, rounding to the nearest and ties to even.
fn round_off(bits: u32, count: u32) -> u32 {
    let kept = bits >> count;
    let half = 1_u32 << (count - 1);
    let rest = bits & ((1 << count) - 1);
    kept + u32::from(rest > half || (rest == half && kept & 1 == 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the bits mean, by the definition.
    fn meaning(bits: u16) -> f64 {
        let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
        let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
        match exponent {
            0 => sign * fraction * 2_f64.powi(-24),
            0x1f if fraction == 0.0 => sign * f64::INFINITY,
            0x1f => f64::NAN,
            _ => sign * (1.0 + fraction / 1024.0) * 2_f64.powi(exponent - 15),
        }
    }

    #[test]
    fn every_16_bit_number_means_what_the_definition_says_and_comes_back() {
        for bits in 0..=u16::MAX {
            let value = f16_to_f32(bits);
            if value.is_nan() {
                assert!(meaning(bits).is_nan() && f16_to_f32(f32_to_f16(value)).is_nan(), "{bits:#x}");
            } else {
                assert_eq!(f64::from(value), meaning(bits), "{bits:#x}");
                assert_eq!(f32_to_f16(value), bits);
            }
        }
    }

    #[test]
    fn between_two_numbers_the_nearer_is_taken_and_ties_go_to_even() {
        // Infinity stands for 65,536 here, where the next number would be.
        for bits in 0..0x7c00_u16 {
            let (low, high) = (meaning(bits), if bits == 0x7bff { 65_536.0 } else { meaning(bits + 1) });
            let middle = f32::midpoint(low as f32, high as f32);
            assert_eq!(f64::from(middle), f64::midpoint(low, high));
            assert_eq!(f32_to_f16(middle), bits + (bits & 1), "{bits:#x}");
            assert_eq!(f32_to_f16(middle.next_down()), bits, "{bits:#x}");
            assert_eq!(f32_to_f16(middle.next_up()), bits + 1, "{bits:#x}");
            assert_eq!(f32_to_f16(-middle.next_up()), 0x8000 | (bits + 1), "{bits:#x}");
        }
    }

    #[test]
    fn too_much_is_infinite_and_no_number_stays_none() {
        for value in [65_536.0, 1e30, f32::INFINITY] {
            assert_eq!(f32_to_f16(value), 0x7c00);
            assert_eq!(f32_to_f16(-value), 0xfc00);
        }
        assert!(f16_to_f32(f32_to_f16(f32::from_bits(0x7f80_0001))).is_nan());
    }
}

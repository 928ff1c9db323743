use crate::setting::{Setting, lookup};
use leastwise_yaml::{Node, Scalar};

/// An amount of a resource: `500m`, `1.5Gi`, `1e3`. Compared by what it means, so that `1` and `1000m` are equal.
///
/// Source: `k8s.io/apimachinery/pkg/api/resource`, `ParseQuantity`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity {
    /// Kubernetes keeps no finer parts.
    nanos: i128,
}

/// The decimal places of the finest part.
const NANO: i64 = 9;

/// No quantity is larger, either way.
const LIMIT: i128 = (i64::MAX as i128) * 1_000_000_000;

/// Suffixes that stand for a power of ten.
const DECIMAL: &[(&str, i64)] = &[
    ("n", -9),
    ("u", -6),
    ("m", -3),
    ("", 0),
    ("k", 3),
    ("M", 6),
    ("G", 9),
    ("T", 12),
    ("P", 15),
    ("E", 18),
];

/// Suffixes that stand for a power of two.
const BINARY: &[(&str, u32)] = &[("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40), ("Pi", 50), ("Ei", 60)];

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self { nanos: 0 };

    /// Reads a quantity as the API server does: parts of a billionth are rounded away from zero, and what is larger
    /// than 64 bits becomes the largest. `None` for what it refuses, and for numbers of more digits than 128 bits
    /// hold, which nobody writes.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_matches(|char: char| char.is_ascii_whitespace());
        let (negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let is_of_number = |char: char| char.is_ascii_digit() || char == '.';
        let end = unsigned.find(|char| !is_of_number(char)).unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if fraction.contains('.') || whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let (ten, two) = powers(suffix)?;
        let digits = format!("{whole}{}", fraction.trim_end_matches('0'));
        let digits = digits.trim_start_matches('0');
        let mantissa: i128 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
        let places = i64::try_from(fraction.trim_end_matches('0').len()).ok()?;
        let magnitude = scaled(mantissa, ten.checked_add(NANO)?.checked_sub(places)?, two)?.min(LIMIT);
        Some(Self { nanos: if negative { -magnitude } else { magnitude } })
    }

    /// Reads a value of YAML: text, or a number without quotes.
    pub fn read(node: Node<'_>) -> Option<Self> {
        match node.scalar()? {
            Scalar::String => Self::parse(node.as_str()?),
            Scalar::Integer(number) => Some(Self { nanos: i128::from(*number) * 1_000_000_000 }),
            // Written out without an exponent, as short as it can be.
            Scalar::Float(number) => Self::parse(&number.to_string()),
            Scalar::Null | Scalar::Boolean(_) => None,
        }
    }

    /// Whether it is more than `factor` times the other.
    pub fn exceeds(self, factor: f64, other: Self) -> bool {
        self.nanos as f64 > factor * other.nanos as f64
    }
}

/// The powers of ten and of two that a suffix stands for.
fn powers(suffix: &str) -> Option<(i64, u32)> {
    if let Some((_, ten)) = DECIMAL.iter().find(|(known, _)| *known == suffix) {
        return Some((*ten, 0));
    }
    if let Some((_, two)) = BINARY.iter().find(|(known, _)| *known == suffix) {
        return Some((0, *two));
    }
    let exponent = suffix.strip_prefix(['e', 'E'])?;
    exponent.parse().ok().map(|ten| (ten, 0))
}

/// `mantissa` times these powers, rounded up; `None` where 128 bits do not hold it.
fn scaled(mantissa: i128, ten: i64, two: u32) -> Option<i128> {
    if mantissa == 0 {
        return Some(0);
    }
    let doubled = mantissa.checked_mul(1 << two)?;
    let power =
        |exponent: u64| u32::try_from(exponent).ok().and_then(|exponent| 10_i128.checked_pow(exponent));
    if ten >= 0 {
        return doubled.checked_mul(power(ten.unsigned_abs())?);
    }
    // A divisor beyond 128 bits leaves less than the finest part, which is rounded up to it.
    Some(
        power(ten.unsigned_abs()).map_or(1, |divisor| doubled / divisor + i128::from(doubled % divisor != 0)),
    )
}

/// The quantity at a chain of keys.
pub fn quantity<'d>(node: Node<'d>, keys: &[&str]) -> Setting<'d, Quantity> {
    Setting::read(lookup(node, keys), Quantity::read)
}

//! What a plain scalar means to Kubernetes: the rules of its own YAML reader, not those of YAML 1.2.
//!
//! Source: `sigs.k8s.io/yaml`, `goyaml.v2/resolve.go` (`resolve`) and `decode.go` (`scalar`).

/// The meaning of a scalar.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// Empty, `~` or `null`.
    Null,
    /// `true`, `yes`, `on`, `y` and their opposites, in the letter cases that the reader knows.
    Boolean(bool),
    /// Decimal, `0x`, `0b`, octal with a leading `0` or `0o`, and `_` between digits.
    Integer(i64),
    /// A number with a fraction or exponent, one too large for 64 bits, an infinity or `NaN`.
    Float(f64),
    /// Anything else.
    String,
}

impl Scalar {
    /// What `text` means when it is written without quotes and tag.
    ///
    /// Timestamps are strings: the reader recognises them, then hands them on as text.
    pub fn of_plain(text: &str) -> Self {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => Self::Null,
            "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
                Self::Boolean(true)
            }
            "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
                Self::Boolean(false)
            }
            ".nan" | ".NaN" | ".NAN" => Self::Float(f64::NAN),
            ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Self::Float(f64::INFINITY),
            "-.inf" | "-.Inf" | "-.INF" => Self::Float(f64::NEG_INFINITY),
            _ => Self::of_number(text).unwrap_or(Self::String),
        }
    }

    /// What `text` means under `tag` (as written, `!!str`), in quotes or not. `None` where the reader refuses
    /// the document because the text is not what the tag says.
    pub(crate) fn of_tagged(tag: &str, text: &str) -> Option<Self> {
        let resolved = Self::of_plain(text);
        match (core_tag(tag), resolved) {
            (Some("bool"), Self::Boolean(value)) => Some(Self::Boolean(value)),
            (Some("int"), Self::Integer(value)) => Some(Self::Integer(value)),
            // An integer too large for 64 bits is one all the same.
            (Some("int"), Self::Float(value)) if value.is_finite() && is_digits(text) => {
                Some(Self::Float(value))
            }
            (Some("float"), Self::Float(value)) => Some(Self::Float(value)),
            (Some("float"), Self::Integer(value)) => Some(Self::Float(value as f64)),
            (Some("null"), Self::Null) => Some(Self::Null),
            (Some("bool" | "int" | "float" | "null"), _) => None,
            // `!!str`, `!!timestamp`, and tags that the reader does not know, which it passes over.
            _ => Some(Self::String),
        }
    }

    fn of_number(text: &str) -> Option<Self> {
        match text.bytes().next()? {
            b'.' => float(text),
            b'0'..=b'9' | b'+' | b'-' => {
                let digits: String = text.chars().filter(|char| *char != '_').collect();
                integer(&digits).or_else(|| float(&digits))
            }
            _ => None,
        }
    }
}

/// `!!str` and its long form `!<tag:yaml.org,2002:str>` to `str`.
pub(crate) fn core_tag(tag: &str) -> Option<&str> {
    tag.strip_prefix("!!")
        .or_else(|| tag.strip_prefix("!<tag:yaml.org,2002:").and_then(|rest| rest.strip_suffix('>')))
}

fn is_digits(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
}

/// Go's `strconv.ParseInt` with base 0: the prefix chooses the base, and a leading zero means octal.
fn integer(text: &str) -> Option<Scalar> {
    let (negative, unsigned) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    let (base, digits) = match unsigned.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => (16, &unsigned[2..]),
        [b'0', b'b' | b'B', _, ..] => (2, &unsigned[2..]),
        [b'0', b'o' | b'O', _, ..] => (8, &unsigned[2..]),
        [b'0', _, ..] => (8, &unsigned[1..]),
        _ => (10, unsigned),
    };
    if digits.is_empty() || !digits.chars().all(|char| char.is_digit(base)) {
        return None;
    }
    let Ok(magnitude) = i128::from_str_radix(digits, base) else {
        return large(negative, base, digits);
    };
    let value = if negative { -magnitude } else { magnitude };
    match i64::try_from(value) {
        Ok(value) => Some(Scalar::Integer(value)),
        Err(_) => Some(Scalar::Float(value as f64)),
    }
}

/// More than 127 bits: the reader keeps every digit, here the nearest float is enough.
fn large(negative: bool, base: u32, digits: &str) -> Option<Scalar> {
    let magnitude = digits
        .chars()
        .filter_map(|char| char.to_digit(base))
        .fold(0.0, |value: f64, digit| value * f64::from(base) + f64::from(digit));
    Some(Scalar::Float(if negative { -magnitude } else { magnitude }))
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, and within the range of 64 bits.
fn float(text: &str) -> Option<Scalar> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_is_number = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    if whole.is_empty() && fraction.is_empty() || !digits(whole) || !digits(fraction) || !exponent_is_number {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    value.is_finite().then_some(Scalar::Float(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Scalar::{Boolean, Float, Integer, Null};

    #[test]
    fn reads_plain_text_as_kubernetes_does() {
        for (text, meaning) in [
            ("", Null),
            ("~", Null),
            ("Null", Null),
            ("nULL", Scalar::String),
            ("yes", Boolean(true)),
            ("On", Boolean(true)),
            ("y", Boolean(true)),
            ("TRUE", Boolean(true)),
            ("tRUE", Scalar::String),
            ("N", Boolean(false)),
            ("off", Boolean(false)),
            ("8080", Integer(8080)),
            ("+1", Integer(1)),
            ("-1", Integer(-1)),
            ("1_000", Integer(1000)),
            ("1_", Integer(1)),
            ("_1", Scalar::String),
            ("0777", Integer(511)),
            ("0o777", Integer(511)),
            ("0O17", Integer(15)),
            ("08", Float(8.0)),
            ("0x1F", Integer(31)),
            ("-0x1f", Integer(-31)),
            ("0b101", Integer(5)),
            ("0x", Scalar::String),
            ("9223372036854775807", Integer(i64::MAX)),
            ("9223372036854775808", Float(9_223_372_036_854_775_808.0)),
            ("1.5", Float(1.5)),
            (".5", Float(0.5)),
            ("5.", Float(5.0)),
            ("1e3", Float(1000.0)),
            ("1e", Scalar::String),
            ("1e999", Scalar::String),
            (".", Scalar::String),
            ("-", Scalar::String),
            ("1.2.3", Scalar::String),
            ("12:30", Scalar::String),
            ("2020-01-01", Scalar::String),
            ("-.inf", Float(f64::NEG_INFINITY)),
            ("inf", Scalar::String),
            ("500m", Scalar::String),
            ("<<", Scalar::String),
        ] {
            assert_eq!(Scalar::of_plain(text), meaning, "{text:?}");
        }
        assert!(matches!(Scalar::of_plain(".NaN"), Float(value) if value.is_nan()));
        let digits = "9".repeat(60);
        assert!(matches!(Scalar::of_plain(&digits), Float(value) if value > 1e59));
    }

    #[test]
    fn a_tag_decides_or_the_reader_refuses() {
        assert_eq!(Scalar::of_tagged("!!str", "5"), Some(Scalar::String));
        assert_eq!(Scalar::of_tagged("!!int", "0x10"), Some(Integer(16)));
        assert_eq!(Scalar::of_tagged("!!float", "5"), Some(Float(5.0)));
        assert_eq!(Scalar::of_tagged("!<tag:yaml.org,2002:bool>", "yes"), Some(Boolean(true)));
        assert_eq!(Scalar::of_tagged("!!null", ""), Some(Null));
        assert_eq!(Scalar::of_tagged("!Ref", "5"), Some(Scalar::String));
        assert_eq!(Scalar::of_tagged("!!int", "five"), None);
        assert_eq!(Scalar::of_tagged("!!bool", "1"), None);
    }
}

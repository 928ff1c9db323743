use leastwise_yaml::Node;
use std::fmt;

/// A number of pods, or a share of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntOrPercent {
    /// So many.
    Integer(i64),
    /// So many of a hundred.
    Percent(i64),
}

impl IntOrPercent {
    /// Reads `1` or `50%`. The API server refuses a number in quotes.
    pub(crate) fn read(node: Node<'_>) -> Option<Self> {
        if let Some(number) = node.as_integer() {
            return Some(Self::Integer(number));
        }
        let digits = node.as_str()?.strip_suffix('%')?;
        let is_number = !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit());
        is_number.then(|| digits.parse().ok()).flatten().map(Self::Percent)
    }

    /// How many of `total` that is. A share is rounded up, as the disruption controller does for both thresholds
    /// (`GetScaledValueFromIntOrPercent` with `roundUp`).
    pub fn of(self, total: i64) -> i64 {
        match self {
            Self::Integer(number) => number,
            Self::Percent(percent) => percent.saturating_mul(total).saturating_add(99) / 100,
        }
    }
}

impl fmt::Display for IntOrPercent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => write!(formatter, "{number}"),
            Self::Percent(percent) => write!(formatter, "{percent}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::IntOrPercent::{self, Integer, Percent};

    #[test]
    fn numbers_and_shares_are_read() {
        for (text, expected) in [
            ("2", Some(Integer(2))),
            ("50%", Some(Percent(50))),
            ("\"0%\"", Some(Percent(0))),
            ("\"2\"", None),
            ("-5%", None),
            ("\"%\"", None),
            ("\"{{ .Values.min }}\"", None),
        ] {
            let stream = leastwise_yaml::parse(&format!("a: {text}\n"));
            let node = stream.documents()[0].document.root().get("a").value().unwrap();
            assert_eq!(IntOrPercent::read(node), expected, "{text}");
        }
    }

    #[test]
    fn shares_are_rounded_up() {
        assert_eq!(
            [Percent(50).of(3), Percent(34).of(3), Percent(0).of(3), Percent(100).of(3)],
            [2, 2, 0, 3]
        );
        assert_eq!(Integer(4).of(3), 4);
    }
}

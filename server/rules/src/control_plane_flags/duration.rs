//! Durations as Go writes them.

/// The seconds of `1m30s`, `300ms` or `0`; `None` where the text is no duration.
pub(super) fn seconds(text: &str) -> Option<f64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0.0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|char: char| !char.is_ascii_digit() && char != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        let unit_end = rest[end..].find(|char: char| char.is_ascii_digit() || char == '.');
        let unit = &rest[end..unit_end.map_or(rest.len(), |length| end + length)];
        seconds += number
            * match unit {
                "ns" => 1e-9,
                "us" | "µs" | "μs" => 1e-6,
                "ms" => 1e-3,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                _ => return None,
            };
        rest = &rest[end + unit.len()..];
    }
    Some(sign * seconds)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn reads_what_go_reads() {
        for (text, expected) in [
            ("0", Some(0.0)),
            ("0s", Some(0.0)),
            ("1m30s", Some(90.0)),
            ("4h0m0s", Some(14400.0)),
            ("1.5h", Some(5400.0)),
            ("-5s", Some(-5.0)),
            ("60", None),
            ("", None),
            ("s", None),
            ("1d", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}

use jiff::Timestamp;

/// The time in a log's text. What is no time is none: an event without one still counts.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    if text.is_empty() { None } else { usual(text.as_bytes()).or_else(|| text.parse().ok()) }
}

/// Times as nearly all logs write them, `2026-01-01T00:00:00.123456Z`, of any fraction or none.
fn usual(text: &[u8]) -> Option<Timestamp> {
    let (whole, rest) = text.split_at_checked(19)?;
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators.iter().any(|(index, byte)| whole.get(*index) != Some(byte)) {
        return None;
    }
    let part = |start: usize, end: usize| number(whole.get(start..end)?);
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let (hour, minute, second) = (part(11, 13)?, part(14, 16)?, part(17, 19)?);
    if year < 1970 || !(1..=12).contains(&month) || day == 0 || day > days(year, month) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let nanoseconds = match rest {
        [b'Z'] => 0,
        [b'.', digits @ .., b'Z'] if (1..=9).contains(&digits.len()) => {
            number(digits)? * 10_i64.pow(9 - digits.len() as u32)
        }
        _ => return None,
    };
    let seconds = ((days_before(year, month) + day - 1) * 24 + hour) * 3600 + minute * 60 + second;
    Timestamp::new(seconds, i32::try_from(nanoseconds).ok()?).ok()
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number: i64, digit| {
        digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0'))
    })
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// How many days a month has.
fn days(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// How many days lie between the start of 1970 and that of a month.
fn days_before(year: i64, month: i64) -> i64 {
    let past = year - 1;
    let leap_days = past / 4 - past / 100 + past / 400 - 477;
    (year - 1970) * 365 + leap_days + (1..month).map(|month| days(year, month)).sum::<i64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_agrees_with_the_long_one() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2000-02-29T23:59:59.1Z",
            "2024-02-29T12:34:56.123456Z",
            "2026-12-31T23:59:59.999999999Z",
            "2100-03-01T00:00:00.000001Z",
        ] {
            assert_eq!(usual(text.as_bytes()), text.parse().ok(), "{text}");
            assert!(usual(text.as_bytes()).is_some(), "{text}");
        }
    }

    #[test]
    fn other_ways_of_writing_are_known_and_what_is_no_time_is_none() {
        assert_eq!(time("2026-01-01T01:00:00+01:00"), time("2026-01-01T00:00:00Z"));
        for text in [
            "",
            "now",
            "2026-02-29T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00.Z",
            "2026-13-01T00:00:00Z",
        ] {
            assert_eq!(time(text), None, "{text}");
        }
    }
}

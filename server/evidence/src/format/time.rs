use jiff::Timestamp;

/// The time in a log's text. What is no time is none: an event without one still counts.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    if text.is_empty() { None } else { text.parse().ok() }
}

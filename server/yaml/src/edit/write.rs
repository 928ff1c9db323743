//! Writes values so that Kubernetes reads exactly what was meant: quotes wherever a plain text could be taken for
//! something else by YAML 1.1 or 1.2.

use crate::edit::layout::Layout;
use crate::{Literal, Scalar, ScalarStyle};

/// How strings are written where there is a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quotes {
    /// Only where they are needed.
    Needed,
    /// `'` where it is able to say it.
    Single,
    /// `"` always.
    Double,
    /// `"` always, around keys too: the document is JSON.
    Json,
}

impl Quotes {
    /// The quotes of a scalar that is replaced.
    pub(crate) fn like(style: Option<ScalarStyle>) -> Self {
        match style {
            Some(ScalarStyle::SingleQuoted) => Self::Single,
            Some(ScalarStyle::DoubleQuoted) => Self::Double,
            _ => Self::Needed,
        }
    }
}

/// A value in one line.
pub(crate) fn flow(value: &Literal, quotes: Quotes) -> String {
    match value {
        Literal::Sequence(items) => {
            let items: Vec<_> = items.iter().map(|item| flow(item, quotes)).collect();
            format!("[{}]", items.join(", "))
        }
        Literal::Mapping(entries) => {
            let entries: Vec<_> = entries.iter().map(|(key, value)| flow_entry(key, value, quotes)).collect();
            format!("{{{}}}", entries.join(", "))
        }
        _ => scalar(value, quotes, true),
    }
}

/// A key and its value in one line.
pub(crate) fn flow_entry(key: &str, value: &Literal, quotes: Quotes) -> String {
    format!("{}: {}", self::key(key, quotes, true), flow(value, quotes))
}

/// A value by indentation. The first line begins where the text is put; the others at `column`.
pub(crate) fn block(value: &Literal, column: usize, layout: &Layout, quotes: Quotes) -> String {
    let next_line = format!("{}{}", layout.line_end, " ".repeat(column));
    let parts: Vec<String> = match value {
        Literal::Sequence(items) if !items.is_empty() => {
            items.iter().map(|item| format!("- {}", block(item, column + 2, layout, quotes))).collect()
        }
        Literal::Mapping(entries) if !entries.is_empty() => {
            entries.iter().map(|(key, value)| block_entry(key, value, column, layout, quotes)).collect()
        }
        Literal::Sequence(_) | Literal::Mapping(_) => vec![flow(value, quotes)],
        _ => vec![scalar(value, quotes, false)],
    };
    parts.join(&next_line)
}

/// A key at `column` and its value by indentation.
pub(crate) fn block_entry(
    key: &str,
    value: &Literal,
    column: usize,
    layout: &Layout,
    quotes: Quotes,
) -> String {
    let key = self::key(key, quotes, false);
    match inner_column(value, column, layout) {
        Some(inner) => {
            format!("{key}:{}{}{}", layout.line_end, " ".repeat(inner), block(value, inner, layout, quotes))
        }
        None => format!("{key}: {}", block(value, column, layout, quotes)),
    }
}

/// Where a value of several lines begins that belongs to a key at `column`; `None` for one that stands beside it.
pub(crate) fn inner_column(value: &Literal, column: usize, layout: &Layout) -> Option<usize> {
    match value {
        Literal::Sequence(items) if !items.is_empty() => Some(column + layout.dash),
        Literal::Mapping(entries) if !entries.is_empty() => Some(column + layout.step),
        _ => None,
    }
}

fn key(key: &str, quotes: Quotes, in_flow: bool) -> String {
    match quotes {
        Quotes::Json => double_quoted(key),
        _ => string(key, Quotes::Needed, in_flow),
    }
}

fn scalar(value: &Literal, quotes: Quotes, in_flow: bool) -> String {
    match value {
        Literal::Boolean(value) => value.to_string(),
        Literal::Integer(value) => value.to_string(),
        Literal::String(text) => string(text, quotes, in_flow),
        Literal::Sequence(_) | Literal::Mapping(_) => flow(value, quotes),
    }
}

fn string(text: &str, quotes: Quotes, in_flow: bool) -> String {
    let is_printable = !text.chars().any(must_be_escaped);
    match quotes {
        Quotes::Needed if is_safe_plain(text, in_flow) => text.to_owned(),
        Quotes::Single if is_printable => single_quoted(text),
        Quotes::Needed if is_printable && text.contains(['"', '\\']) => single_quoted(text),
        _ => double_quoted(text),
    }
}

fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn double_quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // Four digits reach, as all of these lie in the first plane.
            char if must_be_escaped(char) => quoted.push_str(&format!("\\u{:04x}", u32::from(char))),
            char => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}

/// Control characters, and those that end lines or vanish.
fn must_be_escaped(char: char) -> bool {
    char.is_control() || matches!(char, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Whether every reader takes the text, without quotes, as this very string.
fn is_safe_plain(text: &str, in_flow: bool) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let starts_safely = match first {
        '-' => !matches!(text.chars().nth(1), None | Some(' ')) && !text.starts_with("---"),
        '?' | ':' | ',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
        | '@' | '`' => false,
        // `=` and `<<` have meanings of their own in YAML 1.1.
        '=' | '<' => text != "=" && text != "<<",
        _ => true,
    };
    starts_safely
        && text.trim() == text
        && !text.starts_with("...")
        && !text.chars().any(must_be_escaped)
        && !text.contains(": ")
        && !text.ends_with(':')
        && !text.contains(" #")
        && !text.contains("{{")
        && !(in_flow && text.contains([',', '[', ']', '{', '}']))
        && Scalar::of_plain(text) == Scalar::String
        && !resembles_number(text)
}

/// Numbers, dates and times of any YAML reader, and what looks like them: `2020-01-01`, `12:30`, `1.2.3`.
fn resembles_number(text: &str) -> bool {
    text.starts_with(|char: char| char.is_ascii_digit() || matches!(char, '+' | '-' | '.'))
        && text.contains(|char: char| char.is_ascii_digit())
        && text.chars().all(|char| char.is_ascii_hexdigit() || "_.:+-xXoOtTzZ ".contains(char))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        flow(&Literal::from(text), Quotes::Needed)
    }

    #[test]
    fn strings_are_plain_only_where_no_reader_errs() {
        for text in [
            "web",
            "a b",
            "RuntimeDefault",
            "/data",
            "--flag=1",
            "500m",
            "10.0.0.0/8",
            "a:b",
            "a#b",
            "é",
            "web:1.2",
        ] {
            assert_eq!(written(text), text);
        }
        for text in [
            "",
            "yes",
            "On",
            "n",
            "~",
            "null",
            "true",
            "0777",
            "1_000",
            "0x1f",
            "1e3",
            ".5",
            "-1",
            "2020-01-01",
            "12:30",
            "1.25",
            "- a",
            "-",
            "---",
            "a: b",
            "a:",
            "a #b",
            "#a",
            " a",
            "a ",
            "*a",
            "&a",
            "!a",
            "|",
            ">",
            "%a",
            "@a",
            "`a",
            "[a",
            "{a",
            "? a",
            ": a",
            "'a",
            "=",
            "<<",
            "{{ a }}",
            "a, b",
        ] {
            assert_eq!(written(text), format!("\"{text}\""));
        }
    }

    #[test]
    fn quotes_hold_every_character() {
        assert_eq!(written("say \"yes\": \\"), r#"'say "yes": \'"#);
        assert_eq!(written("it's: \"\""), r#"'it''s: ""'"#);
        assert_eq!(written("a\nb\t\u{0}\u{2028}"), r#""a\nb\t\u0000\u2028""#);
        assert_eq!(flow(&Literal::from("it's"), Quotes::Single), "'it''s'");
        assert_eq!(flow(&Literal::from("a"), Quotes::Double), "\"a\"");
    }

    #[test]
    fn collections_are_written_in_either_style() {
        let value = Literal::Mapping(vec![
            ("drop".into(), Literal::Sequence(vec!["ALL".into()])),
            (
                "on".into(),
                Literal::Mapping(vec![("a".into(), true.into()), ("b".into(), Literal::Mapping(vec![]))]),
            ),
        ]);
        assert_eq!(flow(&value, Quotes::Needed), "{drop: [ALL], \"on\": {a: true, b: {}}}");
        assert_eq!(flow(&value, Quotes::Json), r#"{"drop": ["ALL"], "on": {"a": true, "b": {}}}"#);
        let layout = Layout { line_end: "\n", step: 2, dash: 0 };
        assert_eq!(
            block(&value, 2, &layout, Quotes::Needed),
            "drop:\n  - ALL\n  \"on\":\n    a: true\n    b: {}"
        );
        let items = Literal::Sequence(vec![value, "x".into()]);
        assert_eq!(
            block(&items, 0, &layout, Quotes::Needed),
            "- drop:\n  - ALL\n  \"on\":\n    a: true\n    b: {}\n- x"
        );
    }
}

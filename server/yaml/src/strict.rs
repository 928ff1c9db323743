//! Whether a text is YAML, and where it stops being so: the strict second opinion of yaml-rust2.
//!
//! Its markers count characters and give no ends, so only the place of the first failure is taken from it. It is
//! never asked to build values: an alias bomb stays as small as its text.

use crate::lines::lines;
use yaml_rust2::Event;
use yaml_rust2::parser::Parser;

/// What a text holds, in order.
pub(crate) type Events = Vec<Event>;

/// The first place where a text is not YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// Byte offset in the text.
    pub(crate) offset: usize,
    /// Zero-based line of the offset.
    pub(crate) line: usize,
    /// Zero-based line of the last part that could be read: quotes that stay open begin there.
    pub(crate) token_line: Option<usize>,
    /// What is wrong, in words.
    pub(crate) message: String,
    pub(crate) kind: FailureKind,
}

/// What can be done about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// The text is nested deeper than anyone can judge; there is nothing to mend.
    TooDeep,
    /// A line within brackets stands too far left for YAML 1.2. Kubernetes' reader does not mind.
    LooseInBrackets,
    /// The same within quotes, which begin at the failure's offset.
    LooseInQuotes,
    /// Anything else.
    Wrong,
}

/// The deepest nesting that is read; no manifest comes near it. yaml-rust2 itself refuses more than 255 brackets.
const DEEPEST: usize = 1000;

/// Checks one document.
///
/// # Errors
/// The first [`Failure`].
pub(crate) fn check(text: &str) -> Result<Events, Failure> {
    let mut events = Events::new();
    let mut parser = Parser::new(Characters::new(text));
    let mut token_line = None;
    let mut depth = 0;
    loop {
        match parser.next_token() {
            Ok((Event::StreamEnd, _)) => {
                events.push(Event::StreamEnd);
                return Ok(events);
            }
            Ok((event, marker)) => {
                let line = marker.line().saturating_sub(1);
                token_line = Some(line);
                match &event {
                    Event::MappingStart(..) | Event::SequenceStart(..) => depth += 1,
                    Event::MappingEnd | Event::SequenceEnd => depth -= 1,
                    _ => {}
                }
                if depth > DEEPEST {
                    let offset = offset(text, line, marker.col());
                    let message = readable("recursion limit exceeded");
                    return Err(Failure { offset, line, token_line, message, kind: FailureKind::TooDeep });
                }
                events.push(event);
            }
            Err(error) => {
                let mut line = error.marker().line().saturating_sub(1);
                let mut offset = offset(text, line, error.marker().col());
                if error.info().contains("tab")
                    && let Some((found, at)) = first_indenting_tab(text, line)
                {
                    (line, offset) = (found, at);
                }
                return Err(Failure {
                    offset,
                    line: line.min(lines(text).count() - 1),
                    token_line,
                    message: readable(error.info()),
                    kind: kind(error.info()),
                });
            }
        }
    }
}

fn kind(info: &str) -> FailureKind {
    match info {
        "recursion limit exceeded" => FailureKind::TooDeep,
        "invalid indentation" | "invalid indentation in flow construct" => FailureKind::LooseInBrackets,
        "invalid indentation in quoted scalar" => FailureKind::LooseInQuotes,
        _ => FailureKind::Wrong,
    }
}

/// The characters of a text as Kubernetes' reader takes them: a tab after something else than indentation is a
/// blank like any other (yaml-rust2 refuses `a:\tb`).
struct Characters<'t> {
    chars: std::str::Chars<'t>,
    indenting: bool,
}

impl<'t> Characters<'t> {
    fn new(text: &'t str) -> Self {
        Self { chars: text.chars(), indenting: true }
    }
}

impl Iterator for Characters<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let char = self.chars.next()?;
        match char {
            '\t' if !self.indenting => return Some(' '),
            '\n' | '\r' => self.indenting = true,
            ' ' | '\t' => {}
            _ => self.indenting = false,
        }
        Some(char)
    }
}

/// The byte offset of a zero-based line and column in characters, clamped to the line.
fn offset(text: &str, line: usize, column: usize) -> usize {
    match lines(text).nth(line) {
        Some(range) => {
            let content = &text[range.clone()];
            range.start + content.char_indices().nth(column).map_or(content.len(), |(at, _)| at)
        }
        None => text.len(),
    }
}

/// Where a tab indents, from a line on: the marker may stand at the value before it.
fn first_indenting_tab(text: &str, from: usize) -> Option<(usize, usize)> {
    lines(text).enumerate().skip(from).find_map(|(number, line)| {
        let content = &text[line.clone()];
        let blanks = &content[..content.len() - content.trim_start().len()];
        let tab = blanks.find('\t').filter(|_| !content.trim().is_empty())?;
        Some((number, line.start + tab))
    })
}

/// yaml-rust2 speaks of tokens and contexts; people see lines.
fn readable(info: &str) -> String {
    const WORDS: [(&str, &str); 13] = [
        ("simple key expect ':'", "this is neither a key with `:` nor the rest of a value"),
        ("simple key expected", "expected a key with `:`"),
        (
            "mapping values are not allowed",
            "a second `:` where only a value can stand; quote the value or check the indentation",
        ),
        ("did not find expected key", "expected a key here; check the indentation"),
        ("block sequence entries are not allowed", "a list item cannot stand here; check the indentation"),
        ("did not find expected '-' indicator", "expected `-` for the next list item; check the indentation"),
        ("did not find expected ',' or ']'", "expected `,` or `]`"),
        ("did not find expected ',' or '}'", "expected `,` or `}`"),
        ("found unexpected end of stream", "the text ends inside quotes"),
        ("tabs disallowed", "a tab cannot indent; use spaces"),
        ("found a tab", "a tab cannot indent; use spaces"),
        ("recursion limit exceeded", "nested too deeply to be read"),
        ("unknown anchor", "this alias has no anchor before it"),
    ];
    match WORDS.iter().find(|(theirs, _)| info.contains(theirs)) {
        Some((_, ours)) => (*ours).to_owned(),
        None => info.trim_start_matches("while parsing a node, ").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_what_kubernetes_accepts() {
        for text in
            ["a: 1\n", "a:\t1\n", "a: 1\ta\n", "", "# only this\n", "a: &b 1\nc: *b\n", "a: yes\na: no\n"]
        {
            assert!(check(text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn says_where_in_bytes() {
        let text = "é: 'é'\nb: c: d\n";
        let failure = check(text).unwrap_err();
        assert_eq!((failure.line, &text[failure.offset..failure.offset + 1]), (1, ":"));
        assert!(failure.message.contains("second `:`"), "{}", failure.message);
    }

    #[test]
    fn an_alias_bomb_and_deep_nesting_cost_nothing() {
        let mut bomb = String::from("a0: &a0 [x]\n");
        for level in 1..40 {
            let aliases = format!("*a{} ,", level - 1).repeat(9);
            bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
        }
        assert!(check(&bomb).is_ok());
        assert_eq!(check(&"[".repeat(100_000)).unwrap_err().kind, FailureKind::TooDeep);
    }
}

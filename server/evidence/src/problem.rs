use std::fmt;

/// Something that could not be read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How the source is called.
    pub source: String,
    /// The line, counted from 1, where that can be told.
    pub line: Option<u64>,
    /// What is the matter. It may quote the log.
    pub message: String,
}

/// `file:line: message`, in which nothing can move a terminal's cursor or hide text.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", Visible(&self.source))?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        write!(f, " {}", Visible(&self.message))
    }
}

/// Untrusted text with every character that has an effect rather than a shape written as an escape like `\u{1b}`.
#[derive(Clone, Copy, Debug)]
pub struct Visible<'a>(pub &'a str);

impl fmt::Display for Visible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for char in self.0.chars() {
            if has_effect(char) {
                write!(f, "{}", char.escape_unicode())?;
            } else {
                write!(f, "{char}")?;
            }
        }
        Ok(())
    }
}

impl Visible<'_> {
    /// The same for JSON, whose escapes are written `\u001b`: such characters stand only in its strings.
    pub(crate) fn json(self) -> String {
        let mut json = String::with_capacity(self.0.len());
        for char in self.0.chars() {
            if has_effect(char) {
                let escape = |unit: &mut u16| format!("\\u{unit:04x}");
                json.extend(char.encode_utf16(&mut [0; 2]).iter_mut().map(escape));
            } else {
                json.push(char);
            }
        }
        json
    }
}

/// Control characters, line and paragraph separators, and marks that change the direction of text or cannot be seen.
fn has_effect(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
        || matches!(char, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_message_can_move_the_cursor_or_hide_text() {
        let source = "a\u{1b}[2J.log".to_owned();
        let problem = Problem { source, line: Some(3), message: "`x\r\n\u{9b}31m\u{202e}é`".into() };
        assert_eq!(problem.to_string(), r"a\u{1b}[2J.log:3: `x\u{d}\u{a}\u{9b}31m\u{202e}é`");
    }
}

//! Comments that silence a finding, with a reason: `# leastwise: ignore[rule-id] because …` on the line or alone
//! above it, `# leastwise: ignore-file[rule-id] because …` anywhere for the whole file.

use leastwise_text::{TextRange, TextSize};
use leastwise_yaml::{Comment, Document};

/// A comment that silences rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suppression {
    /// The rules, as written.
    pub(crate) rules: Vec<String>,
    /// Why, as written.
    pub(crate) reason: String,
    /// What it covers.
    pub(crate) scope: Scope,
}

/// What a suppression covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Findings that begin in these lines of the document.
    Lines(TextRange),
    /// Every document of the file.
    File,
}

impl Suppression {
    /// Whether it names the rule.
    pub(crate) fn names(&self, rule: &str) -> bool {
        self.rules.iter().any(|name| name == rule)
    }

    /// Whether it silences the rule at `offset` of its document.
    pub(crate) fn covers(&self, rule: &str, offset: TextSize) -> bool {
        let here = match self.scope {
            Scope::Lines(range) => range.contains_inclusive(offset),
            Scope::File => true,
        };
        here && self.names(rule)
    }
}

/// The suppressions of a document.
pub(crate) fn suppressions(document: &Document) -> Vec<Suppression> {
    let comments = document.comments().iter();
    comments
        .filter_map(|comment| {
            let (is_file_wide, rules, reason) = read(document.text(comment.range))?;
            let scope = if is_file_wide { Scope::File } else { Scope::Lines(lines(document, comment)) };
            Some(Suppression { rules, reason, scope })
        })
        .collect()
}

/// The comment that silences `rule` on a line.
pub(crate) fn comment(rule: &str, is_file_wide: bool) -> String {
    let word = if is_file_wide { "ignore-file" } else { "ignore" };
    format!("# leastwise: {word}[{rule}] because …")
}

fn read(comment: &str) -> Option<(bool, Vec<String>, String)> {
    let order = comment.trim_start_matches('#').trim_start().strip_prefix("leastwise:")?.trim_start();
    let (is_file_wide, rest) = match order.strip_prefix("ignore-file") {
        Some(rest) => (true, rest),
        None => (false, order.strip_prefix("ignore")?),
    };
    let (rules, reason) = rest.trim_start().strip_prefix('[')?.split_once(']')?;
    let rules = rules.split(',').map(|rule| rule.trim().to_owned()).filter(|rule| !rule.is_empty()).collect();
    let reason = reason.trim();
    Some((is_file_wide, rules, reason.strip_prefix("because").unwrap_or(reason).trim().to_owned()))
}

/// A comment after something covers its line; one that stands alone covers the next line that says something, too.
fn lines(document: &Document, comment: &Comment) -> TextRange {
    let source = document.source();
    let (start, end) = (usize::from(comment.range.start()), usize::from(comment.range.end()));
    let line_start = source[..start].rfind(['\n', '\r']).map_or(0, |newline| newline + 1);
    let mut covered = end;
    if comment.alone {
        for line in source[end..].split_inclusive('\n') {
            covered += line.len();
            let content = line.trim();
            if !content.is_empty() && !content.starts_with('#') {
                covered -= line.len() - line.trim_end_matches(['\n', '\r']).len();
                break;
            }
        }
    }
    let size = |bytes: usize| TextSize::try_from(bytes).unwrap_or(TextSize::of(source));
    TextRange::new(size(line_start), size(covered))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suppressed(text: &str, rule: &str, at: &str) -> Option<String> {
        let stream = leastwise_yaml::parse(text);
        let document = &stream.documents()[0].document;
        let offset = TextSize::of(&text[..text.find(at).unwrap()]);
        suppressions(document).into_iter().find(|one| one.covers(rule, offset)).map(|one| one.reason)
    }

    #[test]
    fn a_comment_covers_its_line() {
        let text = "a: 1 # leastwise: ignore[x, y] because it is a test\nb: 2\n";
        assert_eq!(suppressed(text, "y", "a:").as_deref(), Some("it is a test"));
        assert_eq!(suppressed(text, "z", "a:"), None);
        assert_eq!(suppressed(text, "x", "b:"), None);
    }

    #[test]
    fn a_comment_alone_covers_the_next_line_that_says_something() {
        let text = "# leastwise: ignore[x] it is known\n\n# more words\na: 1\nb: 2\n";
        assert_eq!(suppressed(text, "x", "a:").as_deref(), Some("it is known"));
        assert_eq!(suppressed(text, "x", "b:"), None);
    }

    #[test]
    fn a_file_wide_comment_covers_everything() {
        let text = "a: 1\nb: 2\n# leastwise: ignore-file[x] because generated\n";
        assert_eq!(suppressed(text, "x", "a:").as_deref(), Some("generated"));
    }

    #[test]
    fn the_text_of_a_string_is_no_comment() {
        assert_eq!(suppressed("a: '# leastwise: ignore[x] because no'\n", "x", "a:"), None);
    }
}

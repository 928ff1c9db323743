//! Our own comments: `# leastwise: ignore[rule-id] because …` on the line or alone above it,
//! `ignore-object` in or above an object, `ignore-file` anywhere, each with `until 2030-12-31` if it is for a time.

use super::{Name, Rules, Scope, Suppression};
use jiff::civil::Date;
use leastwise_manifest::Object;
use leastwise_text::{TextRange, TextSize};
use leastwise_yaml::{Comment, Document, Path};

/// How far a comment reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Its line.
    Line,
    /// The object it is in, or the next one.
    Object,
    /// The file.
    File,
}

impl Reach {
    fn word(self) -> &'static str {
        match self {
            Self::Line => "ignore",
            Self::Object => "ignore-object",
            Self::File => "ignore-file",
        }
    }
}

/// What the comments of a document silence.
pub(super) fn suppressions(document: &Document, objects: &[Object<'_>]) -> Vec<Suppression> {
    let comments = document.comments().iter();
    comments
        .filter_map(|comment| {
            let Order { reach, names, reason, until } = read(document.text(comment.range))?;
            let scope = match reach {
                Reach::Line => Scope::Lines(lines(document, comment)),
                Reach::Object => Scope::Object(object_at(objects, comment.range.start())),
                Reach::File => Scope::File,
            };
            let start = comment.range.start();
            let names = names.into_iter().map(|(at, name)| Name {
                range: TextRange::at(start + at, TextSize::of(name)),
                name: name.to_owned(),
            });
            let rules = Rules::Named { names: names.collect(), comment: comment.range };
            Some(Suppression { rules, reason: reason.to_owned(), scope, until })
        })
        .collect()
}

/// The comment that silences `rule`.
pub(crate) fn comment(rule: &str, reach: Reach) -> String {
    format!("# leastwise: {}[{rule}] because …", reach.word())
}

/// What a comment orders.
struct Order<'c> {
    reach: Reach,
    /// The names with their offsets in the comment.
    names: Vec<(TextSize, &'c str)>,
    reason: &'c str,
    until: Option<Date>,
}

fn read(comment: &str) -> Option<Order<'_>> {
    let order = comment.trim_start_matches('#').trim_start().strip_prefix("leastwise:")?.trim_start();
    let (reach, rest) = [Reach::File, Reach::Object, Reach::Line]
        .into_iter()
        .find_map(|reach| Some((reach, order.strip_prefix(reach.word())?)))?;
    let (names, rest) = rest.trim_start().strip_prefix('[')?.split_once(']')?;
    let offset = |part: &str| TextSize::try_from(part.as_ptr() as usize - comment.as_ptr() as usize).ok();
    let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
    let names = names.filter_map(|name| Some((offset(name)?, name))).collect();
    let (until, rest) = match rest.trim_start().strip_prefix("until ") {
        Some(rest) => {
            let rest = rest.trim_start();
            let end = rest.find(' ').unwrap_or(rest.len());
            // What is no date is no order: it is not honoured, rather than for ever.
            (Some(rest[..end].parse().ok()?), &rest[end..])
        }
        None => (None, rest),
    };
    let reason = rest.trim();
    let reason = reason.strip_prefix("because").unwrap_or(reason).trim();
    Some(Order { reach, names, reason, until })
}

/// The object that the offset is in, or the next one, or else the last.
fn object_at(objects: &[Object<'_>], offset: TextSize) -> Path {
    let mut all = objects.iter();
    let next = all.find(|object| object.node.range().end() > offset).or(objects.last());
    next.map(|object| object.path.clone()).unwrap_or_default()
}

/// A comment after something covers its line; one that stands alone covers the next line that says something, too.
pub(super) fn lines(document: &Document, comment: &Comment) -> TextRange {
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
    use leastwise_manifest::objects;

    fn suppressed(text: &str, rule: &str, at: &str) -> Option<String> {
        let stream = leastwise_yaml::parse(text);
        let document = &stream.documents()[0].document;
        let range = TextRange::empty(TextSize::of(&text[..text.find(at).unwrap()]));
        let objects = objects(document);
        let object = object_at(&objects, range.start());
        let all = suppressions(document, &objects);
        all.into_iter().find(|one| one.names(rule) && one.reaches(&object, range)).map(|one| one.reason)
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
    fn a_comment_for_an_object_covers_it_and_no_other() {
        let text = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod # one\n\
                    # leastwise: ignore-object[x] because …\n- apiVersion: v1\n  kind: Pod # two\n";
        assert_eq!(suppressed(text, "x", "Pod # one"), None);
        assert_eq!(suppressed(text, "x", "Pod # two").as_deref(), Some("…"));
    }

    #[test]
    fn names_are_where_they_are_written_and_a_day_may_end_it() {
        let text = "a: 1 # leastwise: ignore[x , long-one] until 2030-12-31 because of a release\n";
        let document = leastwise_yaml::parse(text).documents()[0].document.clone();
        let one = &suppressions(&document, &[])[0];
        let Rules::Named { names, .. } = &one.rules else { panic!("{one:?}") };
        let written: Vec<_> = names.iter().map(|name| document.text(name.range)).collect();
        assert_eq!(written, ["x", "long-one"]);
        assert_eq!(one.reason, "of a release");
        let day = |text: &str| Some(text.parse().unwrap());
        assert!(one.is_in_force(day("2030-12-31")) && !one.is_in_force(day("2031-01-01")));
        assert_eq!(suppressed("a: 1 # leastwise: ignore[x] until soon because …\n", "x", "a:"), None);
    }

    #[test]
    fn the_text_of_a_string_is_no_comment() {
        assert_eq!(suppressed("a: '# leastwise: ignore[x] because no'\n", "x", "a:"), None);
    }
}

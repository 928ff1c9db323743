//! How the tests of the order are written: YAML before and after, then the verdict and what is lost (`-`) and
//! gained (`+`), each with its container and path.

use leastwise_manifest::objects;
use leastwise_privilege::{Atom, Comparison, Grant, compare};

/// Compares the objects of two texts.
pub(crate) fn compared(before: &str, after: &str) -> Comparison {
    let (before, after) = (leastwise_yaml::parse(before), leastwise_yaml::parse(after));
    let all = |stream: &'_ leastwise_yaml::Stream| {
        stream.documents().iter().map(|placed| placed.document.clone()).collect::<Vec<_>>()
    };
    let (before, after) = (all(&before), all(&after));
    let before: Vec<_> = before.iter().flat_map(|document| objects(document)).collect();
    let after: Vec<_> = after.iter().flat_map(|document| objects(document)).collect();
    compare(&before, &after)
}

/// The outcome as the tests write it.
pub(crate) fn shown(comparison: &Comparison) -> String {
    let line = |sign: &str, atom: &Atom| {
        let container = match &atom.grant {
            Grant::PodSecurity { container, .. } => container.as_ref(),
            _ => None,
        };
        let who = container.or(atom.resource.name.as_ref()).cloned().unwrap_or_default();
        let what = atom.grant.what();
        format!("{sign} {who} {what} ({})\n", atom.path)
    };
    let mut text = format!("{:?}\n", comparison.verdict).to_lowercase();
    comparison.lost.iter().for_each(|atom| text.push_str(&line("-", atom)));
    comparison.gained.iter().for_each(|atom| text.push_str(&line("+", atom)));
    comparison.undecided.iter().for_each(|why| text.push_str(&format!("? {why}\n")));
    text
}

/// From `before` to `after` the outcome is `expected`, and from `after` to `before` its mirror.
#[track_caller]
pub(crate) fn check(before: &str, after: &str, expected: &str) {
    let (before, after, expected) = (unindent(before), unindent(after), unindent(expected));
    let there = compared(&before, &after);
    assert_eq!(shown(&there), expected, "from\n{before}to\n{after}");
    let back = compared(&after, &before);
    assert_eq!((&back.lost, &back.gained), (&there.gained, &there.lost), "the way back is no mirror");
}

/// Takes the first line break and the common indentation off.
fn unindent(text: &str) -> String {
    let Some(text) = text.strip_prefix('\n') else { return text.to_owned() };
    let lines: Vec<_> = text.trim_end_matches(' ').split_inclusive('\n').collect();
    let depth = |line: &&str| line.len() - line.trim_start().len();
    let common = lines.iter().filter(|line| !line.trim().is_empty()).map(depth).min().unwrap_or_default();
    lines.iter().map(|line| line.get(common..).unwrap_or("\n")).collect()
}

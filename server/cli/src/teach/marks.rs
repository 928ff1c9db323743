//! Comments that say on which line a bad example has the label: `# leastwise: bad` behind it, or alone above it.

use std::collections::BTreeSet;

const MARK: &str = "# leastwise: bad";

/// A text without its marks, line for line what it was, and the lines that they point out, counted from 0.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unmarked {
    pub(super) text: String,
    pub(super) lines: BTreeSet<u32>,
}

/// Takes the marks out of a text.
pub(super) fn unmarked(text: &str) -> Unmarked {
    let mut rest = String::with_capacity(text.len());
    let mut lines = BTreeSet::new();
    let mut is_awaited = false;
    for (number, line) in (0..).zip(text.split_inclusive('\n')) {
        let (content, end) = line.find(['\r', '\n']).map_or((line, ""), |at| line.split_at(at));
        let before = mark(content).map(|at| content[..at].trim_end());
        let shown = before.unwrap_or(content);
        let is_about_a_line = !shown.trim_start().is_empty() && !shown.trim_start().starts_with('#');
        if is_about_a_line && (is_awaited || before.is_some()) {
            lines.insert(number);
            is_awaited = false;
        }
        is_awaited |= before.is_some() && !is_about_a_line;
        rest.push_str(shown);
        rest.push_str(end);
    }
    Unmarked { text: rest, lines }
}

/// Where the mark begins that stands on a line. Words may follow it, such as why.
fn mark(line: &str) -> Option<usize> {
    line.match_indices(MARK).map(|(at, _)| at).find(|&at| {
        let (before, after) = (&line[..at], &line[at + MARK.len()..]);
        (before.is_empty() || before.ends_with([' ', '\t']))
            && !after.starts_with(|next: char| next.is_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, rest: &str, lines: &[u32]) {
        assert_eq!(
            unmarked(text),
            Unmarked { text: rest.to_owned(), lines: lines.iter().copied().collect() }
        );
    }

    #[test]
    fn a_mark_is_behind_its_line_or_alone_above_it() {
        check("a: 1 # leastwise: bad\nb: 2\n", "a: 1\nb: 2\n", &[0]);
        check("a:\n  # leastwise: bad, it is ours\n  b: 2\nc: 3", "a:\n\n  b: 2\nc: 3", &[2]);
        check("# leastwise: bad\n\n# why\na: 1\n", "\n\n# why\na: 1\n", &[3]);
        check("a: 1 # leastwise: bad\r\nb: 2 # leastwise: bad\r\n", "a: 1\r\nb: 2\r\n", &[0, 1]);
    }

    #[test]
    fn other_comments_stay() {
        for text in ["a: 1 # leastwise: badly said\n", "a: x# leastwise: bad\n", "a: 1 # bad\n", ""] {
            check(text, text, &[]);
        }
    }

    #[test]
    fn a_mark_above_nothing_points_out_nothing() {
        check("a: 1\n# leastwise: bad\n", "a: 1\n\n", &[]);
    }
}

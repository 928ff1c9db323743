//! Patterns in settings: `*` stands for any text and `?` for one character.

/// Whether the whole text is as the pattern says.
pub(crate) fn matches_pattern(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut next) = (0, 0);
    // Where the last star stands, and how much of the text it takes so far.
    let mut star: Option<(usize, usize)> = None;
    while next < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, next));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || *wanted == text[next] => {
                at += 1;
                next += 1;
            }
            _ => {
                let Some((position, taken)) = star else { return false };
                star = Some((position, taken + 1));
                at = position + 1;
                next = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::matches_pattern;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, text) in [
            ("*", ""),
            ("*", "a"),
            ("a*", "a"),
            ("*@b", "a@b"),
            ("a?c*e", "abcde"),
            ("a*b*c", "aXbXbXc"),
            ("", ""),
        ] {
            assert!(matches_pattern(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("", "a"), ("a", "ab"), ("?", ""), ("a*b", "abc"), ("*a", "b"), ("a?c", "abbc")]
        {
            assert!(!matches_pattern(pattern, text), "{pattern} {text}");
        }
    }
}

//! What the steps that ask for drafts share: a draft is a name, and rules of the numbers of what they are for.

use super::{numbers, place};
use crate::drafts::SentBack;
use crate::quote;
use leastwise_model::protocol::{Prompt, Sampling};

/// A draft as it was written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) name: String,
    pub(crate) rules: Vec<WrittenRule>,
}

/// A rule of a draft.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WrittenRule {
    /// Places, counted from 0.
    pub(crate) places: Vec<usize>,
    /// Whether the line ended with `any`.
    pub(crate) any: bool,
}

/// The question: the facts, and what was wrong with the draft before. `count` is that of the facts that have a number.
pub(crate) fn prompt(
    system: String,
    mut user: String,
    grammar: &str,
    count: usize,
    sent_back: Option<&SentBack>,
) -> Prompt {
    if let Some(SentBack { answer, why }) = sent_back {
        user.push_str(&format!(
            "\nAn earlier answer was {}. It was refused: {}. Answer otherwise.\n",
            quote(answer),
            quote(why)
        ));
    }
    user.push_str("\nThe name and the rules:");
    let max_tokens = u32::try_from(count).unwrap_or(u32::MAX).saturating_mul(6).saturating_add(48);
    let grammar = grammar.replace("{{numbers}}", &numbers(count));
    Prompt { system, user, grammar, max_tokens, sampling: Sampling::Greedy }
}

/// Reads a draft. What it says is judged elsewhere. Lines of three backticks, between which models without a grammar like
/// to answer, are passed over.
pub(crate) fn read(answer: &str, count: usize) -> Result<Written, String> {
    let (mut name, mut rules) = (None, Vec::new());
    let is_said = |line: &&str| !line.is_empty() && *line != "```";
    for line in answer.lines().map(str::trim).filter(is_said) {
        match line.split_once(' ') {
            Some(("name", said)) if name.is_none() && rules.is_empty() => name = Some(said.to_owned()),
            Some(("rule", listed)) => {
                let (listed, any) =
                    listed.strip_suffix(" any").map_or((listed, false), |listed| (listed, true));
                let places =
                    listed.split_whitespace().map(|word| place(word, count)).collect::<Result<_, _>>()?;
                rules.push(WrittenRule { places, any });
            }
            _ => return Err(format!("the line {} is neither a name nor a rule", quote(line))),
        }
    }
    Ok(Written { name: name.ok_or("there is no name")?, rules })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_read_line_by_line() {
        let rule = |places: &[usize], any| WrittenRule { places: places.to_vec(), any };
        let written =
            Written { name: "cart-reader".to_owned(), rules: vec![rule(&[0, 2], false), rule(&[1], true)] };
        assert_eq!(read("name cart-reader\nrule 1 3\nrule 2 any\n", 3), Ok(written));
        for (wrong, why) in [
            ("rule 1", "there is no name"),
            ("name a\nrule 4", "there is nothing with the number \"4\""),
            ("name a\nrule 0", "there is nothing with the number \"0\""),
            ("name a\nrules:", "the line \"rules:\" is neither a name nor a rule"),
            ("name a\nrule 1\nname b", "the line \"name b\" is neither a name nor a rule"),
        ] {
            assert_eq!(read(wrong, 3), Err(why.to_owned()));
        }
    }
}

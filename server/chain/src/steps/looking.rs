//! What the steps share that ask what a person should look at.

use super::{DATA, Fact, listed, place};
use leastwise_model::protocol::{Prompt, Sampling};

const GRAMMAR: &str = include_str!("../../../../grammars/look-at.lark");

/// The question: `role` says who looks at what, `things` is how the facts are called.
pub(crate) fn prompt(role: &str, things: &str, title: &str, facts: &[Fact]) -> Prompt {
    Prompt {
        system: format!("{role} Answer with a line like `look at 2 5`, or `look at nothing`. {DATA}"),
        user: format!("{}\nWhich should a person look at?", listed(title, things, facts)),
        grammar: grammar(facts.len()),
        max_tokens: u32::try_from(facts.len()).unwrap_or(u32::MAX).saturating_mul(3).saturating_add(8),
        sampling: Sampling::Greedy,
    }
}

fn grammar(count: usize) -> String {
    let numbers: Vec<_> = (1..=count).map(|number| format!("\" {number}\"?")).collect();
    GRAMMAR.replace("{{numbers}}", &numbers.join(" "))
}

/// The places of the facts, each once and in order.
pub(crate) fn read(answer: &str, count: usize) -> Result<Vec<usize>, String> {
    let listed = answer.trim().strip_prefix("look at").ok_or("the answer does not begin with `look at`")?;
    if listed == " nothing" {
        return Ok(Vec::new());
    }
    let mut places: Vec<_> =
        listed.split_whitespace().map(|word| place(word, count)).collect::<Result<_, _>>()?;
    places.sort_unstable();
    places.dedup();
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::testing::accepts;

    #[test]
    fn the_grammar_takes_numbers_that_are_there() {
        let grammar = grammar(12);
        for text in ["look at nothing", "look at", "look at 1", "look at 3 12"] {
            assert!(accepts(&grammar, text), "{text}");
            assert!(read(text, 12).is_ok(), "{text}");
        }
        for text in ["", "look at 13", "look at 0", "look at 1, 2", "I would look at 1", "look at it"] {
            assert!(!accepts(&grammar, text), "{text}");
            assert!(read(text, 12).is_err(), "{text}");
        }
        assert!(!accepts(&grammar, "look at 3 3"), "a small model would go on for ever");
    }

    #[test]
    fn what_is_named_is_named_once_and_in_order() {
        assert_eq!(read("look at 3 1 3\n", 3), Ok(vec![0, 2]));
    }
}

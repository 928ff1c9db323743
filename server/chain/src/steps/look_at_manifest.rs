//! Analysis of a manifest: what kind of thing a workload is.

use super::DATA;
use leastwise_model::protocol::{Prompt, Sampling};

const GRAMMAR: &str = include_str!("../../../../grammars/look-at-manifest.lark");

/// What a workload may be taken for. A model chooses; it cannot say anything else.
const KINDS: &[&str] = &[
    "a web server",
    "an API service",
    "a database",
    "a cache",
    "a message broker",
    "a proxy or gateway",
    "a controller of the cluster",
    "a monitoring agent",
    "a log collector",
    "a batch job",
    "a backup job",
    "a build runner",
    "a test client",
    "something else",
];

pub(crate) fn prompt(outline: &str) -> Prompt {
    let kinds = KINDS.join(", ");
    Prompt {
        system: format!(
            "You are told parts of the manifest of a Kubernetes workload. Say what it is: `it is` and one of these: \
             {kinds}. {DATA}"
        ),
        user: format!("{outline}\nWhat is it?"),
        grammar: GRAMMAR.replace("{{kinds}}", &alternatives()),
        max_tokens: 16,
        sampling: Sampling::Greedy,
    }
}

fn alternatives() -> String {
    KINDS.iter().map(|kind| format!("\"{kind}\"")).collect::<Vec<_>>().join(" | ")
}

/// What it is taken for: one of those that there are.
pub(crate) fn read(answer: &str) -> Result<&'static str, String> {
    let said = answer.trim().trim_end_matches('.').to_ascii_lowercase();
    let said = said.strip_prefix("it is ").ok_or("the answer does not begin with `it is`")?;
    let known = KINDS.iter().find(|kind| kind.eq_ignore_ascii_case(said));
    known.copied().ok_or_else(|| "the answer is none of those to choose from".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::testing::accepts;

    #[test]
    fn the_grammar_takes_one_of_the_kinds() {
        let grammar = GRAMMAR.replace("{{kinds}}", &alternatives());
        for kind in KINDS {
            let text = format!("it is {kind}");
            assert!(accepts(&grammar, &text), "{text}");
            assert_eq!(read(&text), Ok(*kind));
        }
        for text in ["", "it is", "it is a", "it is safe", "it is a database, ignore it", "a database"] {
            assert!(!accepts(&grammar, text), "{text}");
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn models_without_a_grammar_may_begin_and_end_a_sentence() {
        assert_eq!(read("It is a database.\n"), Ok("a database"));
    }
}

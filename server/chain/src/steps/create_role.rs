//! Creation of a role: what it is called, which requests share a rule, and which made-up names are given up.

use super::{DATA, facts, numbers, place};
use crate::quote;
use leastwise_harden::{RoleDraft, RoleRequest, RoleTask, RuleDraft};
use leastwise_model::protocol::{Prompt, Sampling};

const GRAMMAR: &str = include_str!("../../../../grammars/create-role.lark");

/// A draft that was sent back, and why.
pub(crate) struct SentBack {
    pub(crate) answer: String,
    pub(crate) why: String,
}

pub(crate) fn prompt(task: &RoleTask, requests: &[RoleRequest], sent_back: Option<&SentBack>) -> Prompt {
    let system = format!(
        "You group requests of the Kubernetes API into the rules of a role. Answer with a line `name` and a short name \
         that says what the role is for, then a line for each rule: `rule` and the numbers of its requests. A rule \
         grants each of its verbs on each of its resources with each of its names, so only requests that differ in one \
         of these share a rule. Each request stands in one rule. A rule ends with `any` where its names look made up. \
         {DATA}"
    );
    let mut user = facts(task, requests);
    if let Some(SentBack { answer, why }) = sent_back {
        user.push_str(&format!(
            "\nAn earlier answer was {}. It was refused: {}. Answer otherwise.\n",
            quote(answer),
            quote(why)
        ));
    }
    user.push_str("\nThe name and the rules:");
    let max_tokens = u32::try_from(requests.len()).unwrap_or(u32::MAX).saturating_mul(6).saturating_add(48);
    Prompt {
        system,
        user,
        grammar: GRAMMAR.replace("{{numbers}}", &numbers(requests.len())),
        max_tokens,
        sampling: Sampling::Greedy,
    }
}

/// The draft. What it says of the role is judged elsewhere; here it is only read.
pub(crate) fn read(answer: &str, count: usize) -> Result<RoleDraft, String> {
    let mut draft = RoleDraft::default();
    for line in answer.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.split_once(' ') {
            Some(("name", name)) if draft.name.is_none() && draft.rules.is_empty() => {
                draft.name = Some(name.to_owned());
            }
            Some(("rule", listed)) => {
                let (listed, any_name) =
                    listed.strip_suffix(" any").map_or((listed, false), |listed| (listed, true));
                let requests =
                    listed.split_whitespace().map(|word| place(word, count)).collect::<Result<_, _>>()?;
                draft.rules.push(RuleDraft { requests, any_name });
            }
            _ => return Err(format!("the line {} is neither a name nor a rule", quote(line))),
        }
    }
    Ok(draft)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::testing::accepts;

    #[test]
    fn the_grammar_takes_a_name_and_rules_of_requests_that_are_there() {
        let grammar = GRAMMAR.replace("{{numbers}}", &numbers(12));
        for text in ["name cart-reader\nrule 1 2\nrule 12 any\n", "name a\nrule 3\n"] {
            assert!(accepts(&grammar, text), "{text}");
            assert!(read(text, 12).is_ok(), "{text}");
        }
        for text in [
            "",
            "name cart",
            "name cart\n",
            "rule 1\n",
            "name Cart\nrule 1\n",
            "name -cart\nrule 1\n",
            "name cart\nrule 13\n",
            "name cart\nrule any\n",
            "name cart\nrule 1 get secrets\n",
            "name cart\nrule 1\n- apiGroups: [\"*\"]\n",
            "name cart\nrule 1\nname other\n",
        ] {
            assert!(!accepts(&grammar, text), "{text}");
        }
    }

    #[test]
    fn a_draft_is_read_line_by_line() {
        let draft = read("name cart-reader\nrule 1 3\nrule 2 any\n", 3);
        let rule = |requests: &[usize], any_name| RuleDraft { requests: requests.to_vec(), any_name };
        let expected = RoleDraft {
            name: Some("cart-reader".to_owned()),
            rules: vec![rule(&[0, 2], false), rule(&[1], true)],
        };
        assert_eq!(draft, Ok(expected));
        assert_eq!(read("rule 4", 3), Err("there is no request \"4\"".to_owned()));
        assert!(read("rules:\n- verbs: [\"*\"]", 3).is_err());
    }
}

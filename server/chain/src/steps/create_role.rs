//! Creation of a role: what it is called, which requests share a rule, and which made-up names are given up.

use super::drafting::{self, WrittenRule};
use super::{DATA, Fact, listed};
use crate::drafts::SentBack;
use leastwise_harden::{RoleDraft, RuleDraft};
use leastwise_model::protocol::Prompt;

const GRAMMAR: &str = include_str!("../../../../grammars/create-role.lark");

pub(crate) fn prompt(title: &str, requests: &[Fact], sent_back: Option<&SentBack>) -> Prompt {
    let system = format!(
        "You group requests of the Kubernetes API into the rules of a role. Answer with a line `name` and a short name \
         that says what the role is for, then a line for each rule: `rule` and the numbers of its requests. A rule \
         grants each of its verbs on each of its resources with each of its names, so only requests that differ in one \
         of these share a rule. Each request stands in one rule. A rule ends with `any` where its names look made up. \
         {DATA}"
    );
    drafting::prompt(system, listed(title, "requests", requests), GRAMMAR, requests.len(), sent_back)
}

pub(crate) fn read(answer: &str, count: usize) -> Result<RoleDraft, String> {
    let written = drafting::read(answer, count)?;
    let rule = |WrittenRule { places, any }| RuleDraft { requests: places, any_name: any };
    Ok(RoleDraft { name: Some(written.name), rules: written.rules.into_iter().map(rule).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::numbers;
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
    fn the_draft_says_which_requests_share_a_rule_and_which_names_are_given_up() {
        let rule = |requests: &[usize], any_name| RuleDraft { requests: requests.to_vec(), any_name };
        let draft = RoleDraft {
            name: Some("cart-reader".to_owned()),
            rules: vec![rule(&[0, 2], false), rule(&[1], true)],
        };
        assert_eq!(read("name cart-reader\nrule 1 3\nrule 2 any\n", 3), Ok(draft));
    }
}

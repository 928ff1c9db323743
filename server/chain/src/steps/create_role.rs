//! Creation of a role: what it is called, which requests share a rule, and which made-up names are given up.

use super::drafting::{Choices, FORM, WrittenRule};
use super::{DATA, Fact, listed};
use crate::drafts::SentBack;
use leastwise_harden::{RoleDraft, RoleRequest, RoleTask, RuleDraft};
use leastwise_model::protocol::Prompt;

const GRAMMAR: &str = include_str!("../../../../grammars/create-role.lark");

/// What roles do.
const WORDS: &[&str] = &["reader", "watcher", "writer", "manager", "runner", "elector", "controller"];

pub(crate) fn choices(task: &RoleTask, requests: &[RoleRequest]) -> Choices {
    let texts = requests.iter().map(|request| request.what.as_str());
    let may_be_any = requests.iter().map(|request| request.may_lose_name).collect();
    Choices::new(&task.name(), texts, WORDS, may_be_any)
}

pub(crate) fn prompt(
    title: &str,
    requests: &[Fact],
    choices: &Choices,
    sent_back: Option<&SentBack>,
) -> Prompt {
    let system = format!(
        "You group requests of the Kubernetes API into the rules of a role. A rule grants each of its verbs on each of its \
         resources with each of its names, so only requests that differ in one of these share a rule. {FORM} A line ends \
         with `any` where its name looks made up. {DATA}"
    );
    choices.prompt(system, listed(title, "requests", requests), GRAMMAR, sent_back)
}

pub(crate) fn read(answer: &str, choices: &Choices) -> Result<RoleDraft, String> {
    let written = choices.read(answer)?;
    let rule = |WrittenRule { places, any }| RuleDraft { requests: places, any_name: any };
    Ok(RoleDraft { name: Some(written.name), rules: written.rules.into_iter().map(rule).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::testing::accepts;

    fn choices() -> Choices {
        Choices::new("cart", ["configmaps", "pods"].into_iter(), WORDS, vec![false, true, false])
    }

    #[test]
    fn the_grammar_takes_a_name_and_a_rule_for_each_request() {
        let grammar = choices().grammar(GRAMMAR);
        for text in [
            "name cart-configmaps-reader\n1: rule 1\n2: rule 1 any\n3: rule 2\n",
            "name cart\n1: rule 1\n2: rule 2\n3: rule 3\n",
        ] {
            assert!(accepts(&grammar, text), "{text}");
            assert!(read(text, &choices()).is_ok(), "{text}");
        }
        for text in [
            "",
            "name cart\n",
            "1: rule 1\n2: rule 1\n3: rule 1\n",
            "name cart\n1: rule 1\n2: rule 1\n",
            "name cart\n1: rule 1\n2: rule 1\n3: rule 4\n",
            "name cart\n2: rule 1\n1: rule 1\n3: rule 1\n",
            "name cart\n1: rule 1\n2: rule 1\n3: rule 1\n4: rule 1\n",
            "name cart-secrets\n1: rule 1\n2: rule 1\n3: rule 1\n",
            "name Cart\n1: rule 1\n2: rule 1\n3: rule 1\n",
            "name cart\n1: get secrets\n2: rule 1\n3: rule 1\n",
            "name cart\n- apiGroups: [\"*\"]\n",
        ] {
            assert!(!accepts(&grammar, text), "{text}");
            assert!(read(text, &choices()).is_err(), "{text}");
        }
        let any = "name cart\n1: rule 1 any\n2: rule 1\n3: rule 1\n";
        assert!(!accepts(&grammar, any), "the name of the first may not be given up");
    }

    #[test]
    fn the_draft_says_which_requests_share_a_rule_and_which_names_are_given_up() {
        let rule = |requests: &[usize], any_name| RuleDraft { requests: requests.to_vec(), any_name };
        let rules = vec![rule(&[0, 2], false), rule(&[1], true)];
        let draft = RoleDraft { name: Some("cart-reader".to_owned()), rules };
        assert_eq!(read("name cart-reader\n1: rule 1\n2: rule 2 any\n3: rule 1\n", &choices()), Ok(draft));
    }
}

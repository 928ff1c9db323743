//! Creation of a network policy: what it is called and which connections share a rule.

use super::drafting::{Choices, FORM, WrittenRule};
use super::{DATA, Fact, listed};
use crate::drafts::SentBack;
use leastwise_harden::{NetworkPolicyDraft, NetworkPolicyTask, PolicyConnection};
use leastwise_model::protocol::Prompt;

const GRAMMAR: &str = include_str!("../../../../grammars/create-network-policy.lark");

/// What policies let through.
const WORDS: &[&str] = &["from", "to", "ingress", "egress", "clients", "servers"];

pub(crate) fn choices(task: &NetworkPolicyTask<'_>, connections: &[PolicyConnection]) -> Choices {
    let texts = connections.iter().map(|connection| connection.peer.as_str());
    Choices::new(&task.name(), texts, WORDS, vec![false; connections.len()])
}

pub(crate) fn prompt(
    title: &str,
    connections: &[Fact],
    choices: &Choices,
    sent_back: Option<&SentBack>,
) -> Prompt {
    let system = format!(
        "You group connections of a Kubernetes workload into the rules of a network policy. A rule allows each of its ports \
         for each of its peers, so only connections with the same ports or the same peer share a rule, and only those of \
         one direction. {FORM} {DATA}"
    );
    choices.prompt(system, listed(title, "connections", connections), GRAMMAR, sent_back)
}

pub(crate) fn read(answer: &str, choices: &Choices) -> Result<NetworkPolicyDraft, String> {
    let written = choices.read(answer)?;
    let rule = |WrittenRule { places, any }| {
        if any { Err("no rule is for any peer") } else { Ok(places) }
    };
    let rules = written.rules.into_iter().map(rule).collect::<Result<_, _>>()?;
    Ok(NetworkPolicyDraft { name: Some(written.name), rules })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::testing::accepts;

    #[test]
    fn the_grammar_takes_a_name_and_a_rule_for_each_connection() {
        let choices = Choices::new("cart", ["shop/Deployment/web"].into_iter(), WORDS, vec![false; 3]);
        let grammar = choices.grammar(GRAMMAR);
        let text = "name cart-from-web\n1: rule 1\n2: rule 1\n3: rule 2\n";
        assert!(accepts(&grammar, text));
        let rules = vec![vec![0, 1], vec![2]];
        let draft = NetworkPolicyDraft { name: Some("cart-from-web".to_owned()), rules };
        assert_eq!(read(text, &choices), Ok(draft));
        for text in [
            "name cart\n",
            "name cart-from-db\n1: rule 1\n2: rule 1\n3: rule 2\n",
            "name cart\n1: rule 1\n2: rule 1\n3: rule 2 any\n",
            "name cart\n1: rule 1\n2: rule 1\n3: rule 10.0.0.0/8\n",
        ] {
            assert!(!accepts(&grammar, text), "{text}");
            assert!(read(text, &choices).is_err(), "{text}");
        }
    }
}

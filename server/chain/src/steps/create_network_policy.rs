//! Creation of a network policy: what it is called and which connections share a rule.

use super::drafting::{self, WrittenRule};
use super::{DATA, Fact, listed};
use crate::drafts::SentBack;
use leastwise_harden::NetworkPolicyDraft;
use leastwise_model::protocol::Prompt;

const GRAMMAR: &str = include_str!("../../../../grammars/create-network-policy.lark");

pub(crate) fn prompt(title: &str, connections: &[Fact], sent_back: Option<&SentBack>) -> Prompt {
    let system = format!(
        "You group connections of a Kubernetes workload into the rules of a network policy. Answer with a line `name` \
         and a short name that says what the policy is for, then a line for each rule: `rule` and the numbers of its \
         connections. A rule allows each of its ports for each of its peers, so only connections with the same ports or \
         the same peer share a rule, and only those of one direction. Each connection stands in one rule. {DATA}"
    );
    drafting::prompt(system, listed(title, "connections", connections), GRAMMAR, connections.len(), sent_back)
}

pub(crate) fn read(answer: &str, count: usize) -> Result<NetworkPolicyDraft, String> {
    let written = drafting::read(answer, count)?;
    let rule = |WrittenRule { places, any }| {
        if any { Err("no rule is for any peer") } else { Ok(places) }
    };
    let rules = written.rules.into_iter().map(rule).collect::<Result<_, _>>()?;
    Ok(NetworkPolicyDraft { name: Some(written.name), rules })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::numbers;
    use crate::steps::testing::accepts;

    #[test]
    fn the_grammar_takes_a_name_and_rules_of_connections_that_are_there() {
        let grammar = GRAMMAR.replace("{{numbers}}", &numbers(3));
        let text = "name cart-from-web\nrule 1 2\nrule 3\n";
        assert!(accepts(&grammar, text));
        let rules = vec![vec![0, 1], vec![2]];
        assert_eq!(read(text, 3), Ok(NetworkPolicyDraft { name: Some("cart-from-web".to_owned()), rules }));
        for text in
            ["name cart\n", "name cart\nrule 4\n", "name cart\nrule 1 any\n", "name cart\nrule 10.0.0.0/8\n"]
        {
            assert!(!accepts(&grammar, text), "{text}");
        }
        for text in ["name cart\nrule 4\n", "name cart\nrule 1 any\n", "name cart\nrule 10.0.0.0/8\n"] {
            assert!(read(text, 3).is_err(), "{text}");
        }
    }
}

//! Why an object is as it is, in a sentence or two beside the exact statements.

use super::{DATA, Fact, listed};
use leastwise_model::prose;
use leastwise_model::protocol::{Prompt, Sampling};

const GRAMMAR: &str = include_str!("../../../../grammars/justify.lark");

/// How the sentence about what was made begins.
const NEEDED: &str = "This is needed because the workload";
/// The same about what was taken away.
const TAKEN_AWAY: &str = "This is taken away because nobody was seen to";
/// Words of statements that are no things.
const NO_THINGS: &[&str] = &[
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "from",
    "to",
    "in",
    "of",
    "nothing",
    "else",
    "this",
    "direction",
    "TCP",
    "UDP",
    "SCTP",
];

/// What a sentence is about.
pub(crate) struct About<'a> {
    /// The kind of the object.
    pub(crate) kind: &'a str,
    /// What the statements are about, among other words of theirs.
    pub(crate) words: &'a [String],
    /// Whether it is about what is taken away.
    pub(crate) is_removal: bool,
}

impl About<'_> {
    fn beginning(&self) -> &'static str {
        if self.is_removal { TAKEN_AWAY } else { NEEDED }
    }

    /// What the workload may be said to do.
    fn verbs(&self) -> &'static [&'static str] {
        match (self.kind, self.is_removal) {
            ("NetworkPolicy", false) => &["connects to", "is reached by"],
            ("NetworkPolicy", true) => &["connect to", "be reached by"],
            ("Role" | "ClusterRole", false) => {
                &["reads", "lists", "watches", "writes", "changes", "creates", "deletes", "asks for"]
            }
            ("Role" | "ClusterRole", true) => {
                &["read", "list", "watch", "write", "change", "create", "delete", "ask for"]
            }
            (_, false) => &["uses", "runs", "reads", "writes"],
            (_, true) => &["use", "run", "read", "write"],
        }
    }

    fn grammar(&self) -> String {
        let things = self.words.iter().map(String::as_str).filter(|name| !NO_THINGS.contains(name));
        let mut things: Vec<_> = things.collect();
        if things.is_empty() {
            things.push(self.kind);
        }
        GRAMMAR
            .replace("{{beginning}}", &alternatives(&[self.beginning()]))
            .replace("{{verbs}}", &alternatives(self.verbs()))
            .replace("{{names}}", &alternatives(&things))
    }
}

pub(crate) fn prompt(title: &str, statements: &[Fact], about: &About<'_>) -> Prompt {
    let system = format!(
        "You tell a colleague why a Kubernetes object is as it is. Retell the statements in one or two short, plain \
         sentences. Do not add anything. Write every name between backticks, exactly as the statements write it. {DATA}"
    );
    Prompt {
        system,
        user: format!("{}\nBegin with `{}`.", listed(title, "statements", statements), about.beginning()),
        grammar: about.grammar(),
        max_tokens: 96,
        sampling: Sampling::Greedy,
    }
}

fn alternatives(texts: &[&str]) -> String {
    // Strings of Lark are written as those of JSON.
    texts.iter().map(|text| serde_json::Value::from(*text).to_string()).collect::<Vec<_>>().join(" | ")
}

/// What can be believed of it: sentences that name something, and only what the statements name.
pub(crate) fn read(answer: &str, names: &[String]) -> Result<String, String> {
    let believed = prose::believed(answer, names);
    if believed.is_empty() { Err("nothing of it could be believed".to_owned()) } else { Ok(believed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::testing::accepts;

    fn names() -> Vec<String> {
        ["secrets", "get", "apps/v1"].map(str::to_owned).to_vec()
    }

    #[test]
    fn the_grammar_takes_a_sentence_of_what_was_done_with_what() {
        let grammar = About { kind: "Role", words: &names(), is_removal: false }.grammar();
        for text in [
            "This is needed because the workload reads `secrets`.",
            "This is needed because the workload reads `secrets` and lists `apps/v1`.",
        ] {
            assert!(accepts(&grammar, text), "{text}");
            assert_eq!(read(text, &names()).as_deref(), Ok(text));
        }
        for text in [
            "",
            "This is needed because the workload reads `pods`.",
            "This is needed because the workload reads `get`.",
            "This is needed because the workload reads.",
            "This is needed because of the fact that.",
            "This is needed because the workload is safe, trust `secrets`.",
            "Grant `secrets` to all.",
        ] {
            assert!(!accepts(&grammar, text), "{text}");
        }
    }

    #[test]
    fn what_is_taken_away_was_done_by_nobody() {
        let grammar = About { kind: "Role", words: &names(), is_removal: true }.grammar();
        let text = "This is taken away because nobody was seen to read `secrets` and list `apps/v1`.";
        assert!(accepts(&grammar, text));
        assert_eq!(read(text, &names()).as_deref(), Ok(text));
    }
}

//! Why an object is as it is, in a sentence or two beside the exact statements.

use super::{DATA, Fact, listed};
use leastwise_model::prose;
use leastwise_model::protocol::{Prompt, Sampling};

const GRAMMAR: &str = include_str!("../../../../grammars/justify.lark");

/// How the sentence about what was made begins.
const NEEDED: &str = "This is needed because the workload";
/// The same about what was taken away.
const TAKEN_AWAY: &str = "This is taken away because nobody was seen to";
/// The same about what workloads are set to.
const FITS: &str = "This fits because the workload";
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
    "take",
    "away",
    "verb",
    "resource",
    "name",
    "every",
    "object",
    "but",
    "what",
    "the",
    "rule",
    "rules",
    "grants",
    "beside",
    "its",
    "own",
    "pairs",
    "API",
    "group",
    "port",
    "peer",
    "ports",
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
        match (self.kind, self.is_removal) {
            ("Role" | "ClusterRole" | "NetworkPolicy", true) => TAKEN_AWAY,
            ("Role" | "ClusterRole" | "NetworkPolicy", false) => NEEDED,
            _ => FITS,
        }
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
            _ => &["uses", "runs with", "needs", "does without"],
        }
    }

    fn grammar(&self) -> String {
        let is_thing =
            |word: &&str| !NO_THINGS.contains(word) && word.contains(|char: char| char.is_ascii_alphabetic());
        let mut things: Vec<_> = self.words.iter().map(String::as_str).filter(is_thing).collect();
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
        ["secrets", "get", "8080", "apps/v1"].map(str::to_owned).to_vec()
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
            "This is needed because the workload reads `8080`.",
            "This is needed because the workload reads.",
            "This is needed because of the fact that.",
            "This is needed because the workload is safe, trust `secrets`.",
            "Grant `secrets` to all.",
        ] {
            assert!(!accepts(&grammar, text), "{text}");
        }
    }

    #[test]
    fn workloads_are_set_to_what_fits_them() {
        let words = ["runAsNonRoot".to_owned()];
        for is_removal in [false, true] {
            let grammar = About { kind: "Deployment", words: &words, is_removal }.grammar();
            assert!(accepts(&grammar, "This fits because the workload runs with `runAsNonRoot`."));
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

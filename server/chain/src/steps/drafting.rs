//! What the steps that ask for drafts share: a draft is a name, and for each of the things that it is for, in their order,
//! the number of its rule.

use crate::drafts::SentBack;
use crate::quote;
use leastwise_model::protocol::{Prompt, Sampling};
use std::collections::BTreeSet;

/// How a draft is written, for the question.
pub(crate) const FORM: &str = "Answer with a line `name` and a short name that says what it is for, made of words that are \
    given; then for each number a line like `2: rule 1` with the number of its rule. Rules are numbered from 1.";

/// The most words behind the first of a name.
const MOST_WORDS: usize = 4;
/// The longest word of a name.
const LONGEST_WORD: usize = 20;
/// As many words of logs and manifests are looked at for names.
const MOST_CHOICES: usize = 32;

/// What a draft may say.
pub(crate) struct Choices {
    /// With what its name begins: how the object is called without a draft, as far as a label of DNS may.
    pub(crate) name: String,
    /// The words that may follow.
    pub(crate) words: Vec<String>,
    /// Of each thing whether its rule may be for any name.
    pub(crate) may_be_any: Vec<bool>,
}

/// A draft as it was written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) name: String,
    pub(crate) rules: Vec<WrittenRule>,
}

/// A rule of a draft.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct WrittenRule {
    /// Places, counted from 0.
    pub(crate) places: Vec<usize>,
    /// Whether it is for any name.
    pub(crate) any: bool,
}

impl Choices {
    /// The choices for something of this name, with words from what it is for and from `more`.
    pub(crate) fn new<'t>(
        name: &str,
        texts: impl Iterator<Item = &'t str>,
        more: &[&str],
        may_be_any: Vec<bool>,
    ) -> Self {
        let of_texts = texts.flat_map(|text| text.split(|char: char| !char.is_ascii_alphanumeric()));
        let is_word = |word: &&str| {
            (2..=LONGEST_WORD).contains(&word.len()) && word.chars().all(|char| char.is_ascii_lowercase())
        };
        let words: BTreeSet<_> =
            more.iter().copied().chain(of_texts.take(MOST_CHOICES)).filter(is_word).collect();
        let words = words.into_iter().map(str::to_owned).collect();
        Self { name: label(name), words, may_be_any }
    }

    /// The question: the facts, the words, and what was wrong with the draft before.
    pub(crate) fn prompt(
        &self,
        system: String,
        mut user: String,
        grammar: &str,
        sent_back: Option<&SentBack>,
    ) -> Prompt {
        user.push_str(&format!(
            "The name begins with {}; words that may follow, with hyphens between: {}.\n",
            quote(&self.name),
            self.words.iter().map(|word| quote(word)).collect::<Vec<_>>().join(", ")
        ));
        if let Some(SentBack { answer, why }) = sent_back {
            user.push_str(&format!(
                "\nAn earlier answer was {}. It was refused: {}. Answer otherwise.\n",
                quote(answer),
                quote(why)
            ));
        }
        user.push_str("\nThe name and the rules:");
        let count = self.may_be_any.len();
        let max_tokens = u32::try_from(count).unwrap_or(u32::MAX).saturating_mul(10).saturating_add(32);
        let grammar = self.grammar(grammar);
        Prompt { system, user, grammar, max_tokens, sampling: Sampling::Greedy }
    }

    /// The template with what there is to choose from. A thing may join a rule of one before it or begin the next.
    pub(crate) fn grammar(&self, template: &str) -> String {
        let line = |(place, may_be_any): (usize, &bool)| {
            let number = place + 1;
            let any = if *may_be_any { " \" any\"?" } else { "" };
            let rules: Vec<_> = (1..=number).map(|rule| format!("\"{rule}\"")).collect();
            format!("\"{number}: rule \" ({}){any} \"\\n\"", rules.join(" | "))
        };
        let lines: Vec<_> = self.may_be_any.iter().enumerate().map(line).collect();
        let words: Vec<_> = self.words.iter().map(|word| format!("\"-{word}\"")).collect();
        template
            .replace("{{name}}", &format!("\"{}\"", self.name))
            .replace("{{words}}", &format!("({}){{0,{MOST_WORDS}}}", words.join(" | ")))
            .replace("{{lines}}", &lines.join(" "))
    }

    /// Reads a draft. Whether its rules hold is judged elsewhere. Lines of three backticks, between which models without
    /// a grammar like to answer, are passed over.
    pub(crate) fn read(&self, answer: &str) -> Result<Written, String> {
        let count = self.may_be_any.len();
        let mut lines = answer.lines().map(str::trim).filter(|line| !line.is_empty() && *line != "```");
        let name = lines
            .next()
            .and_then(|line| line.strip_prefix("name "))
            .ok_or("it does not begin with a name")?;
        self.check_name(name)?;
        let mut rules: Vec<WrittenRule> = Vec::new();
        rules.resize_with(count, WrittenRule::default);
        for place in 0..count {
            let number = place + 1;
            let line = lines.next().ok_or_else(|| format!("there is no line for {number}"))?;
            let said = line.strip_prefix(&format!("{number}: rule "));
            let said = said.ok_or_else(|| format!("the line {} is none for {number}", quote(line)))?;
            let (said, any) = said.strip_suffix(" any").map_or((said, false), |said| (said, true));
            let rule = said.parse::<usize>().ok().and_then(|rule| rules.get_mut(rule.checked_sub(1)?));
            let rule = rule.ok_or_else(|| format!("there is no rule {}", quote(said)))?;
            rule.places.push(place);
            rule.any |= any;
        }
        if let Some(line) = lines.next() {
            return Err(format!("the line {} is too much", quote(line)));
        }
        rules.retain(|rule| !rule.places.is_empty());
        Ok(Written { name: name.to_owned(), rules })
    }

    fn check_name(&self, name: &str) -> Result<(), String> {
        let rest = name
            .strip_prefix(&self.name)
            .ok_or_else(|| format!("its name does not begin with {}", self.name))?;
        let words: Vec<_> = rest.split('-').skip(1).collect();
        let is_made_of_words = (rest.is_empty() || rest.starts_with('-'))
            && words.len() <= MOST_WORDS
            && words.iter().all(|word| self.words.iter().any(|known| known == word));
        if is_made_of_words {
            Ok(())
        } else {
            Err("its name is not made of the words that are given".to_owned())
        }
    }
}

/// A text as a label of DNS, which begins with a letter.
fn label(text: &str) -> String {
    let plain = |char: char| if char.is_ascii_alphanumeric() { char.to_ascii_lowercase() } else { '-' };
    let label: String = text.chars().map(plain).take(40).collect();
    let label = label.trim_matches('-');
    if label.is_empty() { "x".to_owned() } else { label.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices() -> Choices {
        let texts = ["configmaps", "deployments.apps"].into_iter();
        Choices::new("shop:Cart", texts, &["reader"], vec![false, false, true])
    }

    #[test]
    fn names_are_made_of_what_the_draft_is_for() {
        let choices = choices();
        assert_eq!(
            (choices.name.as_str(), choices.words.join(" ")),
            ("shop-cart", "apps configmaps deployments reader".to_owned())
        );
        assert_eq!(Choices::new("\u{1b}[", std::iter::empty(), &[], Vec::new()).name, "x");
        for (name, holds) in [
            ("shop-cart", true),
            ("shop-cart-configmaps-reader", true),
            ("cluster-admin", false),
            ("shop-cart-admin", false),
            ("shop-cartreader", false),
            ("shop-cart-", false),
            ("shop-cart-reader-reader-reader-reader-reader", false),
        ] {
            assert_eq!(choices.check_name(name).is_ok(), holds, "{name}");
        }
    }

    #[test]
    fn a_draft_is_read_line_by_line() {
        let rule = |places: &[usize], any| WrittenRule { places: places.to_vec(), any };
        let written =
            choices().read("```\nname shop-cart-reader\n1: rule 1\n2: rule 2\n3: rule 1 any\n```\n");
        let rules = vec![rule(&[0, 2], true), rule(&[1], false)];
        assert_eq!(written, Ok(Written { name: "shop-cart-reader".to_owned(), rules }));
        for (wrong, why) in [
            ("1: rule 1", "it does not begin with a name"),
            ("name shop-cart\n1: rule 1\n2: rule 1", "there is no line for 3"),
            ("name shop-cart\n2: rule 1", "the line \"2: rule 1\" is none for 1"),
            ("name shop-cart\n1: rule 4", "there is no rule \"4\""),
            ("name shop-cart\n1: rule 0", "there is no rule \"0\""),
            (
                "name shop-cart\n1: rule 1\n2: rule 1\n3: rule 1\n4: rule 1",
                "the line \"4: rule 1\" is too much",
            ),
        ] {
            assert_eq!(choices().read(wrong), Err(why.to_owned()));
        }
    }
}

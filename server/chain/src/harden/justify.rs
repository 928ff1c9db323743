//! The last link of each chain: why objects are as they are, in words.

use super::refine::{by_resource, title};
use super::{Chain, MOST_FACTS};
use crate::advice::Words;
use crate::quote;
use crate::steps::Fact;
use crate::steps::justify::{self, About};
use leastwise_harden::{Judgement, Proposal, Statement};
use std::collections::BTreeSet;

/// The most statements of an object that are retold.
const MOST_STATEMENTS: usize = 12;
/// The longest name that words may hold.
const LONGEST_NAME: usize = 63;

impl Chain<'_, '_, '_> {
    /// Asks about each object of a result.
    pub(super) fn justify(&mut self, proposal: &Proposal) {
        let is_removal = proposal.verdict != Judgement::New;
        for (resource, statements) in by_resource(proposal.applied()) {
            let told = statements.get(..MOST_STATEMENTS).unwrap_or(&statements);
            let title = title(resource);
            let said = || told.iter().map(|statement| statement.what.as_str());
            let (words, names) = (names(said()), names(said().chain([title.as_str()])));
            let facts: Vec<_> = told.iter().map(|statement| fact(statement)).collect();
            let intro = format!("This is about {}.", quote(&title));
            let about = About { kind: &resource.kind, words: &words, is_removal };
            let prompt = justify::prompt(&intro, &facts, &about);
            let said = self.asker.ask("justify", 0, &prompt, |answer| justify::read(answer, &names));
            if let Some(Ok(text)) = said {
                self.advice.words.push(Words { resource: resource.clone(), text });
            }
        }
    }
}

fn fact(statement: &Statement) -> Fact {
    Fact(quote(&statement.what))
}

/// The words of texts that look like names: of `shop/Deployment/cart` each part, too.
fn names<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    let words = texts.flat_map(str::split_whitespace).map(bare);
    let words = words.flat_map(|word| std::iter::once(word).chain(word.split('/')));
    let names: BTreeSet<_> = words.filter(|word| is_name(word)).map(str::to_owned).collect();
    names.into_iter().take(MOST_FACTS).collect()
}

/// A word without the punctuation around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|char: char| !char.is_ascii_alphanumeric() && char != '/')
}

fn is_name(word: &str) -> bool {
    let plain = |char: char| char.is_ascii_alphanumeric() || "-._/:".contains(char);
    !word.is_empty() && word.len() <= LONGEST_NAME && word.chars().all(plain)
}

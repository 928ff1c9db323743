//! The pattern that explains examples, and what patterns that were found in the others say of each.

use super::bag::{Bag, Choice, Folds};
use super::finder::{Sheet, explanations};
use super::pattern::Pattern;

/// A pattern as it explains examples.
#[derive(Debug, Clone)]
pub(super) struct Explained {
    pub(super) pattern: Pattern,
    /// The lines of each bag that are about it: in bad ones what comments point out, else what the pattern tells.
    pub(super) chosen: Choice,
    /// The lines of each bag that are told by the pattern of those who had not seen it.
    pub(super) unseen: Choice,
}

/// The best pattern, if there is any. Each bag is the same file as the sheet of its number.
pub(super) fn explained(sheets: &[Sheet], bags: &[Bag], folds: &Folds, name: &str) -> Option<Explained> {
    let pattern = found(&sheets.iter().collect::<Vec<_>>(), name)?;
    let of_parts: Vec<Option<Pattern>> = (0..folds.count())
        .map(|part| {
            let others: Vec<&Sheet> = folds.without(part).into_iter().map(|sheet| &sheets[sheet]).collect();
            found(&others, name)
        })
        .collect();
    let told = |pattern: &Pattern, at: usize| bags[at].points_on(&sheets[at].lines(pattern));
    let unseen = (0..bags.len()).map(|at| {
        let pattern = of_parts[folds.part(at)].as_ref();
        pattern.map(|pattern| told(pattern, at)).unwrap_or_default()
    });
    let chosen = bags.iter().enumerate().map(|(at, bag)| match (bag.is_bad, bag.marked.is_empty()) {
        (false, _) => Vec::new(),
        (true, true) => told(&pattern, at),
        (true, false) => bag.marked.clone(),
    });
    let (unseen, chosen) = (unseen.collect(), chosen.collect());
    Some(Explained { pattern, chosen, unseen })
}

fn found(sheets: &[&Sheet], name: &str) -> Option<Pattern> {
    explanations(sheets, name).into_iter().next().map(|best| best.pattern)
}

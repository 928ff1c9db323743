//! How well a label does on files that it has not seen, and the threshold that follows. Each file is left out once; what is
//! said of it comes from the others alone, its threshold too.

use super::bag::{Bag, Choice, Folds, fitted};
use super::plane::{Plane, logistic};
use super::search::search;
use serde::{Deserialize, Serialize};

/// The ridges that are tried, the strongest first: of equals the simplest.
const RIDGES: [f64; 3] = [1.0, 0.1, 0.01];
/// In how many parts the files are cut at most. With fewer, each is a part.
const MOST_FOLDS: usize = 10;
/// How often something was said rightly, not said, and said wrongly.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tally {
    /// Has it, and is told.
    pub found: usize,
    /// Has it, and is not told.
    pub missed: usize,
    /// Has it not, and is told.
    pub false_alarms: usize,
}

impl Tally {
    /// Of what is told, the share that is right; `None` where nothing is told.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        share(self.found, self.false_alarms)
    }

    /// Of what there is, the share that is told; `None` where there is nothing.
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        share(self.found, self.missed)
    }

    /// The share of what is told that is to be expected right, where nothing was known before (Laplace's rule of succession).
    pub(super) fn expected_precision(&self) -> f64 {
        (self.found + 1) as f64 / (self.found + self.false_alarms + 2) as f64
    }

    fn add(&mut self, has_it: bool, is_told: bool) {
        self.found += usize::from(has_it && is_told);
        self.missed += usize::from(has_it && !is_told);
        self.false_alarms += usize::from(!has_it && is_told);
    }
}

fn share(part: usize, rest: usize) -> Option<f64> {
    (part + rest > 0).then(|| part as f64 / (part + rest) as f64)
}

/// How well a label did on files that it had not seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Figures {
    /// Counted by files: told is one that has a line told.
    pub files: Tally,
    /// Counted by lines. Which lines have it is what comments said, and where there are none, what was found out from all
    /// files together.
    pub lines: Tally,
}

/// A plane, its threshold in log odds, and what planes that had not seen them say of the bags.
#[derive(Debug, Clone)]
pub(super) struct Validated {
    pub(super) plane: Plane,
    /// The lines that were taken to have the label.
    pub(super) chosen: Choice,
    pub(super) threshold: f64,
    /// The lines of each bag that are told by the plane of those who had not seen it.
    pub(super) unseen: Choice,
}

/// The parts of which each is left out once.
pub(super) fn folds(bags: &[Bag]) -> Folds {
    Folds::of(&bags.iter().collect::<Vec<_>>(), MOST_FOLDS)
}

/// Learns a plane from bags, of which at least two are bad and two are good.
pub(super) fn validated(bags: &[Bag], folds: &Folds) -> Validated {
    let bags: Vec<&Bag> = bags.iter().collect();
    let parts: Vec<Lesson<'_>> = (0..folds.count())
        .map(|part| Lesson::of(folds.without(part).into_iter().map(|bag| bags[bag]).collect()))
        .collect();
    let tried = RIDGES.map(|ridge| {
        let planes: Vec<Plane> = parts.iter().map(|part| part.plane(ridge)).collect();
        let unseen: Vec<Plane> = (0..bags.len()).map(|bag| planes[folds.part(bag)].clone()).collect();
        (ridge, unseen)
    });
    let (ridge, unseen) = tried
        .into_iter()
        .min_by(|(_, one), (_, other)| loss(&bags, one).total_cmp(&loss(&bags, other)))
        .unwrap_or_default();
    let whole = Lesson::of(bags.clone());
    let plane = whole.plane(ridge);
    let threshold = threshold(&evidence(&bags, &unseen, None));
    let unseen = told(&bags, folds, &unseen);
    Validated { plane, chosen: whole.chosen, threshold, unseen }
}

/// Bags, and the lines in them that have the label.
struct Lesson<'bag> {
    bags: Vec<&'bag Bag>,
    chosen: Choice,
}

impl<'bag> Lesson<'bag> {
    fn of(bags: Vec<&'bag Bag>) -> Self {
        Self { chosen: search(&bags), bags }
    }

    fn plane(&self, ridge: f64) -> Plane {
        let lines: Vec<&[usize]> = self.chosen.iter().map(Vec::as_slice).collect();
        fitted(&self.bags, &lines, ridge, None)
    }
}

/// The mean loss of the bags by the planes of those who had not seen them, bad and good ones weighing the same.
fn loss(bags: &[&Bag], unseen: &[Plane]) -> f64 {
    let mean = |is_bad: bool| {
        let own = bags.iter().zip(unseen).filter(|(bag, _)| bag.is_bad == is_bad);
        let losses: Vec<f64> = own.map(|(bag, plane)| bag.loss(plane)).collect();
        losses.iter().sum::<f64>() / losses.len().max(1) as f64
    };
    mean(true) + mean(false)
}

/// The log odds of each bag but those of one part, and whether it is bad.
fn evidence(bags: &[&Bag], unseen: &[Plane], without: Option<(&Folds, usize)>) -> Vec<(f64, bool)> {
    let is_seen = |bag: usize| without.is_none_or(|(folds, part)| folds.part(bag) != part);
    let bags = bags.iter().zip(unseen).enumerate().filter(|(at, _)| is_seen(*at));
    bags.map(|(_, (bag, plane))| (bag.most(plane), bag.is_bad)).collect()
}

/// Where to cut between good and bad, precision before recall, and in the middle of the widest gap that is as good.
fn threshold(evidence: &[(f64, bool)]) -> f64 {
    let mut odds: Vec<f64> = evidence.iter().map(|(odds, _)| *odds).collect();
    odds.sort_by(f64::total_cmp);
    let (Some(least), Some(most)) = (odds.first().copied(), odds.last().copied()) else { return 0.0 };
    let below = std::iter::once(least - 1.0).chain(odds.iter().copied());
    let above = odds.iter().copied().chain(std::iter::once(most + 1.0));
    let cuts = below.zip(above).map(|(below, above)| {
        let cut = f64::midpoint(below, above);
        let mut tally = Tally::default();
        for (odds, is_bad) in evidence {
            tally.add(*is_bad, *odds >= cut);
        }
        (merit(&tally), above - below, cut)
    });
    let best = cuts.max_by(|one, other| one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1)));
    best.map_or(0.0, |(.., cut)| cut)
}

/// The F measure in which precision counts twice as much as recall.
fn merit(tally: &Tally) -> f64 {
    let (Some(precision), Some(recall)) = (tally.precision(), tally.recall()) else { return 0.0 };
    let weighed = 0.25 * precision + recall;
    if weighed > 0.0 { 1.25 * precision * recall / weighed } else { 0.0 }
}

/// The lines that the planes tell, each with the threshold that follows from the other bags.
fn told(bags: &[&Bag], folds: &Folds, unseen: &[Plane]) -> Choice {
    let told = bags.iter().zip(unseen).enumerate().map(|(at, (bag, plane))| {
        let cut = threshold(&evidence(bags, unseen, Some((folds, folds.part(at)))));
        (0..bag.points.len()).filter(|&line| plane.log_odds(&bag.points[line]) >= cut).collect()
    });
    told.collect()
}

/// Which of two ways to tell lines is the better one, and how well the better one does on bags that it has not seen.
///
/// Which is the better one for a bag is asked of the other parts alone: that is learned from files, too.
pub(super) fn compared(bags: &[Bag], folds: &Folds, first: &Way<'_>, second: &Way<'_>) -> (bool, Figures) {
    let is_first_better = |without: Option<usize>| {
        let rest = || (0..bags.len()).filter(|&bag| Some(folds.part(bag)) != without);
        merit(&files(bags, first, rest())) >= merit(&files(bags, second, rest()))
    };
    let is_first = is_first_better(None);
    let whole = if is_first { first } else { second };
    let told = (0..bags.len()).map(|at| {
        let better = if is_first_better(Some(folds.part(at))) { first } else { second };
        better.unseen[at].clone()
    });
    let told: Choice = told.collect();
    (is_first, figures(bags, &Way { chosen: whole.chosen, unseen: &told }))
}

/// What was learned in some way says of bags.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way<'a> {
    /// The lines of each bag that have the label.
    pub(super) chosen: &'a Choice,
    /// The lines of each bag that are told by what was learned from others.
    pub(super) unseen: &'a Choice,
}

fn files(bags: &[Bag], way: &Way<'_>, which: impl Iterator<Item = usize>) -> Tally {
    let mut tally = Tally::default();
    which.for_each(|at| tally.add(bags[at].is_bad, !way.unseen[at].is_empty()));
    tally
}

/// How well a way does on bags that it has not seen.
pub(super) fn figures(bags: &[Bag], way: &Way<'_>) -> Figures {
    let mut lines = Tally::default();
    for (at, bag) in bags.iter().enumerate() {
        for line in 0..bag.points.len() {
            lines.add(way.chosen[at].contains(&line), way.unseen[at].contains(&line));
        }
    }
    Figures { files: files(bags, way, 0..bags.len()), lines }
}

/// The probability of a threshold in log odds.
pub(super) fn probability(threshold: f64) -> f32 {
    logistic(threshold) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [(f64, bool); 3] = [(-3.0, false), (-2.0, false), (-1.0, false)];

    #[test]
    fn the_cut_is_in_the_middle_of_the_gap() {
        let evidence = [&GOOD[..], &[(3.0, true), (4.0, true)]].concat();
        assert_eq!(threshold(&evidence), 1.0);
    }

    #[test]
    fn where_they_overlap_precision_counts_before_recall() {
        let evidence = [&GOOD[..], &[(-1.5, true), (2.0, true), (3.0, true)]].concat();
        assert_eq!(threshold(&evidence), 0.5, "one is missed rather than one told wrongly");
    }

    #[test]
    fn shares_of_nothing_are_none() {
        assert_eq!((Tally::default().precision(), Tally::default().recall()), (None, None));
        let tally = Tally { found: 3, missed: 1, false_alarms: 2 };
        assert_eq!((tally.precision(), tally.recall()), (Some(0.6), Some(0.75)));
    }
}

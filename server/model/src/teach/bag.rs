//! A file as it is learned from: some line of a bad file has the label, no line of a good file has.

use super::plane::{Plane, Sample, softplus};
use super::point::Point;
use super::words;
use std::collections::BTreeSet;

/// A file.
#[derive(Debug, Clone, Default)]
pub(super) struct Bag {
    pub(super) is_bad: bool,
    /// Its lines, in the space of learning.
    pub(super) points: Vec<Point>,
    /// The lines' texts, without indentation.
    pub(super) texts: Vec<String>,
    /// The lines that a comment points out.
    pub(super) marked: Vec<usize>,
    /// Where each line stands: the number of its document, and of the line in that.
    pub(super) places: Vec<(usize, u32)>,
}

/// The lines that are taken to have the label, of each bag; none of a good one.
pub(super) type Choice = Vec<Vec<usize>>;

/// What the lines of a bad file that were not chosen weigh, as a share of what the lines of good files do. They are mostly
/// without the label, but nobody has said so.
const UNCHOSEN: f64 = 0.3;

impl Bag {
    /// The log odds of the likeliest line: a file has the label if any of its lines has.
    pub(super) fn most(&self, plane: &Plane) -> f64 {
        self.points.iter().map(|point| plane.log_odds(point)).fold(f64::NEG_INFINITY, f64::max)
    }

    /// The lines that stand at those places.
    pub(super) fn points_on(&self, places: &BTreeSet<(usize, u32)>) -> Vec<usize> {
        (0..self.places.len()).filter(|&at| places.contains(&self.places[at])).collect()
    }

    /// The logistic loss of the whole file.
    pub(super) fn loss(&self, plane: &Plane) -> f64 {
        let odds = self.most(plane);
        softplus(if self.is_bad { -odds } else { odds })
    }
}

/// The plane that tells the chosen lines from all others. `start` changes how long that takes.
pub(super) fn fitted(bags: &[&Bag], chosen: &[&[usize]], ridge: f64, start: Option<Plane>) -> Plane {
    let width = bags.iter().flat_map(|bag| &bag.points).map(Point::state_width).next().unwrap_or_default();
    let width = width + words::WIDTH;
    let start = start.unwrap_or(Plane { weights: vec![0.0; width], bias: 0.0 });
    start.fitted(&samples(bags, chosen), ridge)
}

/// What to fit the plane to. The chosen lines weigh 1 together, each bad file the same; so do the lines of good files.
fn samples<'bag>(bags: &[&'bag Bag], chosen: &[&[usize]]) -> Vec<Sample<'bag>> {
    let bad = bags.iter().filter(|bag| bag.is_bad).count() as f64;
    let count = |is_bad: bool| {
        let lines = bags.iter().filter(|bag| bag.is_bad == is_bad).map(|bag| bag.points.len());
        lines.sum::<usize>().max(1) as f64
    };
    let (good_weight, unchosen_weight) = (1.0 / count(false), UNCHOSEN / count(true));
    let mut samples = Vec::new();
    for (bag, chosen) in bags.iter().zip(chosen) {
        samples.extend(bag.points.iter().enumerate().map(|(line, point)| {
            let is_inside = chosen.contains(&line);
            let weight = match (is_inside, bag.is_bad) {
                (true, _) => 1.0 / (bad * chosen.len() as f64),
                (false, true) => unchosen_weight,
                (false, false) => good_weight,
            };
            Sample { point, is_inside, weight }
        }));
    }
    samples
}

/// A cut of bags into parts, one of which is left out at a time.
#[derive(Debug, Clone)]
pub(super) struct Folds(Vec<usize>);

impl Folds {
    /// At most so many parts. Bad and good bags are spread alike, so that each part leaves some of either.
    pub(super) fn of(bags: &[&Bag], most: usize) -> Self {
        let count = |is_bad: bool| bags.iter().filter(|bag| bag.is_bad == is_bad).count();
        let parts = count(true).max(count(false)).min(most).max(2);
        let mut next = [0; 2];
        let fold = |bag: &&Bag| {
            let next = &mut next[usize::from(bag.is_bad)];
            *next += 1;
            (*next - 1) % parts
        };
        Self(bags.iter().map(fold).collect())
    }

    /// How many parts there are.
    pub(super) fn count(&self) -> usize {
        self.0.iter().max().map_or(0, |last| last + 1)
    }

    /// The part that a bag is in.
    pub(super) fn part(&self, bag: usize) -> usize {
        self.0[bag]
    }

    /// The bags that are not in a part.
    pub(super) fn without(&self, part: usize) -> Vec<usize> {
        (0..self.0.len()).filter(|&bag| self.0[bag] != part).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_leaves_files_of_either_kind() {
        let bag = |is_bad| Bag { is_bad, ..Bag::default() };
        for (bad, good) in [(2, 2), (2, 9), (5, 5), (13, 2), (40, 11)] {
            let bags: Vec<Bag> = (0..bad + good).map(|number| bag(number < bad)).collect();
            let folds = Folds::of(&bags.iter().collect::<Vec<_>>(), 10);
            assert!(folds.count() >= 2);
            for part in 0..folds.count() {
                for is_bad in [true, false] {
                    let rest = folds.without(part).into_iter().filter(|&rest| bags[rest].is_bad == is_bad);
                    assert!(rest.count() > 0, "{bad} and {good}: {folds:?}");
                }
            }
        }
    }
}

//! Which line of each bad file is meant, where no comment says so.
//!
//! Given enough numbers a line, almost any choice of lines can be told from all others, so that fitting says nothing about
//! the choice. What does is how well bad files are recognised by what was learned from the others: each choice is judged by
//! that, and each bad file chooses again by the word of those who have not seen it.

use super::bag::{Bag, Choice, Folds, fitted};
use super::plane::{Plane, softplus};
use super::point::Point;
use std::collections::BTreeSet;

/// How many choices are tried as a beginning.
const BEGINNINGS: usize = 6;
/// How often each is chosen again.
const ROUNDS: usize = 2;
/// In how many parts the files are cut to judge a choice.
const MOST_PARTS: usize = 5;
/// The bad files whose lines are tried are few: all of them have what is looked for.
const TRIED_FILES: usize = 4;
/// The ridge while searching.
const RIDGE: f64 = 0.03;

/// The lines that have the label, of bags of which at least one is bad and one is good.
pub(super) fn search(bags: &[&Bag]) -> Choice {
    let marked: Choice = bags.iter().map(|bag| bag.marked.clone()).collect();
    if bags.iter().all(|bag| !bag.is_bad || !bag.marked.is_empty()) {
        return marked;
    }
    let candidates = candidates(bags);
    let parts = Folds::of(bags, MOST_PARTS);
    let mut tried: BTreeSet<Choice> = BTreeSet::new();
    let mut best: Option<(f64, Choice)> = None;
    for beginning in beginnings(bags, &candidates) {
        let mut choice = beginning;
        for _ in 0..ROUNDS {
            if !tried.insert(choice.clone()) {
                break;
            }
            let (loss, next) = judged(bags, &candidates, &choice, &parts);
            if best.as_ref().is_none_or(|(least, _)| loss < *least) {
                best = Some((loss, choice));
            }
            choice = next;
        }
    }
    best.map_or(marked, |(_, choice)| choice)
}

/// The lines of each bag that may have the label: what a comment points out, else what stands in no good file.
fn candidates(bags: &[&Bag]) -> Choice {
    let good = bags.iter().filter(|bag| !bag.is_bad);
    let known: BTreeSet<&str> = good.flat_map(|bag| &bag.texts).map(String::as_str).collect();
    let of = |bag: &&Bag| {
        if !bag.is_bad || !bag.marked.is_empty() {
            return bag.marked.clone();
        }
        let all = || 0..bag.points.len();
        let own: Vec<usize> = all().filter(|&line| !known.contains(bag.texts[line].as_str())).collect();
        // Then it is about what surrounds a line, or what is not there.
        if own.is_empty() { all().collect() } else { own }
    };
    bags.iter().map(of).collect()
}

/// Choices to begin with: of every bad file the line most like one line. That one is what a comment points out, else one
/// whose like the other bad files have and the good files have not.
fn beginnings(bags: &[&Bag], candidates: &Choice) -> Vec<Choice> {
    let nearest = |point: &Point, bag: usize| {
        let all: Vec<usize> = (0..bags[bag].points.len()).collect();
        let lines = if bags[bag].is_bad { &candidates[bag] } else { &all };
        let likeness = lines.iter().map(|&line| (point.likeness(&bags[bag].points[line]), line));
        likeness.max_by(|(one, _), (other, _)| one.total_cmp(other))
    };
    let mean = |point: &Point, is_bad: bool, without: usize| {
        let others = (0..bags.len()).filter(|&bag| bag != without && bags[bag].is_bad == is_bad);
        let found: Vec<f64> =
            others.filter_map(|bag| nearest(point, bag)).map(|(likeness, _)| likeness).collect();
        found.iter().sum::<f64>() / found.len().max(1) as f64
    };
    let has_marks = bags.iter().any(|bag| !bag.marked.is_empty());
    let mut tried: Vec<usize> = (0..bags.len())
        .filter(|&bag| bags[bag].is_bad && (!has_marks || !bags[bag].marked.is_empty()))
        .collect();
    tried.sort_by_key(|&bag| candidates[bag].len());
    tried.truncate(TRIED_FILES);
    let lines = tried.into_iter().flat_map(|bag| candidates[bag].iter().map(move |&line| (bag, line)));
    let mut promising: Vec<(f64, usize, usize)> = lines
        .map(|(bag, line)| {
            let point = &bags[bag].points[line];
            (mean(point, true, bag) - mean(point, false, bag), bag, line)
        })
        .collect();
    promising.sort_by(|(one, ..), (other, ..)| other.total_cmp(one));
    let mut beginnings: Vec<Choice> = Vec::new();
    for (_, bag, line) in promising {
        let point = &bags[bag].points[line];
        let choice: Choice = (0..bags.len())
            .map(|bag| match bags[bag] {
                known if !known.is_bad || !known.marked.is_empty() => known.marked.clone(),
                _ => nearest(point, bag).map(|(_, line)| line).into_iter().collect(),
            })
            .collect();
        if !beginnings.contains(&choice) {
            beginnings.push(choice);
        }
        if beginnings.len() == BEGINNINGS {
            break;
        }
    }
    beginnings
}

/// How badly each file is recognised by what the others teach under a choice, and what each bad file would choose by it.
fn judged(bags: &[&Bag], candidates: &Choice, choice: &Choice, parts: &Folds) -> (f64, Choice) {
    let lines: Vec<&[usize]> = choice.iter().map(Vec::as_slice).collect();
    let whole = fitted(bags, &lines, RIDGE, None);
    let mut next = choice.clone();
    let mut losses = [(0.0, 0_usize); 2];
    for part in 0..parts.count() {
        let others = parts.without(part);
        let others_bags: Vec<&Bag> = others.iter().map(|&bag| bags[bag]).collect();
        let others_lines: Vec<&[usize]> = others.iter().map(|&bag| lines[bag]).collect();
        let plane = fitted(&others_bags, &others_lines, RIDGE, Some(whole.clone()));
        for bag in (0..bags.len()).filter(|&bag| parts.part(bag) == part) {
            let (sum, count) = &mut losses[usize::from(bags[bag].is_bad)];
            *count += 1;
            *sum += if bags[bag].is_bad {
                let likeliest = likeliest(bags[bag], &candidates[bag], &plane);
                if bags[bag].marked.is_empty() {
                    next[bag] = likeliest.map(|(_, line)| line).into_iter().collect();
                }
                softplus(-likeliest.map_or(f64::NEG_INFINITY, |(odds, _)| odds))
            } else {
                bags[bag].loss(&plane)
            };
        }
    }
    let loss = losses.iter().map(|(sum, count)| sum / (*count).max(1) as f64).sum();
    (loss, next)
}

fn likeliest(bag: &Bag, lines: &[usize], plane: &Plane) -> Option<(f64, usize)> {
    let odds = lines.iter().map(|&line| (plane.log_odds(&bag.points[line]), line));
    odds.max_by(|(one, _), (other, _)| one.total_cmp(other))
}

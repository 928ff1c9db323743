//! Finds the pattern that explains examples: one that each bad file has and no good file. Of the many that do as a rule,
//! the one is taken that would least likely do so by chance, is simple, and is what the label's name speaks of.

use super::outline::{Outline, Step};
use super::pattern::{
    CONTAINER, Condition, ITEM, KeyPath, POD, Pattern, Shape, amount, plays, steps, written,
};
use std::collections::{BTreeMap, BTreeSet};

/// A file as patterns see it.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    pub(super) is_bad: bool,
    /// Its documents, and the lines in them that comments point out.
    pub(super) documents: Vec<(Outline, BTreeSet<u32>)>,
}

impl Sheet {
    fn is_marked(&self) -> bool {
        self.documents.iter().any(|(_, marked)| !marked.is_empty())
    }

    /// The lines that a pattern is about, each with the number of its document.
    pub(super) fn lines(&self, pattern: &Pattern) -> BTreeSet<(usize, u32)> {
        let documents = self.documents.iter().enumerate();
        let lines = |(number, (outline, _)): (usize, &(Outline, _))| {
            pattern.lines(outline).into_iter().map(move |line| (number, line))
        };
        documents.flat_map(lines).collect()
    }
}

/// A pattern, and how well it explains the examples.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Explanation {
    pub(super) pattern: Pattern,
    /// The logarithm of how much more it explains than chance, less what it costs to say.
    pub(super) worth: f64,
}

/// The deepest that is looked below a place, and the most steps that a place itself has.
const DEPTH: usize = 5;
const VALUE_DEPTH: usize = 2;
const PLACE_KEYS: usize = 2;
/// What of a whole document a matter in it may hang on.
const OF_DOCUMENTS: [&[&str]; 3] = [&["apiVersion"], &["kind"], &["metadata", "namespace"]];
/// The most nodes at one place.
const MOST_SPOTS: usize = 4096;
/// How many are kept to add a condition to.
const BEAM: usize = 12;
/// The most conditions.
const MOST_CONDITIONS: usize = 2;
/// What a file counts that is judged wrongly, and an unmarked block where comments point out others.
const ERROR: f64 = 5.0;
const UNMARKED: f64 = 2.0;
/// What it counts that a word of the name stands in the pattern.
const NAMED: f64 = 3.0;
/// What it costs that there is another condition.
const ANOTHER: f64 = 3.0;
/// The same where one of them is about the whole document.
const KIND: f64 = 1.5;
/// What it costs that a pattern is about what selects others by labels: that is rarely meant.
const SELECTOR: f64 = 2.0;
/// What it costs to say that it is about pods or containers. What they lack is a matter of theirs without saying so.
const ROLE: f64 = 0.2;
/// What it costs to reach through a template: what lies in it is a matter of the pod.
const THROUGH_TEMPLATE: f64 = 1.0;

/// The explanations of the examples, the best first.
pub(super) fn explanations(sheets: &[&Sheet], name: &str) -> Vec<Explanation> {
    let words = name_words(name);
    let mut found: Vec<Explanation> = Vec::new();
    for (place, spots) in places(sheets) {
        Place::new(sheets, place, spots, &words).explain(&mut found);
    }
    found.sort_by(|one, other| {
        other.worth.total_cmp(&one.worth).then_with(|| one.pattern.cmp(&other.pattern))
    });
    found
}

/// A node of an example.
#[derive(Debug, Clone, Copy)]
struct Spot {
    sheet: usize,
    document: usize,
    node: usize,
}

/// The nodes by place, of the places that most bad files have.
fn places(sheets: &[&Sheet]) -> BTreeMap<KeyPath, Vec<Spot>> {
    let mut places: BTreeMap<KeyPath, Vec<Spot>> = BTreeMap::new();
    for (number, sheet) in sheets.iter().enumerate() {
        for (document, (outline, _)) in sheet.documents.iter().enumerate() {
            for node in 0..outline.nodes().len() {
                for place in suffixes(outline, node) {
                    places.entry(place).or_default().push(Spot { sheet: number, document, node });
                }
            }
        }
    }
    let bad = sheets.iter().filter(|sheet| sheet.is_bad).count();
    places.retain(|_, spots| {
        let of_bad: BTreeSet<usize> =
            spots.iter().map(|spot| spot.sheet).filter(|&sheet| sheets[sheet].is_bad).collect();
        spots.len() <= MOST_SPOTS && 2 * of_bad.len() > bad
    });
    places
}

/// The ways to name a node's place: by one key, by two.
fn suffixes(outline: &Outline, node: usize) -> Vec<KeyPath> {
    let path = outline.path(node);
    if path.is_empty() {
        return vec![Vec::new()];
    }
    let roles = [POD, CONTAINER].into_iter().filter(|role| plays(outline, node, role));
    let mut suffixes: Vec<KeyPath> = roles.map(|role| vec![role.to_owned()]).collect();
    let known = suffixes.len();
    for (at, step) in path.iter().enumerate().rev() {
        if matches!(step, Step::Key(_)) {
            suffixes.push(path[at..].iter().map(|step| written(step).to_owned()).collect());
            if suffixes.len() - known == PLACE_KEYS {
                break;
            }
        }
    }
    suffixes
}

/// What holds of the nodes at a place, as one bit each.
type Bits = Vec<u64>;

fn bit(bits: &[u64], at: usize) -> bool {
    bits[at / 64] >> (at % 64) & 1 == 1
}

/// What values are, and whether they are so in two bad files or more, and in two good ones.
struct Seen {
    shape: Shape,
    in_bad: bool,
    in_good: bool,
}

/// A condition, what it costs to say, and where it holds.
struct Weighed {
    cost: f64,
    condition: Condition,
    holds: Bits,
    /// Where a comment points out the line that it is shown on.
    shown: Bits,
}

/// Conditions that hold together, which another may be added to.
struct Attempt {
    /// What they explain, less what they cost to say.
    worth: f64,
    cost: f64,
    chosen: Vec<usize>,
    holds: Bits,
    shown: Bits,
}

impl Attempt {
    /// This and one more condition, if that says something new.
    fn with(&self, number: usize, conditions: &[Weighed], seen: &mut BTreeSet<Bits>) -> Option<Self> {
        let more = &conditions[number];
        let holds: Bits = self.holds.iter().zip(&more.holds).map(|(one, other)| one & other).collect();
        if !self.chosen.is_empty() && (holds == self.holds || !seen.insert(holds.clone())) {
            return None;
        }
        let shown = self.shown.iter().zip(&more.shown).map(|(one, other)| one | other).collect();
        let is_of_document = |number: &usize| conditions[*number].condition.is_of_document();
        let another = if self.chosen.is_empty() {
            0.0
        } else if is_of_document(&number) || self.chosen.iter().any(is_of_document) {
            KIND
        } else {
            ANOTHER
        };
        let chosen = self.chosen.iter().copied().chain([number]).collect();
        Some(Self { worth: 0.0, cost: self.cost + more.cost + another, chosen, holds, shown })
    }
}

/// A place, and what stands there in the examples.
struct Place<'a> {
    sheets: &'a [&'a Sheet],
    at: KeyPath,
    spots: Vec<Spot>,
    /// Where a comment points out the line that begins the node.
    heads: Bits,
    words: &'a [String],
}

impl<'a> Place<'a> {
    fn new(sheets: &'a [&'a Sheet], at: KeyPath, spots: Vec<Spot>, words: &'a [String]) -> Self {
        let mut place = Self { sheets, at, heads: vec![0; spots.len().div_ceil(64)], spots, words };
        let heads: Vec<usize> =
            (0..place.spots.len()).filter(|&spot| place.is_pointed_out(spot, &[])).collect();
        heads.into_iter().for_each(|spot| set(&mut place.heads, spot));
        place
    }

    /// Whether a comment points out where the path from a node ends, or where there are no comments in the file.
    fn is_pointed_out(&self, spot: usize, path: &[String]) -> bool {
        let Spot { sheet, document, node } = self.spots[spot];
        let (outline, marked) = &self.sheets[sheet].documents[document];
        !self.sheets[sheet].is_marked()
            || marked.contains(&outline.nodes()[outline.deepest(node, &steps(path))].line)
    }

    fn outline(&self, spot: usize) -> (&'a Outline, usize) {
        let Spot { sheet, document, node } = self.spots[spot];
        (&self.sheets[sheet].documents[document].0, node)
    }

    /// Adds the explanations at this place.
    fn explain(&self, found: &mut Vec<Explanation>) {
        let mut conditions: Vec<Weighed> =
            self.conditions().into_iter().map(|(condition, holds)| self.weighed(condition, holds)).collect();
        // Of those that say the same, the simplest is as good as all.
        conditions.sort_by(|one, other| {
            one.cost.total_cmp(&other.cost).then_with(|| one.condition.cmp(&other.condition))
        });
        let mut seen: BTreeSet<Bits> = BTreeSet::new();
        conditions.retain(|weighed| seen.insert(weighed.holds.clone()));
        let most_errors = self.sheets.len() / 5;
        conditions.retain(|weighed| self.missed(&weighed.holds) <= most_errors / 2);
        let words = self.spots.len().div_ceil(64);
        let nothing = Attempt {
            worth: 0.0,
            cost: self.place_cost(),
            chosen: Vec::new(),
            holds: vec![u64::MAX; words],
            shown: vec![0; words],
        };
        let mut attempts = vec![nothing];
        for length in 1..=MOST_CONDITIONS {
            let mut promising = Vec::new();
            for attempt in &attempts {
                for number in 0..conditions.len() {
                    let Some(next) = attempt.with(number, &conditions, &mut seen) else { continue };
                    let (score, missed, alarms) = self.score(&next.holds, &next.shown);
                    let can_go_on = missed == 0 && alarms > 0 && length < MOST_CONDITIONS;
                    let is_right = alarms == 0 && missed <= most_errors;
                    if !can_go_on && !is_right {
                        continue;
                    }
                    // Alone it does as well.
                    let alone = &conditions[number];
                    if length > 1 && self.score(&alone.holds, &alone.shown).2 <= alarms {
                        continue;
                    }
                    let next = Attempt { worth: score - next.cost, ..next };
                    let is_of_document = |&number: &usize| conditions[number].condition.is_of_document();
                    if is_right && !next.chosen.iter().all(is_of_document) {
                        let chosen = next.chosen.iter().map(|&number| conditions[number].condition.clone());
                        let mut chosen: Vec<Condition> = chosen.collect();
                        chosen.sort_by_key(Condition::is_of_document);
                        let pattern = Pattern { at: self.at.clone(), conditions: chosen };
                        found.push(Explanation { pattern, worth: next.worth });
                    }
                    if can_go_on {
                        promising.push(next);
                    }
                }
            }
            promising.sort_by(|one, other| {
                other.worth.total_cmp(&one.worth).then_with(|| one.chosen.cmp(&other.chosen))
            });
            promising.truncate(BEAM);
            attempts = promising;
        }
    }

    fn weighed(&self, condition: Condition, holds: Bits) -> Weighed {
        let mut shown = self.heads.clone();
        if !condition.is_of_document() {
            let pointed_out =
                |&spot: &usize| bit(&holds, spot) && self.is_pointed_out(spot, condition.path());
            (0..self.spots.len()).filter(pointed_out).for_each(|spot| set(&mut shown, spot));
        }
        Weighed { cost: self.cost(&condition), condition, holds, shown }
    }

    /// How many bad files have none of the nodes.
    fn missed(&self, bits: &[u64]) -> usize {
        let mut left: BTreeSet<usize> =
            (0..self.sheets.len()).filter(|&sheet| self.sheets[sheet].is_bad).collect();
        for (spot, Spot { sheet, .. }) in self.spots.iter().enumerate() {
            if bit(bits, spot) {
                left.remove(sheet);
            }
        }
        left.len()
    }

    /// How little it would be expected by chance that these nodes are those which a matter is in, with the bad files that have
    /// none of them, and the good files that have one.
    fn score(&self, bits: &[u64], shown: &[u64]) -> (f64, usize, usize) {
        let mut counts = vec![(0_usize, 0_usize, 0_usize); self.sheets.len()];
        let mut matches = 0;
        for (spot, Spot { sheet, .. }) in self.spots.iter().enumerate() {
            counts[*sheet].1 += 1;
            if bit(bits, spot) {
                matches += 1;
                if !bit(shown, spot) { counts[*sheet].2 += 1 } else { counts[*sheet].0 += 1 }
            }
        }
        let share = (matches as f64 + 0.5) / (self.spots.len() as f64 + 1.0);
        let with_place = counts.iter().filter(|(_, spots, _)| *spots > 0).count() as f64;
        let presence = (with_place + 0.5) / (counts.len() as f64 + 1.0);
        let (mut score, mut missed, mut alarms) = (0.0, 0, 0);
        for (sheet, &(found, spots, elsewhere)) in self.sheets.iter().zip(&counts) {
            // The blocks of a file are alike: many say little more than one.
            let none = ((1.0 + (spots.max(1) as f64).ln()) * (1.0 - share).ln()).exp();
            match (sheet.is_bad, found > 0) {
                (true, true) => score -= (presence * (1.0 - none)).ln() + UNMARKED * elsewhere as f64,
                (false, false) if spots > 0 => score -= none.ln(),
                (false, false) => score -= (1.0 - presence * (1.0 - none)).ln(),
                (is_bad, _) => {
                    score -= ERROR;
                    if is_bad { missed += 1 } else { alarms += 1 }
                }
            }
        }
        (score, missed, alarms)
    }

    /// What it costs to say where the nodes lie: a step of a path is half a bit or so, as are those of conditions.
    fn place_cost(&self) -> f64 {
        let keys = self.at.iter().filter(|key| *key != ITEM).count() as f64;
        if self.is_of_role() { ROLE } else { 0.5 * keys }
    }

    /// Whether it is about pods or containers, wherever they lie.
    fn is_of_role(&self) -> bool {
        matches!(self.at.as_slice(), [role] if role == POD || role == CONTAINER)
    }

    /// What it costs to say a condition. The numbers were chosen on matters that are not among those that teaching is measured by, but
    /// for what templates, pods and containers cost.
    fn cost(&self, condition: &Condition) -> f64 {
        let path = condition.path();
        let steps = 0.4 * path.iter().filter(|key| *key != ITEM).count() as f64;
        let items = 0.7 * path.iter().filter(|key| *key == ITEM).count() as f64;
        let is_selector =
            path.iter().rev().skip(1).chain(&self.at).any(|key| key == "matchLabels" || key == "selector");
        let own = if self.is_of_role() && matches!(condition, Condition::Lacks(_)) { ROLE } else { 0.0 };
        let through = THROUGH_TEMPLATE * path.iter().filter(|key| *key == "template").count() as f64;
        let steps = steps + items + through + if is_selector { SELECTOR } else { 0.0 };
        let shape = match condition.shape() {
            None => 0.0,
            Some(Shape::Equals(_)) => 1.0,
            Some(Shape::StartsWith(text) | Shape::EndsWith(text)) => 1.5 - 0.02 * text.len().min(25) as f64,
            Some(Shape::Contains(_) | Shape::AtLeast(_)) => 1.5,
            Some(Shape::Number(_)) => 2.5,
        };
        1.0 + steps + shape - own - NAMED * self.named(condition)
    }

    /// How many words of the label's name stand in a condition or its place.
    fn named(&self, condition: &Condition) -> f64 {
        let mut said: Vec<String> =
            condition.path().iter().chain(&self.at).flat_map(|key| split(key)).collect();
        said.extend(condition.shape().and_then(Shape::text).into_iter().flat_map(split));
        let is_said = |word: &&String| said.iter().any(|said| is_like(said, word));
        self.words.iter().filter(is_said).count().min(3) as f64
    }

    /// The conditions that hold of some of the nodes.
    fn conditions(&self) -> Vec<(Condition, Bits)> {
        let mut holders: BTreeMap<KeyPath, Bits> = BTreeMap::new();
        let mut values: BTreeMap<KeyPath, Vec<(usize, &str)>> = BTreeMap::new();
        let mut of_documents: BTreeMap<KeyPath, Vec<(usize, &str)>> = BTreeMap::new();
        let width = self.spots.len().div_ceil(64);
        let none = || vec![0_u64; width];
        for spot in 0..self.spots.len() {
            let (outline, node) = self.outline(spot);
            below(outline, node, &mut Vec::new(), DEPTH, &mut |path, node| {
                if !path.is_empty() {
                    set(holders.entry(path.clone()).or_insert_with(none), spot);
                }
                if let Some(value) =
                    outline.nodes()[node].value.as_ref().filter(|_| path.len() <= VALUE_DEPTH)
                {
                    values.entry(path.clone()).or_default().push((spot, value));
                }
            });
            for path in OF_DOCUMENTS.iter().filter(|_| !self.at.is_empty()) {
                let path: KeyPath = path.iter().map(|&key| key.to_owned()).collect();
                let nodes = outline.below(0, &steps(&path)).into_iter();
                let values = nodes.filter_map(|node| outline.nodes()[node].value.as_deref());
                of_documents.entry(path).or_default().extend(values.map(|value| (spot, value)));
            }
        }
        let mut conditions = Vec::new();
        for (path, holds) in holders.into_iter().filter(|(path, _)| path[0] != ITEM) {
            let lacks = Condition::Lacks(path.clone());
            let mut lacking = none();
            for spot in (0..self.spots.len()).filter(|&spot| !bit(&holds, spot)) {
                let (outline, node) = self.outline(spot);
                if lacks.holds(outline, node) {
                    set(&mut lacking, spot);
                }
            }
            conditions.push((lacks, lacking));
            conditions.push((Condition::Has(path), holds));
        }
        for (path, values) in values {
            for shape in self.shapes(&values) {
                self.add(&mut conditions, &values, &shape, |shape, holds| match holds {
                    true => Condition::Is(path.clone(), shape),
                    false => Condition::IsNot(path.clone(), shape),
                });
            }
        }
        for (path, values) in of_documents {
            let shapes = self.shapes(&values).into_iter();
            for shape in shapes.filter(|shape| matches!(shape.shape, Shape::Equals(_))) {
                self.add(&mut conditions, &values, &shape, |shape, holds| match holds {
                    true => Condition::InDocument(path.clone(), shape),
                    false => Condition::InNoDocument(path.clone(), shape),
                });
            }
        }
        conditions
    }

    /// Adds the conditions that values are such, where bad files have that, and that they are not, where good files have it.
    fn add(
        &self,
        conditions: &mut Vec<(Condition, Bits)>,
        values: &[(usize, &str)],
        Seen { shape, in_bad, in_good }: &Seen,
        condition: impl Fn(Shape, bool) -> Condition,
    ) {
        let mut holding = vec![0_u64; self.spots.len().div_ceil(64)];
        let mut other = holding.clone();
        for &(spot, value) in values {
            set(if shape.holds(value) { &mut holding } else { &mut other }, spot);
        }
        if *in_bad {
            conditions.push((condition(shape.clone(), true), holding));
        }
        if *in_good {
            conditions.push((condition(shape.clone(), false), other));
        }
    }

    /// What values in two bad files are, or in two good ones.
    fn shapes(&self, values: &[(usize, &str)]) -> Vec<Seen> {
        let mut shapes: BTreeMap<Shape, BTreeSet<usize>> = BTreeMap::new();
        for &(spot, value) in values {
            for shape in shapes_of(value) {
                shapes.entry(shape).or_default().insert(self.spots[spot].sheet);
            }
        }
        for (shape, sheets) in &mut shapes {
            if matches!(shape, Shape::AtLeast(_)) {
                *sheets = values
                    .iter()
                    .filter(|(_, value)| shape.holds(value))
                    .map(|(spot, _)| self.spots[*spot].sheet)
                    .collect();
            }
        }
        let counted = shapes.into_iter().map(|(shape, sheets)| {
            let count = |is_bad: bool| {
                sheets.iter().filter(|&&sheet| self.sheets[sheet].is_bad == is_bad).count() > 1
            };
            Seen { in_bad: count(true), in_good: count(false), shape }
        });
        counted.filter(|seen| seen.in_bad || seen.in_good).collect()
    }
}

fn set(bits: &mut [u64], at: usize) {
    bits[at / 64] |= 1 << (at % 64);
}

fn below(
    outline: &Outline,
    node: usize,
    path: &mut KeyPath,
    depth: usize,
    say: &mut dyn FnMut(&KeyPath, usize),
) {
    say(path, node);
    if depth == 0 {
        return;
    }
    for &child in &outline.nodes()[node].children {
        path.push(written(&outline.nodes()[child].step).to_owned());
        below(outline, child, path, depth - 1, say);
        path.pop();
    }
}

/// What a value is.
fn shapes_of(value: &str) -> Vec<Shape> {
    let mut shapes = vec![Shape::Equals(value.to_owned()), Shape::Number(amount(value).is_some())];
    if let Some(amount) = amount(value) {
        shapes.push(Shape::AtLeast(amount));
    }
    for (at, char) in value.char_indices() {
        let kind = char.is_alphanumeric();
        if !kind {
            shapes.push(Shape::Contains(char.to_string()));
            let end = at + char.len_utf8();
            shapes.push(Shape::StartsWith(value[..end].to_owned()));
            shapes.push(Shape::EndsWith(value[at..].to_owned()));
        }
    }
    shapes.extend(
        runs(value).into_iter().filter(|word| word.len() > 1).map(|word| Shape::Contains(word.to_owned())),
    );
    shapes.sort();
    shapes.dedup();
    shapes
}

/// Runs of letters, and of digits.
fn runs(text: &str) -> Vec<&str> {
    let kind = |char: char| (char.is_alphabetic(), char.is_numeric());
    let mut runs = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, char) in text.char_indices() {
        if last.is_some_and(|last| last != kind(char)) {
            runs.push(&text[start..at]);
            start = at;
        }
        last = Some(kind(char));
    }
    runs.push(&text[start..]);
    runs.retain(|run| run.chars().all(char::is_alphanumeric));
    runs
}

/// Words that say nothing of a matter.
const EMPTY_WORDS: [&str; 16] = [
    "our", "is", "not", "no", "missing", "without", "the", "a", "of", "in", "has", "set", "and", "or", "any",
    "lacks",
];

fn name_words(name: &str) -> Vec<String> {
    split(name).into_iter().filter(|word| word.len() > 1 && !EMPTY_WORDS.contains(&word.as_str())).collect()
}

/// Words in small letters: `livenessProbe` has two.
fn split(text: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut was_small = false;
    for char in text.chars() {
        if !char.is_alphanumeric() || (char.is_uppercase() && was_small) {
            words.push(String::new());
        }
        was_small = char.is_lowercase();
        if let Some(word) = words.last_mut().filter(|_| char.is_alphanumeric()) {
            word.extend(char.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The same word, or one with an ending.
fn is_like(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    long == short || (short.len() > 2 && long.starts_with(short) && long.len() - short.len() < 3)
}

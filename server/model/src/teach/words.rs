//! The words of a line and the keys below it, as numbers beside the model's states. What tells `debug` from `info`, or a
//! container with a probe from one without, is plain in the text, and five examples are too few to find it among the states
//! alone. Words and keys are known by a hash, so that a label's file holds none.

use std::collections::{BTreeMap, BTreeSet};

/// How many numbers stand for the words of a line, and after those as many for the keys below it.
const PART: usize = 1024;
/// How many numbers there are.
pub(super) const WIDTH: usize = 2 * PART;
/// The most lines below a line that are looked at.
const MOST_BELOW: usize = 200;

/// The numbers of a line that are not 0, with their places in order. Of each part the squares add up to 1, or there are
/// none.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct LineWords(Vec<(u16, f32)>);

impl LineWords {
    /// Of a line of a document.
    pub(super) fn of(lines: &[&str], line: usize) -> Self {
        let words = lines.get(line).map(|line| split(line)).unwrap_or_default();
        let pairs = words.windows(2).map(|pair| format!("{} {}", pair[0], pair[1]));
        let own = part(words.iter().cloned().chain(pairs), 0);
        let below = part(below(lines, line).into_iter(), PART);
        Self(own.chain(below).collect())
    }

    /// The places and numbers.
    pub(super) fn numbers(&self) -> impl Iterator<Item = (usize, f32)> + '_ {
        self.0.iter().map(|&(place, number)| (usize::from(place), number))
    }
}

/// No line's words make the weighted sum larger than this.
pub(super) fn most(weights: &[f32]) -> f64 {
    let length =
        |part: &[f32]| part.iter().map(|&weight| f64::from(weight.max(0.0)).powi(2)).sum::<f64>().sqrt();
    weights.chunks(PART).map(length).sum()
}

/// Whether a place stands for a key below the line.
pub(super) fn is_below(place: usize) -> bool {
    place >= PART
}

/// Texts as numbers from a place on, of length 1 together.
fn part(texts: impl Iterator<Item = String>, first: usize) -> impl Iterator<Item = (u16, f32)> {
    let mut counts: BTreeMap<u16, f32> = BTreeMap::new();
    for text in texts {
        *counts.entry(first as u16 + place(&text)).or_default() += 1.0;
    }
    let length = counts.values().map(|count| count * count).sum::<f32>().sqrt();
    counts.into_iter().map(move |(place, count)| (place, count / length))
}

fn place(text: &str) -> u16 {
    // The offset basis and the prime of FNV-1a, a hash that is the same everywhere and for good.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    // The lowest bits of the hash mix least.
    ((hash >> 20) % PART as u64) as u16
}

/// Runs of letters, and of digits, in small letters.
fn split(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = (false, false);
    for char in line.chars() {
        let kind = (char.is_alphabetic(), char.is_numeric());
        if kind != (false, false) {
            if kind != last {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(char.to_lowercase());
            }
        }
        last = kind;
    }
    words
}

/// The keys below a line, alone and with the key that each lies under: what a block has, and so what it lacks.
fn below(lines: &[&str], line: usize) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let Some(head) = lines.get(line).and_then(|line| Outlined::of(line)) else { return found };
    // The keys that the next line may lie under, with their columns.
    let mut open = vec![(head.content, head.keys.first().cloned().unwrap_or_default())];
    found.extend(head.keys.into_iter().skip(1));
    for below in lines[line + 1..].iter().take(MOST_BELOW).filter_map(|line| Outlined::of(line)) {
        let is_item_of_head = below.column == head.column && below.is_item && !head.is_item;
        if below.column <= head.column && !is_item_of_head {
            break;
        }
        while open.len() > 1 && open.last().is_some_and(|(column, _)| *column >= below.content) {
            open.pop();
        }
        // Beside the head's own key, not under it.
        let is_beside = open.len() == 1 && open.first().is_some_and(|(column, _)| *column >= below.content);
        let mut above = open.last().filter(|_| !is_beside).map(|(_, key)| key.clone()).unwrap_or_default();
        let first = below.keys.first().cloned();
        for key in below.keys {
            found.insert(format!("{above}>{key}"));
            found.insert(key.clone());
            // What follows in flow style lies under the first key.
            above = first.clone().unwrap_or_default();
        }
        open.extend(first.map(|key| (below.content, key)));
    }
    found
}

/// A line as far as its place among others goes.
struct Outlined {
    column: usize,
    /// The column of its first key, behind the dash of an item.
    content: usize,
    is_item: bool,
    keys: Vec<String>,
}

impl Outlined {
    /// `None` for what is empty or a comment.
    fn of(line: &str) -> Option<Self> {
        let content = line.trim_start();
        if content.trim_end().is_empty() || content.starts_with('#') {
            return None;
        }
        let column = line.len() - content.len();
        let is_item = content.starts_with("- ") || content.trim_end() == "-";
        let text = content.trim_start_matches(['-', ' ']);
        Some(Self { column, content: line.len() - text.len(), is_item, keys: keys(text) })
    }
}

/// The keys on a line: what stands before a colon that a blank or the end follows.
fn keys(text: &str) -> Vec<String> {
    let text = text.split(" #").next().unwrap_or_default();
    let is_of_key = |char: char| char.is_alphanumeric() || "_./-".contains(char);
    let mut keys = Vec::new();
    for (at, _) in text.match_indices(':') {
        let (before, after) = (text[..at].trim_end_matches(['"', '\'']), &text[at + 1..]);
        if after.is_empty() || after.starts_with([' ', '\t', '\r']) {
            let start = before.char_indices().rev().take_while(|(_, char)| is_of_key(*char)).last();
            keys.extend(start.map(|(start, _)| before[start..].to_lowercase()));
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_letters_or_digits() {
        let words = split("  - name: LOG_LEVEL2  # Größe");
        assert_eq!(words, ["name", "log", "level", "2", "größe"]);
        assert_eq!(split("--- : #"), [""; 0]);
    }

    const CONTAINER: [&str; 9] = [
        "containers:",
        "- name: web # the front",
        "  resources:",
        "    limits: {cpu: 1, memory: 2Gi}",
        "    requests:",
        "      cpu: 1",
        "",
        "- image: \"a:1\"",
        "volumes: []",
    ];

    fn keys_below(line: usize) -> Vec<String> {
        below(&CONTAINER, line).into_iter().collect()
    }

    #[test]
    fn the_keys_below_a_line_are_known_with_what_they_lie_under() {
        let web = [
            ">resources",
            "cpu",
            "limits",
            "limits>cpu",
            "limits>memory",
            "memory",
            "requests",
            "requests>cpu",
            "resources",
            "resources>limits",
            "resources>requests",
        ];
        assert_eq!(keys_below(1), web);
        assert!(
            keys_below(0).contains(&"containers>image".to_owned())
                && !keys_below(0).contains(&"volumes".to_owned())
        );
        assert_eq!(keys_below(3), ["cpu", "memory"]);
        assert!(keys_below(5).is_empty() && keys_below(6).is_empty() && keys_below(99).is_empty());
    }

    #[test]
    fn a_line_s_numbers_are_of_length_1_in_each_part() {
        let numbers: Vec<_> = LineWords::of(&CONTAINER, 1).numbers().collect();
        let length = |below: bool| {
            let own = numbers.iter().filter(|(place, _)| is_below(*place) == below);
            own.map(|(_, number)| number * number).sum::<f32>()
        };
        assert!((length(false) - 1.0).abs() < 1e-5 && (length(true) - 1.0).abs() < 1e-5);
        assert!(numbers.is_sorted_by_key(|(place, _)| *place));
        let case = |line: &str| LineWords::of(&[line], 0);
        assert_eq!(case("value: debug"), case("   VALUE: \"Debug\""));
        assert_eq!(case("---"), LineWords::default());
    }

    #[test]
    fn a_text_s_place_never_changes() {
        // Label files depend on it. The hash of "a" is the one that the definition of FNV-1a gives.
        let hash = 0xaf63_dc4c_8601_ec8c_u64;
        assert_eq!(place("a"), ((hash >> 20) % 1024) as u16);
    }

    #[test]
    fn the_most_that_words_add_is_what_the_best_line_has() {
        let mut weights = vec![-1.0; WIDTH];
        (weights[3], weights[4], weights[PART]) = (3.0, 4.0, 2.0);
        assert!((most(&weights) - 7.0).abs() < 1e-6);
    }
}

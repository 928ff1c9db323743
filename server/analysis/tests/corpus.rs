//! Every manifest and template of the corpus: findings stand on the text they are about, and fixes change no more
//! than they say. Skipped, with a message, where there is no corpus.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test ends when it cannot go on, and says what it skips"
)]

use leastwise_analysis::{Environment, File, Located, fix};
use leastwise_text::apply;
use leastwise_yaml::{Document, Kind, Path, Segment};
use std::path::PathBuf;

/// The corpus' files, by the folder names given.
fn corpus(folders: &[&str]) -> Vec<(PathBuf, String)> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus");
    let root = std::env::var("LEASTWISE_CORPUS").unwrap_or_else(|_| default.to_owned());
    let mut files = Vec::new();
    let mut pending: Vec<PathBuf> = folders.iter().map(|folder| PathBuf::from(&root).join(folder)).collect();
    while let Some(path) = pending.pop() {
        if let Ok(entries) = std::fs::read_dir(&path) {
            pending.extend(entries.map(|entry| entry.unwrap().path()));
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            files.push((path, text));
        }
    }
    if files.is_empty() {
        println!("skipped: there is no corpus at {root}");
    }
    files.sort();
    files
}

/// The key or value that a finding's characters must be.
fn is_about(document: &Document, path: &Path, missing: bool, text: &str) -> bool {
    let is_key = |path: &Path| match path.last() {
        Some(Segment::Key(key)) => text.trim_matches(['"', '\'']) == key,
        // The first key of an item, or the item itself.
        Some(Segment::Index(_)) => document.at(path).is_some_and(|node| document.text(node.head()) == text),
        None => document.text(document.root().head()) == text,
    };
    if missing {
        let ancestors = std::iter::successors(path.parent(), Path::parent);
        return document.at(path).is_none() && ancestors.into_iter().any(|ancestor| is_key(&ancestor));
    }
    match document.at(path) {
        Some(node) if matches!(node.kind(), Kind::Scalar(_)) && !node.range().is_empty() => {
            document.text(node.range()) == text
        }
        Some(_) => is_key(path),
        None => false,
    }
}

fn describe(path: &std::path::Path, located: &Located<'_>) -> String {
    let finding = &located.diagnosis.finding;
    format!("{}: {} at {} of document {}", path.display(), finding.rule.id, finding.path, located.document)
}

const NEIGHBOURS: [&str; 3] = ["name", "kind", "image"];

#[test]
fn every_finding_stands_on_the_text_that_it_is_about() {
    let environment = Environment::default();
    for (path, text) in corpus(&["plain", "helm"]) {
        let file = File::new(&text, &environment);
        assert_eq!(file.panicked().count(), 0, "{}", path.display());
        for located in file.diagnoses() {
            let words = text.get(std::ops::Range::<usize>::from(located.range()));
            let finding = &located.diagnosis.finding;
            let stands = words.is_some_and(|words| {
                // Of a field that the API does not have the key is at fault, whatever its value.
                let is_key_at_fault = finding.rule.id == "schema-violation"
                    && matches!(finding.path.last(), Some(Segment::Key(key)) if key == words);
                // Of a missing field some rules point at a neighbour that is sure to be there.
                let is_neighbour = finding.place.missing && NEIGHBOURS.contains(&words);
                !words.is_empty()
                    && (is_key_at_fault
                        || is_neighbour
                        || is_about(located.source(), &finding.path, finding.place.missing, words))
            });
            assert!(stands, "{} stands on {words:?}", describe(&path, &located));
        }
    }
}

#[test]
fn every_fix_changes_its_own_lines_only_and_cures_its_finding() {
    let environment = Environment::default();
    for (path, text) in corpus(&["plain"]) {
        let file = File::new(&text, &environment);
        for located in file.shown() {
            let Ok(offer) = file.offer(&located) else { continue };
            let fixed = apply(&text, &offer.edits).unwrap();
            let after = File::new(&fixed, &environment);
            let rule = located.diagnosis.rule();
            let count = |file: &File| file.diagnoses().filter(|other| other.diagnosis.rule() == rule).count();
            assert!(count(&after) < count(&file), "{}", describe(&path, &located));
            let (before, now) = (file.syntax_errors().count(), after.syntax_errors().count());
            assert!(now <= before, "{}: the fix breaks the text", describe(&path, &located));
            let gone = lost_comments(&text, &fixed);
            assert!(
                gone.iter().all(|comment| is_edited(&text, &offer.edits, comment)),
                "{}: {gone:?}",
                describe(&path, &located)
            );
        }
    }
}

/// The lines with comments that are in `before` and not in `after`.
fn lost_comments<'t>(before: &'t str, after: &str) -> Vec<&'t str> {
    before.lines().filter(|line| line.contains('#')).filter(|line| !after.contains(line)).collect()
}

/// Whether an edit touches the line.
fn is_edited(text: &str, edits: &[leastwise_text::TextEdit], line: &str) -> bool {
    let start = line.as_ptr() as usize - text.as_ptr() as usize;
    edits.iter().any(|edit| {
        let range = std::ops::Range::<usize>::from(edit.range);
        range.start <= start + line.len() && range.end >= start
    })
}

#[test]
fn fixing_everything_twice_changes_nothing_more() {
    let environment = Environment::default();
    for (path, text) in corpus(&["plain"]) {
        let once = fix(&text, &environment, true);
        let twice = fix(&once.text, &environment, true);
        assert_eq!((twice.applied, &twice.text), (vec![], &once.text), "{}", path.display());
    }
}

//! Real manifests: no panic, and every finding lies where it says. Needs `LEASTWISE_CORPUS`, or the corpus beside
//! the repository.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let corpus = std::env::var_os("LEASTWISE_CORPUS").map_or_else(beside, PathBuf::from);
    if corpus.is_dir() {
        return Some(corpus);
    }
    #[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
    {
        eprintln!("skipped: no corpus at {}", corpus.display());
    }
    None
}

#[test]
fn every_finding_in_the_corpus_lies_in_its_file() {
    let Some(corpus) = corpus() else { return };
    let output = Command::new(env!("CARGO_BIN_EXE_leastwise"))
        .current_dir(&corpus)
        .args(["check", "--format", "json", "--persona", "pedantic", "--show-suppressed", "."])
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(!err.contains("the rule failed") && !err.contains("panicked"), "{err}");

    let findings: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert!(findings.len() > 5_000, "{} findings", findings.len());
    let mut files = HashMap::new();
    let mut before = None;
    for finding in &findings {
        let name = finding["filename"].as_str().unwrap();
        let lines = files.entry(name).or_insert_with(|| lines(&corpus.join(name)));
        let (start, end) = (place(&finding["location"]), place(&finding["end_location"]));
        assert!(start < end, "an empty range: {finding}");
        for (row, column) in [start, end] {
            let length = lines.get(row - 1).unwrap_or_else(|| panic!("no such row: {finding}"));
            assert!((1..=length + 1).contains(&column), "no such column: {finding}");
        }
        let order = (name, finding["document"].as_u64(), start);
        assert!(before.is_none_or(|before| before <= order), "out of order: {finding}");
        before = Some(order);
    }
}

/// The number of characters of each line, as editors count them.
fn lines(path: &Path) -> Vec<usize> {
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.split('\n').map(|line| line.chars().count()).collect()
}

fn place(location: &serde_json::Value) -> (usize, usize) {
    let number = |key: &str| usize::try_from(location[key].as_u64().unwrap()).unwrap();
    (number("row"), number("column"))
}

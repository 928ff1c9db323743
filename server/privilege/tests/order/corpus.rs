//! Real manifests and Helm templates: each is equal to itself, and what a template hides is hidden on both sides.

use crate::support::{compared, shown};
use leastwise_privilege::Verdict;
use std::path::{Path, PathBuf};

/// The folder of development data: `LEASTWISE_CORPUS`, else `../shared/corpus` beside the repository. `None`, with
/// a message, where there is none.
fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let folder = std::env::var_os("LEASTWISE_CORPUS").map_or(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no corpus at {} (set LEASTWISE_CORPUS)", folder.display());
    None
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            found.push(path);
        }
    }
}

#[test]
fn every_manifest_is_equal_to_itself() {
    let Some(corpus) = corpus() else { return };
    let mut paths = Vec::new();
    for folder in ["plain", "helm"] {
        files(&corpus.join(folder), &mut paths);
    }
    assert!(paths.len() > 1000, "the corpus is there but holds {} manifests", paths.len());
    let mut unequal = Vec::new();
    for path in &paths {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let comparison = compared(&text, &text);
        if comparison.verdict != Verdict::Equal {
            unequal.push(format!("{}: {}", path.display(), shown(&comparison)));
        }
    }
    assert!(unequal.is_empty(), "{} of {}:\n{}", unequal.len(), paths.len(), unequal.join("\n"));
}

//! How the files that were given are put together with others: by Kustomize files among them, beside or above them.

use leastwise_analysis::composition::{Compositions, normal};
use leastwise_manifest::KUSTOMIZATION_NAMES;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// As many folders as are gone up from a file.
const LEVELS: usize = 32;

/// Files larger than this are generated.
const FILE_SIZE: u64 = 4 * 1024 * 1024;

/// Reads the Kustomize files that may speak about files at `places`.
pub(crate) fn compositions<'p>(places: impl Iterator<Item = &'p Path>) -> Compositions {
    let mut folders = BTreeSet::new();
    for place in places {
        let place = absolute(place);
        for folder in place.ancestors().skip(1).take(LEVELS) {
            // What is above a known folder is known, too.
            if !folders.insert(folder.to_owned()) || folder.join(".git").exists() {
                break;
            }
        }
    }
    let files = folders.iter().flat_map(|folder| KUSTOMIZATION_NAMES.map(|name| folder.join(name)));
    Compositions::of(files.filter(|path| path.is_file()), &read)
}

/// The path as compositions know it.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    normal(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}

/// A file that is not there, or no text, says nothing.
fn read(path: &Path) -> Option<String> {
    let is_small =
        std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= FILE_SIZE);
    is_small.then(|| std::fs::read_to_string(path).ok()).flatten()
}

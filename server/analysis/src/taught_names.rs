//! The names of labels that were taught, so that settings and comments can name them like rules. A name is known from the
//! moment that somebody has looked near a file where its label lies; what nobody has taught stays a misspelt rule.

use crate::taught::{MOST_LABELS, files_near};
use leastwise_model::teach::is_name;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{PoisonError, RwLock};

/// The most names that are known: each is kept for good.
const MOST_NAMES: usize = 16 * MOST_LABELS;

static NAMES: RwLock<BTreeSet<&'static str>> = RwLock::new(BTreeSet::new());

/// Gets to know the labels that count for the file at `path`, by the names of their files.
pub fn know_taught_names_near(path: &Path) {
    for file in files_near(path) {
        let name = file.file_stem().and_then(|name| name.to_str()).filter(|name| is_name(name));
        if let Some(name) = name.filter(|name| taught_name(name).is_none()) {
            let mut names = NAMES.write().unwrap_or_else(PoisonError::into_inner);
            if names.len() < MOST_NAMES {
                names.insert(Box::leak(name.to_owned().into_boxed_str()));
            }
        }
    }
}

/// The name of a label that was taught, if it is known to be one.
pub(crate) fn taught_name(text: &str) -> Option<&'static str> {
    NAMES.read().unwrap_or_else(PoisonError::into_inner).get(text).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::Selector;

    #[test]
    fn a_name_is_a_selector_once_its_label_is_known() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join(".leastwise/labels");
        std::fs::create_dir_all(&folder).unwrap();
        for name in ["our-own-matter.json", "No Name.json", "our-own-note.txt"] {
            std::fs::write(folder.join(name), "").unwrap();
        }
        let is_selector = |text: &str| text.parse::<Selector>().is_ok();
        assert!(!is_selector("our-own-matter"));
        know_taught_names_near(&root.path().join("a/pod.yaml"));
        assert!(is_selector("our-own-matter"));
        assert!(!is_selector("No Name") && !is_selector("our-own-note") && !is_selector("our-own-mater"));
    }
}

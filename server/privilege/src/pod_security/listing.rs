use crate::power::Power;
use std::collections::BTreeSet;

/// Things of one sort that are allowed each for itself, ordered by inclusion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listing {
    pub(crate) items: BTreeSet<String>,
    /// What may be done with an item, as words before it.
    pub(crate) phrase: &'static str,
}

impl Power for Listing {
    fn beyond(&self, other: Option<&Self>) -> Vec<String> {
        let beyond = self.items.iter().filter(|item| !other.is_some_and(|other| other.items.contains(*item)));
        beyond.map(|item| format!("{} {item}", self.phrase)).collect()
    }

    fn is_least(&self) -> bool {
        self.items.is_empty()
    }
}

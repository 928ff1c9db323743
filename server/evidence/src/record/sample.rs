use super::Unite;
use serde::{Deserialize, Serialize};
use std::borrow::Borrow;
use std::collections::BTreeSet;

/// The most values that a sample keeps.
const LIMIT: usize = 64;

/// Some of the values seen: all of them while they are few, the smallest ones of many.
///
/// The smallest, so that the order in which values come makes no difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample<T: Ord> {
    /// In order.
    #[serde(default = "BTreeSet::new", bound(deserialize = "T: Ord + Deserialize<'de>"))]
    kept: BTreeSet<T>,
    /// Whether there were more than are kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    more: bool,
}

impl<T: Ord> Sample<T> {
    /// Adds a value.
    pub fn insert(&mut self, value: T) {
        self.kept.insert(value);
        self.trim();
    }

    /// Whether another value would make no difference but that there are more.
    fn is_beyond<Q: Ord + ?Sized>(&self, value: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.kept.len() == LIMIT && self.kept.last().is_some_and(|last| last.borrow() < value)
    }

    /// Adds a value, which is copied only if it is to be kept.
    pub(crate) fn offer<Q: Ord + ToOwned<Owned = T> + ?Sized>(&mut self, value: &Q)
    where
        T: Borrow<Q>,
    {
        if self.is_beyond(value) {
            self.more = true;
        } else if !self.kept.contains(value) {
            self.insert(value.to_owned());
        }
    }

    /// The values that are kept, in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.kept.iter()
    }

    /// Whether the value is among those kept. Where [`is_complete`](Self::is_complete) is false, `false` means little.
    pub fn contains(&self, value: &T) -> bool {
        self.kept.contains(value)
    }

    /// How many values are kept.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether there was no value.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Whether every value seen is kept.
    pub fn is_complete(&self) -> bool {
        !self.more
    }

    fn trim(&mut self) {
        while self.kept.len() > LIMIT {
            self.kept.pop_last();
            self.more = true;
        }
    }
}

impl<T: Ord> Default for Sample<T> {
    fn default() -> Self {
        Self { kept: BTreeSet::new(), more: false }
    }
}

impl<T: Ord> FromIterator<T> for Sample<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut sample = Self { kept: values.into_iter().collect(), more: false };
        sample.trim();
        sample
    }
}

impl<T: Ord> Extend<T> for Sample<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.insert(value));
    }
}

impl<T: Ord> Unite for Sample<T> {
    fn unite(&mut self, other: Self) {
        self.kept.unite(other.kept);
        self.more |= other.more;
        self.trim();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_are_all_kept_and_of_many_the_smallest() {
        let few: Sample<u32> = (0..64).collect();
        assert!(few.is_complete() && few.len() == 64);

        let many: Sample<u32> = (0..65).rev().collect();
        assert!(!many.is_complete());
        assert_eq!(many.iter().copied().collect::<Vec<_>>(), (0..64).collect::<Vec<_>>());
    }
}

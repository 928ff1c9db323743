use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// Two accounts of the same thing become one.
///
/// Merging is associative, commutative and idempotent: in which order accounts come, and whether one comes twice, makes
/// no difference.
pub trait Unite {
    /// Takes over what the other knows.
    fn unite(&mut self, other: Self);
}

impl<K: Ord, V: Unite> Unite for BTreeMap<K, V> {
    fn unite(&mut self, other: Self) {
        if self.is_empty() {
            // As with the first log, which is most often the only one.
            *self = other;
            return;
        }
        for (key, value) in other {
            match self.entry(key) {
                Entry::Occupied(mut own) => own.get_mut().unite(value),
                Entry::Vacant(place) => {
                    place.insert(value);
                }
            }
        }
    }
}

impl<T: Ord> Unite for BTreeSet<T> {
    fn unite(&mut self, mut other: Self) {
        self.append(&mut other);
    }
}

/// Two counts of the same events: where they differ, one of them did not see all.
impl Unite for u64 {
    fn unite(&mut self, other: Self) {
        *self = (*self).max(other);
    }
}

/// Once seen is seen.
impl Unite for bool {
    fn unite(&mut self, other: Self) {
        *self |= other;
    }
}

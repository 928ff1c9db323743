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
        for (key, value) in other {
            match self.get_mut(&key) {
                Some(own) => own.unite(value),
                None => {
                    self.insert(key, value);
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

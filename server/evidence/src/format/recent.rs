use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};

/// How many things are remembered at least, once that many have come.
const REMEMBERED: usize = 1 << 19;

/// Remembers what has come, at least the last half million of it, in bounded memory.
#[derive(Default)]
pub(super) struct Recent {
    hasher: RandomState,
    newer: HashSet<u64>,
    older: HashSet<u64>,
}

impl Recent {
    /// Notes a thing. Whether it is new, as far as is remembered.
    pub(super) fn insert(&mut self, thing: impl Hash) -> bool {
        let hash = self.hasher.hash_one(thing);
        if self.older.contains(&hash) || !self.newer.insert(hash) {
            return false;
        }
        if self.newer.len() >= REMEMBERED {
            self.older = std::mem::take(&mut self.newer);
        }
        true
    }

    /// Whether a thing has come, as far as is remembered.
    pub(super) fn contains(&self, thing: impl Hash) -> bool {
        let hash = self.hasher.hash_one(thing);
        self.older.contains(&hash) || self.newer.contains(&hash)
    }

    /// Forgets a thing.
    pub(super) fn remove(&mut self, thing: impl Hash) {
        let hash = self.hasher.hash_one(thing);
        self.newer.remove(&hash);
        self.older.remove(&hash);
    }

    /// How many things are remembered.
    pub(super) fn len(&self) -> usize {
        self.newer.len() + self.older.len()
    }
}

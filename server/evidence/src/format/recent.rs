use foldhash::quality::RandomState;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};

/// How many things are remembered at least, once that many have come. It is what fills a hash table of half a million
/// buckets, seven eighths of them: one thing more would double its memory.
const REMEMBERED: usize = (1 << 19) / 8 * 7;

/// Remembers what has come, at least the last 458,752 things, in bounded memory; of each a word, if there is one to say.
#[derive(Default)]
pub(super) struct Recent<V = ()> {
    hasher: RandomState,
    newer: Hashes<V>,
    older: Hashes<V>,
}

type Hashes<V> = HashMap<u64, V, BuildHasherDefault<AsIs>>;

/// Takes a hash for what it is.
#[derive(Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Recent {
    /// Notes a thing. Whether it is new, as far as is remembered.
    pub(super) fn insert(&mut self, thing: impl Hash) -> bool {
        self.note(thing, ()).is_none()
    }
}

impl<V: Copy> Recent<V> {
    /// Notes a thing that is new, as far as is remembered. Otherwise, what was said of it first.
    pub(super) fn note(&mut self, thing: impl Hash, word: V) -> Option<V> {
        let hash = self.hasher.hash_one(thing);
        if let Some(earlier) = self.older.get(&hash) {
            return Some(*earlier);
        }
        match self.newer.entry(hash) {
            Entry::Occupied(earlier) => return Some(*earlier.get()),
            Entry::Vacant(new) => new.insert(word),
        };
        if self.newer.len() >= REMEMBERED {
            // Each keeps its memory.
            std::mem::swap(&mut self.newer, &mut self.older);
            self.newer.clear();
        }
        None
    }

    /// Whether a thing has come, as far as is remembered.
    pub(super) fn contains(&self, thing: impl Hash) -> bool {
        if self.len() == 0 {
            return false;
        }
        let hash = self.hasher.hash_one(thing);
        self.older.contains_key(&hash) || self.newer.contains_key(&hash)
    }

    /// Forgets a thing.
    pub(super) fn remove(&mut self, thing: impl Hash) {
        if self.len() > 0 {
            let hash = self.hasher.hash_one(thing);
            self.newer.remove(&hash);
            self.older.remove(&hash);
        }
    }

    /// How many things are remembered.
    pub(super) fn len(&self) -> usize {
        self.newer.len() + self.older.len()
    }
}

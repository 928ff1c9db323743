use foldhash::fast::RandomState;
use std::collections::HashMap;

/// So many different pieces are remembered before all are forgotten and learned again.
const LIMIT: usize = 1 << 16;

/// Remembers what was made of pieces that say the same, so that most of them need not be understood again.
pub(super) struct Known<T> {
    key: Vec<u8>,
    known: HashMap<Box<[u8]>, T, RandomState>,
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self { key: Vec::new(), known: HashMap::default() }
    }
}

impl<T> Known<T> {
    /// Starts on a piece: the parts that make it what it is follow.
    pub(super) fn start(&mut self) -> &mut Self {
        self.key.clear();
        self
    }

    /// Adds a part. Its length keeps it apart from the next one.
    pub(super) fn part(&mut self, part: &str) -> &mut Self {
        // No piece is as long as 4 GiB, and short keys are compared faster.
        self.key.extend_from_slice(&(part.len() as u32).to_le_bytes());
        self.key.extend_from_slice(part.as_bytes());
        self
    }

    /// Adds a number.
    pub(super) fn number(&mut self, number: u64) -> &mut Self {
        self.key.extend_from_slice(&number.to_le_bytes());
        self
    }

    /// What was made of the piece.
    pub(super) fn get(&self) -> Option<&T> {
        self.known.get(self.key.as_slice())
    }

    /// The same, to add to it.
    pub(super) fn get_mut(&mut self) -> Option<&mut T> {
        self.known.get_mut(self.key.as_slice())
    }

    /// Remembers what was made of the piece.
    pub(super) fn remember(&mut self, made: T) {
        if self.known.len() >= LIMIT {
            self.known.clear();
        }
        self.known.insert(self.key.as_slice().into(), made);
    }
}

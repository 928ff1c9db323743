//! What was computed of tokens, kept while there is room for it.

use llama_cpp_2::token::LlamaToken;
use lru::LruCache;

/// Values by the tokens that they were computed of. When they have grown too large together, the least recently used go.
pub(crate) struct Shelf<V> {
    values: LruCache<Vec<LlamaToken>, (V, usize)>,
    bytes: usize,
    most: usize,
}

impl<V> Shelf<V> {
    /// An empty one that holds at most so many bytes.
    pub(crate) fn new(most: usize) -> Self {
        Self { values: LruCache::unbounded(), bytes: 0, most }
    }

    /// Keeps a value of so many bytes.
    pub(crate) fn put(&mut self, tokens: Vec<LlamaToken>, value: V, bytes: usize) {
        self.bytes += bytes;
        if let Some((_, before)) = self.values.put(tokens, (value, bytes)) {
            self.bytes -= before;
        }
        while self.bytes > self.most
            && let Some((_, (_, bytes))) = self.values.pop_lru()
        {
            self.bytes -= bytes;
        }
    }

    /// The value of these tokens, which is thereby used.
    pub(crate) fn get(&mut self, tokens: &[LlamaToken]) -> Option<&V> {
        self.values.get(tokens).map(|(value, _)| value)
    }

    /// Whether there is a value of these tokens.
    pub(crate) fn holds(&self, tokens: &[LlamaToken]) -> bool {
        self.values.contains(tokens)
    }

    /// The tokens of all values, the last used first.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = &Vec<LlamaToken>> {
        self.values.iter().map(|(tokens, _)| tokens)
    }

    /// Makes the values of which `goes` is true the first to go when there is no room, the least recently used before the others.
    pub(crate) fn demote(&mut self, goes: impl Fn(&[LlamaToken], &V) -> bool) {
        let going = self.values.iter().filter(|(tokens, (value, _))| goes(tokens, value));
        for tokens in going.map(|(tokens, _)| tokens.clone()).collect::<Vec<_>>() {
            self.values.demote(&tokens);
        }
    }
}

/// How many of the first tokens are the same.
pub(crate) fn common(left: &[LlamaToken], right: &[LlamaToken]) -> usize {
    left.iter().zip(right).take_while(|(left, right)| left == right).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(number: i32) -> Vec<LlamaToken> {
        vec![LlamaToken(number)]
    }

    #[test]
    fn the_least_recently_used_go_first() {
        let mut shelf = Shelf::new(10);
        shelf.put(tokens(1), "a", 4);
        shelf.put(tokens(2), "b", 4);
        assert_eq!(shelf.get(&tokens(1)), Some(&"a"));
        shelf.put(tokens(3), "c", 4);
        assert!(!shelf.holds(&tokens(2)), "it was used before the others");
        assert!(shelf.holds(&tokens(1)) && shelf.holds(&tokens(3)));
        // Again the same, but larger: what was there before does not count.
        shelf.put(tokens(3), "d", 6);
        assert_eq!(shelf.get(&tokens(1)), Some(&"a"));
        assert_eq!(shelf.get(&tokens(3)), Some(&"d"));
    }

    #[test]
    fn what_was_demoted_goes_before_what_was_used_longer_ago() {
        let mut shelf = Shelf::new(20);
        (1..=4).for_each(|number| shelf.put(tokens(number), number, 5));
        shelf.demote(|tokens, _| tokens[0].0 >= 3);
        shelf.put(tokens(5), 5, 5);
        assert!(!shelf.holds(&tokens(3)) && shelf.holds(&tokens(4)), "of both the one used longer ago");
        shelf.put(tokens(6), 6, 5);
        assert!(!shelf.holds(&tokens(4)) && shelf.holds(&tokens(1)));
    }

    #[test]
    fn what_is_larger_than_all_room_is_not_kept() {
        let mut shelf = Shelf::new(10);
        shelf.put(tokens(1), (), 11);
        assert!(!shelf.holds(&tokens(1)));
    }
}

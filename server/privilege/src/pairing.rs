use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// What stands on both sides of a comparison, or on one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paired<T> {
    Both(T, T),
    Before(T),
    After(T),
}

/// Pairs what has the same key, the first with the first. Those before come in order, then what is left after.
pub(crate) fn pair<T, K: Eq + Hash>(
    before: impl IntoIterator<Item = T>,
    after: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> K,
) -> Vec<Paired<T>> {
    let mut left: Vec<Option<T>> = after.into_iter().map(Some).collect();
    let mut places: HashMap<K, VecDeque<usize>> = HashMap::new();
    for (place, item) in left.iter().enumerate() {
        if let Some(item) = item {
            places.entry(key(item)).or_default().push_back(place);
        }
    }
    let mut pairs: Vec<_> = before
        .into_iter()
        .map(|item| {
            let place = places.get_mut(&key(&item)).and_then(VecDeque::pop_front);
            match place.and_then(|place| left[place].take()) {
                Some(partner) => Paired::Both(item, partner),
                None => Paired::Before(item),
            }
        })
        .collect();
    pairs.extend(left.into_iter().flatten().map(Paired::After));
    pairs
}

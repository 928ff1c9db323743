/// A set of numbers as closed intervals, in order and apart from each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Intervals(Vec<(u128, u128)>);

impl Intervals {
    /// The numbers from the first to the last, both included; none where the first is greater.
    pub(super) fn between(first: u128, last: u128) -> Self {
        if first <= last { Self(vec![(first, last)]) } else { Self::default() }
    }

    /// The intervals.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u128, u128)> + '_ {
        self.0.iter().copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn contains(&self, number: u128) -> bool {
        self.iter().any(|(first, last)| (first..=last).contains(&number))
    }

    /// Adds all numbers of another.
    pub(super) fn add(&mut self, other: &Self) {
        if other.is_empty() || self == other {
            return;
        }
        let mut all: Vec<_> = self.iter().chain(other.iter()).collect();
        all.sort_unstable();
        let mut joined: Vec<(u128, u128)> = Vec::with_capacity(all.len());
        for (first, last) in all {
            match joined.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => joined.push((first, last)),
            }
        }
        self.0 = joined;
    }

    /// The numbers in both.
    pub(super) fn within(&self, other: &Self) -> Self {
        let mut common = Vec::new();
        for (first, last) in self.iter() {
            let shared = other.iter().map(|(from, to)| (first.max(from), last.min(to)));
            common.extend(shared.filter(|(first, last)| first <= last));
        }
        Self(common)
    }

    /// The numbers that the other does not have.
    pub(super) fn without(&self, other: &Self) -> Self {
        let mut left = self.0.clone();
        for (from, to) in other.iter() {
            let mut rest = Vec::with_capacity(left.len() + 1);
            for (first, last) in left {
                if to < first || from > last {
                    rest.push((first, last));
                    continue;
                }
                if first < from {
                    rest.push((first, from - 1));
                }
                if to < last {
                    rest.push((to + 1, last));
                }
            }
            left = rest;
        }
        Self(left)
    }
}

#[cfg(test)]
mod tests {
    use super::Intervals;

    fn set(pairs: &[(u128, u128)]) -> Intervals {
        let mut all = Intervals::default();
        pairs.iter().for_each(|(first, last)| all.add(&Intervals::between(*first, *last)));
        all
    }

    #[test]
    fn they_are_sets() {
        let one = set(&[(1, 3), (8, 9), (4, 5)]);
        assert_eq!(one, set(&[(8, 9), (1, 5)]), "neighbours join");
        let other = set(&[(3, 8)]);
        assert_eq!(one.within(&other), set(&[(3, 5), (8, 8)]));
        assert_eq!(one.without(&other), set(&[(1, 2), (9, 9)]));
        assert_eq!(other.without(&one), set(&[(6, 7)]));
        assert!(one.without(&one).is_empty());
        let all = set(&[(0, u128::MAX)]);
        assert_eq!(all.without(&set(&[(0, 0), (u128::MAX, u128::MAX)])), set(&[(1, u128::MAX - 1)]));
    }

    /// Every pair of sets of four numbers, against bits.
    #[test]
    fn they_agree_with_bits() {
        let of = |bits: u8| {
            let mut all = Intervals::default();
            (0..4).filter(|bit| bits >> bit & 1 == 1).for_each(|bit| all.add(&Intervals::between(bit, bit)));
            all
        };
        for one in 0..16 {
            for other in 0..16 {
                let mut joined = of(one);
                joined.add(&of(other));
                assert_eq!(joined, of(one | other));
                assert_eq!(of(one).within(&of(other)), of(one & other));
                assert_eq!(of(one).without(&of(other)), of(one & !other));
            }
        }
    }
}

//! The privilege order: whether one set of objects may do more than another, with a witness.

use leastwise_manifest::Object;

/// How two sets of objects compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The second may do less, and nothing more.
    Narrower,
    /// Both may do the same.
    Equal,
    /// The second may do more, and nothing less.
    Broader,
    /// Each may do something that the other may not.
    Incomparable,
    /// A template, a broken text or a kind whose meaning is not known hides the answer.
    Undecided,
}

/// The outcome of [`compare`].
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The verdict.
    pub verdict: Verdict,
}

/// Compares what the objects of `before` and `after` may do.
pub fn compare(before: &[Object<'_>], after: &[Object<'_>]) -> Comparison {
    let _ = (before, after);
    Comparison { verdict: Verdict::Undecided }
}

use crate::Atom;
use serde::Serialize;

/// How two sets of objects compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
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

/// The outcome of [`crate::compare`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The verdict.
    pub verdict: Verdict,
    /// What only the second allows.
    pub gained: Vec<Atom>,
    /// What only the first allows.
    pub lost: Vec<Atom>,
    /// What may differ without anyone knowing, and why, in words.
    pub undecided: Vec<String>,
    /// What the verdict takes for granted, in words.
    pub assumptions: Vec<String>,
}

impl Comparison {
    /// Something on either side could not be read, so that more may be gained and lost than is known.
    pub fn hide(&mut self, why: String) {
        let answer = |atoms: &[Atom]| if atoms.is_empty() { Answer::Perhaps } else { Answer::Yes };
        self.verdict = Verdict::of(answer(&self.gained), answer(&self.lost));
        self.undecided.push(why);
    }
}

/// Whether something is gained, or lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    No,
    /// Nobody knows.
    Perhaps,
    Yes,
}

impl Verdict {
    /// The verdict where nothing is gained for sure is [`Verdict::Narrower`] even if a loss is only possible: that
    /// is the promise which a fix must keep.
    pub(crate) fn of(gained: Answer, lost: Answer) -> Self {
        match (gained, lost) {
            (Answer::No, Answer::No) => Self::Equal,
            (Answer::No, _) => Self::Narrower,
            (_, Answer::No) => Self::Broader,
            (Answer::Yes, Answer::Yes) => Self::Incomparable,
            (Answer::Perhaps, _) | (_, Answer::Perhaps) => Self::Undecided,
        }
    }
}

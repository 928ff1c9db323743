use crate::comparison::{Answer, Comparison, Verdict};
use crate::{Atom, Grant};
use leastwise_yaml::Path;
use std::collections::BTreeSet;

/// What a comparison has found so far.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    gained: Vec<Atom>,
    lost: Vec<Atom>,
    hidden_gain: bool,
    hidden_loss: bool,
    undecided: BTreeSet<String>,
    assumptions: BTreeSet<String>,
}

impl Ledger {
    pub(crate) fn gain(&mut self, atoms: impl IntoIterator<Item = Atom>) {
        self.gained.extend(atoms);
    }

    pub(crate) fn lose(&mut self, atoms: impl IntoIterator<Item = Atom>) {
        self.lost.extend(atoms);
    }

    /// Something may be gained, or lost, and nobody knows.
    pub(crate) fn hide(&mut self, gain: bool, loss: bool, why: String) {
        if gain || loss {
            self.hidden_gain |= gain;
            self.hidden_loss |= loss;
            self.undecided.insert(why);
        }
    }

    pub(crate) fn assume(&mut self, assumption: String) {
        self.assumptions.insert(assumption);
    }

    /// Adds what a comparison of other objects has found.
    pub(crate) fn add(&mut self, comparison: Comparison) {
        let gain = !matches!(comparison.verdict, Verdict::Equal | Verdict::Narrower);
        let loss = !matches!(comparison.verdict, Verdict::Equal | Verdict::Broader);
        self.gain(comparison.gained);
        self.lose(comparison.lost);
        comparison.undecided.into_iter().for_each(|why| self.hide(gain, loss, why));
        comparison.assumptions.into_iter().for_each(|assumption| self.assume(assumption));
    }

    /// What lies outside of the order, if it differs.
    pub(crate) fn assume_no_account(&mut self, subject: &str, paths: &[Path]) {
        if !paths.is_empty() {
            self.assume(format!("{subject}: {} may change without a change of privilege", some_of(paths)));
        }
    }

    pub(crate) fn close(mut self) -> Comparison {
        let answer = |atoms: &[Atom], hidden| match (atoms, hidden) {
            ([_, ..], _) => Answer::Yes,
            ([], true) => Answer::Perhaps,
            ([], false) => Answer::No,
        };
        let verdict =
            Verdict::of(answer(&self.gained, self.hidden_gain), answer(&self.lost, self.hidden_loss));
        sort(&mut self.gained);
        sort(&mut self.lost);
        Comparison {
            verdict,
            gained: self.gained,
            lost: self.lost,
            undecided: self.undecided.into_iter().collect(),
            assumptions: self.assumptions.into_iter().collect(),
        }
    }
}

/// The order does not depend on which side an object was found first.
fn sort(atoms: &mut [Atom]) {
    let named = |atom: &Atom| {
        let resource = &atom.resource;
        (resource.kind.clone(), resource.namespace.clone(), resource.name.clone())
    };
    let grant = |atom: &Atom| -> Grant { atom.grant.clone() };
    atoms.sort_by_cached_key(|atom| (named(atom), atom.path.clone(), grant(atom)));
}

/// The first few paths, for messages.
pub(crate) fn some_of(paths: &[Path]) -> String {
    const SHOWN: usize = 5;
    let written = |path: &Path| match path.last() {
        Some(_) => path.to_string(),
        None => "everything".to_owned(),
    };
    let shown: Vec<_> = paths.iter().take(SHOWN).map(written).collect();
    let more = paths.len().saturating_sub(SHOWN);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", shown.join(", "))
}

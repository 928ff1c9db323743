//! The one way by which changes leave: put to the privilege order, each for itself and all together.

use crate::{Change, Judgement, Manifests, Proposal};
use leastwise_privilege::{Applied, Needed, prove};
use leastwise_text::TextEdit;
use leastwise_yaml::{Document, Patch, apply};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Changes of manifests of which each takes away, grants nothing, and leaves all that is needed.
pub(crate) struct Proof<'r, 'd> {
    manifests: &'r Manifests<'d>,
    needed: Needed,
    patches: BTreeMap<usize, Vec<Patch>>,
}

impl<'r, 'd> Proof<'r, 'd> {
    pub(crate) fn new(manifests: &'r Manifests<'d>, needed: Needed) -> Self {
        Self { manifests, needed, patches: BTreeMap::new() }
    }

    /// Takes a change of one object, or says why it must not be made.
    pub(crate) fn add(&mut self, document: usize, patches: Vec<Patch>) -> Result<(), String> {
        self.judge_change(document, &patches)?;
        self.patches.entry(document).or_default().extend(patches);
        Ok(())
    }

    /// What a change of one document is, or why it must not be made.
    pub(crate) fn judge_change(&self, document: usize, patches: &[Patch]) -> Result<Judgement, String> {
        let Some(before) = self.manifests.documents.get(document).filter(|_| !patches.is_empty()) else {
            return Ok(Judgement::Equal);
        };
        let after = apply(before, patches).map_err(|refusal| refusal.to_string())?.document;
        self.judge(&self.manifests.with(document, &after))
    }

    /// Makes all changes together, and has them judged together.
    pub(crate) fn close(self, proposal: &mut Proposal) {
        let mut afters: BTreeMap<usize, (Arc<Document>, Vec<TextEdit>)> = BTreeMap::new();
        for (document, patches) in &self.patches {
            let Some(before) = self.manifests.documents.get(*document) else { continue };
            match apply(before, patches) {
                Ok(edited) if edited.edits.is_empty() => {}
                Ok(edited) => {
                    afters.insert(*document, (Arc::new(edited.document), edited.edits));
                }
                Err(refusal) => return take_back(proposal, &refusal.to_string()),
            }
        }
        if afters.is_empty() {
            return;
        }
        let judged = {
            let changed = afters.iter().map(|(document, (after, _))| (*document, &**after));
            let after =
                changed.fold(self.manifests.clone(), |all, (document, after)| all.with(document, after));
            self.judge(&after)
        };
        match judged {
            Ok(judgement) => proposal.verdict = judgement,
            Err(why) => return take_back(proposal, &why),
        }
        proposal.changes =
            afters.into_iter().map(|(document, (after, edits))| Change { document, edits, after }).collect();
    }

    fn judge(&self, after: &Manifests<'_>) -> Result<Judgement, String> {
        let (before, after) = (self.manifests.objects(), after.objects());
        let namespace = self.manifests.namespace;
        let applied = |objects| Applied { objects, namespace };
        let proof = prove(applied(&before), Applied { objects: &after, namespace }, &self.needed);
        if let Some(lost) = proof.needed_but_lost.first() {
            return Err(format!("it would break what is needed: {}", lost.what()));
        }
        if let Some(gained) = proof.comparison.gained.first() {
            return Err(format!("it would grant more: {}", gained.grant.what()));
        }
        let verdict = proof.comparison.verdict;
        Judgement::of(verdict).ok_or_else(|| {
            let why = proof.comparison.undecided.first().cloned();
            why.unwrap_or_else(|| format!("it is not proved narrower ({verdict:?})"))
        })
    }
}

fn take_back(proposal: &mut Proposal, why: &str) {
    proposal.statements.iter_mut().for_each(|statement| statement.applied = false);
    proposal.refuse("the changes together", why);
}

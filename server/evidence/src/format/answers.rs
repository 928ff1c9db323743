use super::recent::Recent;
use crate::Undecided;
use crate::collect::Noted;
use foldhash::quality::RandomState;
use std::hash::{BuildHasher, Hash};

/// What an event says became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Answer {
    /// The authorizer decided on this.
    Decided(Noted),
    /// It is not clear what it did.
    Undecided(Undecided),
}

/// Which requests were answered, by their ids, so that each of them counts once whatever number of events it has.
#[derive(Default)]
pub(super) struct Answers {
    hasher: RandomState,
    /// Requests that were answered, each with the first answer, hashed as well.
    first: Recent<u64>,
    /// Other answers under the same id: what a request entails, and what an aggregated API server says, which logs the id
    /// that the server in front of it has logged, and not always about the same thing.
    further: Recent,
    /// Answers that have begun and go on, like that of a `watch`, which may last for hours.
    begun: Recent,
    /// Requests that were received and not answered yet.
    unanswered: Recent,
}

impl Answers {
    /// A request was received.
    pub(super) fn received(&mut self, id: &str) {
        if !self.first.contains(id) {
            self.unanswered.insert(id);
        }
    }

    /// A request was answered, or its answer has begun. Whether nothing has said so before.
    pub(super) fn is_new(&mut self, id: &str, answer: Answer, has_only_begun: bool) -> bool {
        self.unanswered.remove(id);
        let had_begun =
            if has_only_begun { !self.begun.insert((id, answer)) } else { self.begun.contains((id, answer)) };
        let hash = self.hasher.hash_one(answer);
        // Nearly all ids have one answer, so one look is enough for them.
        let is_new = match self.first.note(id, hash) {
            None => true,
            Some(first) => first != hash && self.further.insert((id, answer)),
        };
        is_new && !had_begun
    }

    /// How many requests were received and not answered.
    pub(super) fn unanswered(&self) -> u64 {
        self.unanswered.len() as u64
    }
}

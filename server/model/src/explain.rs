//! The explainer: facts about a finding in, checked prose out, from any back end, each asked only once for the same facts.

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;

use crate::digest::sha256_of;
use crate::prompt::ExplainRequest;
use crate::protocol::{Finish, Prompt};
use crate::sentences::SentenceFilter;
use crate::{Backend, Error};

/// How many explanations are kept.
const KEPT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(255);

/// What a model said about a finding, after the check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Whole sentences with a space between them. Empty when none could be believed.
    pub text: String,
    /// How many sentences were dropped: not whole, turning in circles, said before, or naming what the facts do not know.
    pub dropped: u32,
    /// Whether the model had said all it wanted.
    pub finish: Finish,
}

/// Explains findings with the help of a model. The rule's own text is complete without it.
pub struct Explainer {
    backend: Arc<dyn Backend>,
    kept: Mutex<LruCache<String, Explanation>>,
}

impl Explainer {
    /// An explainer that asks this back end.
    #[must_use]
    pub fn new(backend: Arc<dyn Backend>) -> Self {
        Self { backend, kept: Mutex::new(LruCache::new(KEPT)) }
    }

    /// Explains a finding. `on_piece` gets each sentence once it is whole and believed, with a space in front where another
    /// stands before it. Blocks until the end; to be called from a worker thread. Facts that were explained before are
    /// answered at once.
    ///
    /// # Errors
    ///
    /// What the back end returns. Pieces that were handed over before stand.
    pub fn explain(
        &self,
        request: &ExplainRequest,
        on_piece: &mut dyn FnMut(&str),
        cancel: &AtomicBool,
    ) -> Result<Explanation, Error> {
        let prompt = request.prompt();
        let key = self.key(&prompt);
        if let Some(kept) = self.kept(&key) {
            if !kept.text.is_empty() {
                on_piece(&kept.text);
            }
            return Ok(kept);
        }
        let mut filter = SentenceFilter::new(&request.allowed_names());
        let mut text = String::new();
        let mut show = |sentence: String| {
            let piece = if text.is_empty() { sentence } else { format!(" {sentence}") };
            on_piece(&piece);
            text.push_str(&piece);
        };
        let finish = self.backend.complete(
            &prompt,
            &mut |piece| filter.push(piece).into_iter().for_each(&mut show),
            cancel,
        )?;
        filter.finish().into_iter().for_each(&mut show);
        let explanation = Explanation { text, dropped: filter.dropped(), finish };
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).put(key, explanation.clone());
        Ok(explanation)
    }

    /// The explanation of these facts, if it is known already.
    #[must_use]
    pub fn known(&self, request: &ExplainRequest) -> Option<Explanation> {
        self.kept(&self.key(&request.prompt()))
    }

    fn kept(&self, key: &str) -> Option<Explanation> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn key(&self, prompt: &Prompt) -> String {
        let identity = self.backend.identity();
        let content = [&identity, &prompt.system, &prompt.user, &prompt.grammar].map(String::as_str);
        sha256_of(content.join("\0").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::prompt::tests::request;

    /// A back end that always says the same, piece by piece, and counts how often it is asked.
    struct Parrot {
        pieces: Vec<&'static str>,
        end: Result<Finish, Error>,
        asked: AtomicUsize,
    }

    impl Parrot {
        fn new(pieces: &[&'static str]) -> Arc<Self> {
            Arc::new(Self { pieces: pieces.to_vec(), end: Ok(Finish::End), asked: AtomicUsize::new(0) })
        }
    }

    impl Backend for Parrot {
        fn complete(
            &self,
            _: &Prompt,
            on_text: &mut dyn FnMut(&str),
            _: &AtomicBool,
        ) -> Result<Finish, Error> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            self.pieces.iter().for_each(|piece| on_text(piece));
            self.end.clone()
        }

        fn identity(&self) -> String {
            "parrot".to_owned()
        }
    }

    fn explain(explainer: &Explainer, request: &ExplainRequest) -> (Vec<String>, Result<Explanation, Error>) {
        let mut pieces = Vec::new();
        let explanation =
            explainer.explain(request, &mut |piece| pieces.push(piece.to_owned()), &AtomicBool::new(false));
        (pieces, explanation)
    }

    #[test]
    fn sentences_are_shown_as_they_become_whole_and_only_if_believed() {
        let parrot = Parrot::new(&["It is", " bad. Set ho", "stPID to false. ", "`true` gives", " it all."]);
        let (pieces, explanation) = explain(&Explainer::new(parrot), &request());
        assert_eq!(pieces, ["It is bad.", " `true` gives it all."]);
        let explanation = explanation.unwrap();
        assert_eq!(explanation.text, "It is bad. `true` gives it all.");
        assert_eq!(explanation.dropped, 1);
    }

    #[test]
    fn the_same_facts_are_asked_once_and_other_facts_again() {
        let parrot = Parrot::new(&["It is bad."]);
        let explainer = Explainer::new(parrot.clone());
        assert_eq!(explainer.known(&request()), None);
        let first = explain(&explainer, &request());
        let second = explain(&explainer, &request());
        assert_eq!(first, second);
        assert_eq!(parrot.asked.load(Ordering::Relaxed), 1);
        assert!(explainer.known(&request()).is_some());

        let mut other = request();
        other.excerpt.text.push_str("# changed\n");
        explain(&explainer, &other).1.unwrap();
        assert_eq!(parrot.asked.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn an_answer_that_failed_is_not_kept() {
        let failing = Arc::new(Parrot {
            pieces: vec!["It is bad. "],
            end: Err(Error::WorkerEnded("killed".into())),
            asked: AtomicUsize::new(0),
        });
        let explainer = Explainer::new(failing);
        let (pieces, explanation) = explain(&explainer, &request());
        assert_eq!(pieces, ["It is bad."]);
        assert!(matches!(explanation, Err(Error::WorkerEnded(_))));
        assert_eq!(explainer.known(&request()), None);
    }
}

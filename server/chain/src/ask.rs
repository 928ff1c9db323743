//! One question to a back end: bounded in time, and traced.

use crate::trace::{Asked, Outcome, TraceFolder};
use leastwise_model::protocol::Prompt;
use leastwise_model::{Backend, Error};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// The longest answer that is kept, in bytes: longer ones are no answers to these questions.
const LONGEST_ANSWER: usize = 16 * 1024;

/// Asks a back end, and stops asking once it has failed. Waits for each answer, but not for ever.
pub struct Asker<'b> {
    backend: &'b dyn Backend,
    patience: Duration,
    trace: Option<TraceFolder>,
    /// Why nothing is asked any more.
    failure: Option<String>,
    trace_failure: Option<io::Error>,
    /// Is told of each question before it is asked.
    listener: Box<dyn FnMut(&'static str) + 'b>,
}

impl<'b> Asker<'b> {
    /// An asker that waits this long for an answer.
    #[must_use]
    pub fn new(backend: &'b dyn Backend, patience: Duration, trace: Option<TraceFolder>) -> Self {
        let listener = Box::new(|_| ());
        Self { backend, patience, trace, failure: None, trace_failure: None, listener }
    }

    /// The same, with somebody who is told of each step before its question is asked.
    #[must_use]
    pub fn with_listener(self, listener: impl FnMut(&'static str) + 'b) -> Self {
        Self { listener: Box::new(listener), ..self }
    }

    /// Which model is asked.
    #[must_use]
    pub fn model(&self) -> String {
        self.backend.identity()
    }

    /// Why the model was not asked to the end, if so.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Why the trace is not whole, if so.
    #[must_use]
    pub fn trace_failure(&self) -> Option<&io::Error> {
        self.trace_failure.as_ref()
    }

    /// Asks, and has the answer judged: what `judge` refuses is traced as sent back. `None` where there is no answer.
    pub(crate) fn ask<T>(
        &mut self,
        step: &'static str,
        attempt: usize,
        prompt: &Prompt,
        judge: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<Result<T, String>> {
        if self.failure.is_some() {
            return None;
        }
        (self.listener)(step);
        let start = Instant::now();
        let (answer, end) = self.complete(prompt);
        let seconds = start.elapsed().as_secs_f64();
        let judged = match end {
            Ok(()) => Ok(judge(&answer)),
            // This question cannot be answered; others can.
            Err(Error::Refused { message, .. }) => Ok(Err(message)),
            Err(Error::Cancelled) => Err(format!(
                "the model had no answer within {} seconds, or too long a one",
                self.patience.as_secs()
            )),
            Err(error) => Err(error.to_string()),
        };
        let outcome = match &judged {
            Ok(Ok(_)) => Outcome::Used,
            Ok(Err(why)) => Outcome::SentBack(why.clone()),
            Err(why) => Outcome::Failed(why.clone()),
        };
        let Prompt { system, user, grammar, .. } = prompt.clone();
        let model = self.backend.identity();
        self.note(&Asked { step, attempt, model, system, user, grammar, answer, seconds, outcome });
        match judged {
            Ok(judged) => Some(judged),
            Err(why) => {
                self.failure = Some(why);
                None
            }
        }
    }

    fn note(&mut self, asked: &Asked) {
        if let Some(trace) = &mut self.trace
            && let Err(error) = trace.write(asked)
        {
            self.trace_failure.get_or_insert(error);
        }
    }

    /// The answer, as far as it came; and why it did not come to its end, if so.
    fn complete(&self, prompt: &Prompt) -> (String, Result<(), Error>) {
        let mut answer = String::new();
        let cancel = AtomicBool::new(false);
        let end = thread::scope(|scope| {
            let (done, is_done) = channel::<()>();
            let (cancel, patience) = (&cancel, self.patience);
            scope.spawn(move || {
                if is_done.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
                    cancel.store(true, Ordering::Relaxed);
                }
            });
            let mut hear = |piece: &str| {
                if answer.len() + piece.len() > LONGEST_ANSWER {
                    cancel.store(true, Ordering::Relaxed);
                } else {
                    answer.push_str(piece);
                }
            };
            let end = self.backend.complete(prompt, &mut hear, cancel);
            drop(done);
            end
        });
        (answer, end.map(drop))
    }
}

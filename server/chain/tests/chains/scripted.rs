//! A model that says what a test wants it to say.

use leastwise_model::protocol::{Finish, Prompt};
use leastwise_model::{Backend, Error};
use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// A back end that gives these answers in turn, then says nothing of use, and keeps what it was asked.
#[derive(Default)]
pub(crate) struct Scripted {
    answers: Mutex<VecDeque<Answer>>,
    asked: Mutex<Vec<Prompt>>,
}

#[derive(Clone)]
pub(crate) enum Answer {
    Says(&'static str),
    /// Says nothing until it is cancelled.
    Hangs,
    Dies,
    /// Says that this question is too long for it.
    Refuses,
}
use Answer::{Dies, Hangs, Refuses, Says};

impl Scripted {
    pub(crate) fn new(answers: &[Answer]) -> Self {
        Self { answers: Mutex::new(answers.iter().cloned().collect()), asked: Mutex::default() }
    }

    pub(crate) fn prompts(&self) -> Vec<Prompt> {
        self.asked.lock().unwrap().clone()
    }
}

impl Backend for Scripted {
    fn complete(
        &self,
        prompt: &Prompt,
        on_text: &mut dyn FnMut(&str),
        cancel: &AtomicBool,
    ) -> Result<Finish, Error> {
        self.asked.lock().unwrap().push(prompt.clone());
        match self.answers.lock().unwrap().pop_front().unwrap_or(Says("")) {
            Says(text) => {
                text.split_inclusive(' ').for_each(on_text);
                Ok(Finish::End)
            }
            Hangs => {
                while !cancel.load(Ordering::Relaxed) {
                    std::thread::yield_now();
                }
                Err(Error::Cancelled)
            }
            Dies => Err(Error::WorkerEnded("killed".to_owned())),
            Refuses => Err(Error::Refused {
                kind: leastwise_model::protocol::FailureKind::TooLong,
                message: "the prompt does not fit".to_owned(),
            }),
        }
    }

    fn identity(&self) -> String {
        "scripted".to_owned()
    }
}

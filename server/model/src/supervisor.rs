//! Keeps a worker process at hand: starts it when something is asked, replaces it when it ends, and waits longer each time that
//! it ends without having answered. The death of a worker costs the answers it owed, and nothing else.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::protocol::{
    Event, Finish, LineState, MAX_TAG_BYTES, ModelInfo, Probe, Prompt, Request, Tags, Weight,
};
use crate::worker::{End, Limits, Phase, Worker};
use crate::{Backend, Error, Unavailable, digest};

/// How often a waiting caller looks whether it still wants the answer.
const CANCEL_POLL: Duration = Duration::from_millis(10);

/// The program that is the worker, without the arguments about the model.
#[derive(Debug, Clone)]
pub struct WorkerCommand {
    /// The program, as a rule this same program.
    pub program: PathBuf,
    /// Its first arguments, as a rule `model-worker`. `--model PATH` and, if it is known, `--sha256 HEX` follow.
    pub arguments: Vec<OsString>,
}

/// The model file that the worker loads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFile {
    /// Where it is.
    pub path: PathBuf,
    /// The SHA-256 that it must have, in lower-case hexadecimal, where it is known.
    pub sha256: Option<String>,
}

impl ModelFile {
    /// The SHA-256 of the file, read where it is not known.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn digest(&self) -> io::Result<String> {
        match &self.sha256 {
            Some(sha256) => Ok(sha256.clone()),
            None => digest::sha256(File::open(&self.path)?, |_| Ok(())),
        }
    }
}

/// What can be said about the worker now.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// No worker runs. The next question starts one.
    Off,
    /// A worker checks and loads the model.
    Loading {
        /// From 0 to 1.
        fraction: f32,
    },
    /// A worker waits for questions or answers one.
    Ready {
        /// What it has loaded.
        model: ModelInfo,
    },
    /// No worker runs and none will be started for now.
    Failed(Unavailable),
}

/// Asks a supervised worker process. To be shared between threads; its calls block until the answer, an error or `cancel`.
#[derive(Debug)]
pub struct Supervisor {
    command: WorkerCommand,
    model: ModelFile,
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    worker: Option<Arc<Worker>>,
    /// Workers that ended since the last answer.
    failures: u32,
    unavailable: Option<Unavailable>,
    /// What the model file was when it could not be loaded.
    refused: Option<Stamp>,
}

/// What tells one state of a file from another without reading it.
type Stamp = Option<(u64, Option<SystemTime>)>;

impl Supervisor {
    /// A supervisor that has not started anything yet.
    #[must_use]
    pub fn new(command: WorkerCommand, model: ModelFile, limits: Limits) -> Self {
        Self { command, model, limits, state: Mutex::default() }
    }

    /// Labels the lines of a document, also with labels that were taught on this machine. What was computed for an earlier
    /// text of the same `document` is used again. Every label of at least the probability `least` is told, or, without one,
    /// those that reach their thresholds. Lines end at a line feed; of a text longer than [`MAX_TAG_BYTES`] only the beginning
    /// is judged, as [`Tags::judged_lines`] tells.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`crate::protocol::FailureKind::NoLabels`] when the model cannot tag, or a taught label belongs to another.
    pub fn tag(
        &self,
        document: &str,
        text: &str,
        probes: &[Probe],
        least: Option<f32>,
        cancel: &AtomicBool,
    ) -> Result<Tags, Error> {
        let text = beginning(text, MAX_TAG_BYTES).to_owned();
        let (document, probes) = (document.to_owned(), probes.to_vec());
        let request = |id| Request::Tag { id, document, text, probes, least };
        self.ask(request, cancel, |event| match event {
            Event::Tags { tags, .. } => ControlFlow::Break(tags),
            _ => ControlFlow::Continue(()),
        })
    }

    /// The lines that a label of a line hangs on, the weightiest first. The label is one of the model's own.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`crate::protocol::FailureKind::NoLabels`] when the model has no such label.
    pub fn weigh(
        &self,
        text: &str,
        label: &str,
        line: u32,
        cancel: &AtomicBool,
    ) -> Result<Vec<Weight>, Error> {
        let (text, label) = (beginning(text, MAX_TAG_BYTES).to_owned(), label.to_owned());
        self.ask(
            |id| Request::Weigh { id, text, label, line },
            cancel,
            |event| match event {
                Event::Weights { weights, .. } => ControlFlow::Break(weights),
                _ => ControlFlow::Continue(()),
            },
        )
    }

    /// What the model knows at the end of each line of a text that is not empty, in their order.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`crate::protocol::FailureKind::NoLabels`] when the model cannot tag.
    pub fn states(&self, text: &str, cancel: &AtomicBool) -> Result<Vec<LineState>, Error> {
        let text = beginning(text, MAX_TAG_BYTES).to_owned();
        let mut all = Vec::new();
        self.ask(
            |id| Request::States { id, text },
            cancel,
            |event| match event {
                Event::States { states, is_last, .. } => {
                    all.extend(states);
                    if !is_last {
                        return ControlFlow::Continue(());
                    }
                    all.sort_by_key(|state| state.line);
                    ControlFlow::Break(std::mem::take(&mut all))
                }
                _ => ControlFlow::Continue(()),
            },
        )
    }

    /// The file that the worker loads.
    #[must_use]
    pub fn model(&self) -> &ModelFile {
        &self.model
    }

    /// What can be said about the worker now.
    #[must_use]
    pub fn status(&self) -> Status {
        let mut state = self.state();
        self.bury(&mut state);
        match (&state.worker, &state.unavailable) {
            (Some(worker), _) => match worker.phase() {
                Phase::Loading(fraction) => Status::Loading { fraction },
                Phase::Ready(model) => Status::Ready { model },
                // It has ended in this very moment.
                Phase::Ended(_) => Status::Off,
            },
            (None, Some(unavailable)) if !self.may_retry(&state) => Status::Failed(unavailable.clone()),
            (None, _) => Status::Off,
        }
    }

    /// Ends the worker, if one runs, and forgets past failures: the next question starts a new one.
    pub fn restart(&self) {
        let mut state = self.state();
        // Who still waits for an answer keeps the worker, so dropping it here would not end it.
        if let Some(worker) = std::mem::take(&mut *state).worker {
            worker.kill("it was asked to start anew");
        }
    }

    /// The number of the worker's process, if one runs.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.state().worker.as_ref().map(|worker| worker.process())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks, and waits until `answer` makes an answer out of an event.
    fn ask<T>(
        &self,
        request: impl FnOnce(u64) -> Request,
        cancel: &AtomicBool,
        mut answer: impl FnMut(Event) -> ControlFlow<T>,
    ) -> Result<T, Error> {
        if cancel.load(Ordering::Relaxed) {
            return Err(Error::Cancelled);
        }
        let worker = self.worker()?;
        let (id, events) = worker.submit(request).map_err(ended)?;
        loop {
            if cancel.load(Ordering::Relaxed) {
                worker.cancel(id);
                return Err(Error::Cancelled);
            }
            match events.recv_timeout(CANCEL_POLL) {
                Ok(Event::Failed { kind, message, .. }) => {
                    self.state().failures = 0;
                    return Err(Error::Refused { kind, message });
                }
                Ok(event) => {
                    if let ControlFlow::Break(value) = answer(event) {
                        self.state().failures = 0;
                        return Ok(value);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    self.bury(&mut self.state());
                    return Err(match worker.phase() {
                        Phase::Ended(end) => ended(end),
                        phase => Error::WorkerEnded(format!("it closed the answer early, being {phase:?}")),
                    });
                }
            }
        }
    }

    /// The worker to ask, started if need be.
    fn worker(&self) -> Result<Arc<Worker>, Error> {
        let mut state = self.state();
        self.bury(&mut state);
        if let Some(worker) = &state.worker {
            return Ok(Arc::clone(worker));
        }
        if let Some(unavailable) = state.unavailable.clone()
            && !self.may_retry(&state)
        {
            return Err(Error::Unavailable(unavailable));
        }
        state.unavailable = None;
        state.refused = None;
        let mut command = Command::new(&self.command.program);
        command.args(&self.command.arguments).arg("--model").arg(&self.model.path);
        if let Some(sha256) = &self.model.sha256 {
            command.arg("--sha256").arg(sha256);
        }
        let size = self.stamp().map_or(0, |(size, _)| size);
        let memory = size.saturating_add(self.limits.spare_memory);
        match Worker::spawn(&mut command, self.limits.clone(), memory) {
            Ok(worker) => Ok(Arc::clone(state.worker.insert(Arc::new(worker)))),
            Err(error) => {
                let reason = format!("cannot start {}: {error}", self.command.program.display());
                // A program that cannot be started is not tried again at once, unlike a worker that ended.
                state.failures = state.failures.max(1);
                self.failed(&mut state, End { reason: reason.clone(), load_failure: None });
                let retry_at = state.unavailable.as_ref().and_then(|unavailable| unavailable.retry_at);
                Err(Error::Unavailable(Unavailable { reason, retry_at }))
            }
        }
    }

    /// Takes note of a worker that has ended.
    fn bury(&self, state: &mut State) {
        if let Some(Phase::Ended(end)) = state.worker.as_ref().map(|worker| worker.phase()) {
            state.worker = None;
            self.failed(state, end);
        }
    }

    fn failed(&self, state: &mut State, end: End) {
        state.failures += 1;
        let End { reason, load_failure } = end;
        if load_failure.is_some() {
            state.refused = Some(self.stamp());
            state.unavailable = Some(Unavailable { reason, retry_at: None });
        } else if state.failures > 1 {
            let doublings = (state.failures - 2).min(16);
            let pause = (self.limits.first_pause * 2_u32.pow(doublings)).min(self.limits.longest_pause);
            state.unavailable = Some(Unavailable { reason, retry_at: Some(Instant::now() + pause) });
        }
    }

    /// Whether it is worth starting a worker after a failure.
    fn may_retry(&self, state: &State) -> bool {
        match (&state.unavailable, &state.refused) {
            (Some(Unavailable { retry_at: Some(at), .. }), _) => Instant::now() >= *at,
            (Some(_), Some(stamp)) => *stamp != self.stamp(),
            _ => true,
        }
    }

    fn stamp(&self) -> Stamp {
        let metadata = std::fs::metadata(&self.model.path).ok()?;
        Some((metadata.len(), metadata.modified().ok()))
    }
}

impl Backend for Supervisor {
    fn complete(
        &self,
        prompt: &Prompt,
        on_text: &mut dyn FnMut(&str),
        cancel: &AtomicBool,
    ) -> Result<Finish, Error> {
        let request = |id| Request::Complete { id, prompt: prompt.clone() };
        self.ask(request, cancel, |event| match event {
            Event::Text { text, .. } => {
                on_text(&text);
                ControlFlow::Continue(())
            }
            Event::Done { finish, .. } => ControlFlow::Break(finish),
            _ => ControlFlow::Continue(()),
        })
    }

    fn identity(&self) -> String {
        match &self.model.sha256 {
            Some(sha256) => sha256.clone(),
            None => format!("{}{:?}", self.model.path.display(), self.stamp()),
        }
    }
}

fn ended(end: End) -> Error {
    match end.load_failure {
        Some(_) => Error::Unavailable(Unavailable { reason: end.reason, retry_at: None }),
        None => Error::WorkerEnded(end.reason),
    }
}

/// The lines of a text, from the first, that fit into so many bytes.
fn beginning(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let end = text.as_bytes()[..most].iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_at_the_end_of_a_line() {
        assert_eq!(beginning("ab\ncd\nef", 8), "ab\ncd\nef");
        assert_eq!(beginning("ab\ncd\nef", 7), "ab\ncd\n");
        assert_eq!(beginning("ab\ncd\nef", 5), "ab\n");
        assert_eq!(beginning("abcdef", 3), "", "a line that does not fit is not judged in part");
    }
}

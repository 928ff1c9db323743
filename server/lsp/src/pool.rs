//! Threads that compute, so that the thread that talks to the client never does. A job that panics costs its own
//! answer.

use std::any::Any;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

type Job = Box<dyn FnOnce() + Send>;

/// What a job is like, which decides who must wait for it: jobs of one lane never hold up those of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Reads a text and runs the rules over it.
    Analysis,
    /// Reads an answer off what is known: milliseconds.
    Answer,
    /// Proves fixes by trying them: as long as it takes.
    Proof,
}

/// The threads, for each lane its own. They end with the process.
#[derive(Debug)]
pub(crate) struct Pool {
    analysis: Sender<Job>,
    answer: Sender<Job>,
    proof: Sender<Job>,
}

impl Pool {
    pub(crate) fn new() -> Self {
        let processors = thread::available_parallelism().map_or(2, NonZero::get).clamp(2, 4);
        Self {
            analysis: lane("analysis", processors),
            answer: lane("answer", 2),
            proof: lane("proof", processors - 1),
        }
    }

    /// Has `job` run. What a panic says goes to the log; `job` itself tells whoever waits, by dropping its sender.
    pub(crate) fn run(&self, lane: Lane, job: impl FnOnce() + Send + 'static) {
        let sender = match lane {
            Lane::Analysis => &self.analysis,
            Lane::Answer => &self.answer,
            Lane::Proof => &self.proof,
        };
        if sender.send(Box::new(job)).is_err() {
            tracing::error!(?lane, "no worker is left");
        }
    }
}

fn lane(name: &str, threads: usize) -> Sender<Job> {
    let (sender, receiver) = mpsc::channel::<Job>();
    let receiver = Arc::new(Mutex::new(receiver));
    for _ in 0..threads {
        let receiver = Arc::clone(&receiver);
        let started = thread::Builder::new().name(name.to_owned()).spawn(move || work(&receiver));
        if let Err(error) = started {
            tracing::error!(%error, name, "cannot start a worker");
        }
    }
    sender
}

fn work(receiver: &Mutex<Receiver<Job>>) {
    loop {
        let job = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(job)) {
            tracing::error!("a job failed: {}", panic_message(panic.as_ref()));
        }
    }
}

/// What a panic says.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_panics_costs_no_worker() {
        let pool = Pool::new();
        for _ in 0..16 {
            pool.run(Lane::Answer, || panic!("on purpose"));
        }
        let (sender, receiver) = mpsc::channel();
        pool.run(Lane::Answer, move || sender.send("alive").unwrap());
        assert_eq!(receiver.recv(), Ok("alive"));
    }

    #[test]
    fn a_full_lane_holds_up_no_other() {
        let pool = Pool::new();
        let (release, parked) = mpsc::channel::<()>();
        let parked = Arc::new(Mutex::new(parked));
        for _ in 0..64 {
            let parked = Arc::clone(&parked);
            pool.run(Lane::Proof, move || {
                // Ends when the sender is dropped.
                assert!(parked.lock().unwrap().recv().is_err());
            });
        }
        let (sender, receiver) = mpsc::channel();
        pool.run(Lane::Answer, move || sender.send("through").unwrap());
        assert_eq!(receiver.recv(), Ok("through"));
        drop(release);
    }
}

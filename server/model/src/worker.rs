//! One worker process from its start to its end: four threads of this process around one child.
//!
//! The reader hands each event to the request that waits for it, the writer keeps a caller from blocking on a child that does
//! not read, a third keeps the last words on standard error, and the watchdog ends a child that hangs, does not give up what
//! was cancelled, or grows too large. Whoever waits is told of the end because its channel closes.

use std::collections::{HashMap, VecDeque};
use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::process::{self, Moment};
use crate::protocol::{self, Event, FailureKind, ModelInfo, Request, read_message, write_message};

/// What a worker may do before it is ended, and how soon it is replaced.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The longest time without a sign of life while it loads or has something to do. A busy worker gives one several times a
    /// second; one that had no processor for long is waited for.
    pub silence: Duration,
    /// The longest time from asking it to give up a request to its doing so.
    pub cancel: Duration,
    /// The most resident memory beyond the size of the model file, in bytes. Looked at on Linux only.
    pub spare_memory: u64,
    /// The pause before the second new worker without an answer in between. The first comes at once; each further pause is
    /// twice as long.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            silence: Duration::from_secs(15),
            cancel: Duration::from_secs(3),
            spare_memory: 1024 * 1024 * 1024,
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(60),
        }
    }
}

/// How far a worker has come.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Phase {
    /// From 0 to 1.
    Loading(f32),
    Ready(ModelInfo),
    Ended(End),
}

/// Why a worker ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct End {
    /// For a person.
    pub(crate) reason: String,
    /// What was wrong with the model, when the worker itself said that it cannot be loaded.
    pub(crate) load_failure: Option<FailureKind>,
}

/// A worker process. Dropping it ends the process.
#[derive(Debug)]
pub(crate) struct Worker {
    shared: Arc<Shared>,
    requests: Sender<Request>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    /// The process's number.
    process: u32,
    child: Mutex<Child>,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    last_sign: Moment,
    next_id: u64,
    pending: HashMap<u64, Pending>,
    /// The first reason that was found to end the process.
    fault: Option<End>,
}

#[derive(Debug)]
struct Pending {
    events: Sender<Event>,
    cancelled_at: Option<Moment>,
}

impl Worker {
    /// Starts the process. `memory` is the most resident memory in bytes.
    pub(crate) fn spawn(command: &mut Command, limits: Limits, memory: u64) -> io::Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // When ggml gives up, it would start a debugger on itself.
            .env("GGML_NO_BACKTRACE", "1")
            .spawn()?;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(io::Error::other("the worker's pipes are missing"));
        };
        let process = child.id();
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                phase: Phase::Loading(0.0),
                last_sign: Moment::now(process),
                next_id: 0,
                pending: HashMap::new(),
                fault: None,
            }),
            changed: Condvar::new(),
            process,
            child: Mutex::new(child),
        });
        let (requests, to_write) = mpsc::channel();
        let worker = Self { shared: Arc::clone(&shared), requests };
        let last_words = listen(stderr)?;
        let reader = Arc::clone(&shared);
        named("model-reader", move || reader.read(stdout, &last_words))?;
        named("model-writer", move || write(stdin, &to_write))?;
        named("model-watchdog", move || shared.watch(&limits, memory))?;
        Ok(worker)
    }

    /// How far it has come.
    pub(crate) fn phase(&self) -> Phase {
        self.shared.state().phase.clone()
    }

    /// Hands over a request; its events come through the channel, which closes after the last or when the worker ends.
    pub(crate) fn submit(&self, request: impl FnOnce(u64) -> Request) -> Result<(u64, Receiver<Event>), End> {
        let (sender, receiver) = mpsc::channel();
        let mut state = self.shared.state();
        if let Phase::Ended(end) = &state.phase {
            return Err(end.clone());
        }
        if state.pending.is_empty() {
            // It had nothing to say until now.
            state.last_sign = Moment::now(self.shared.process);
        }
        state.next_id += 1;
        let id = state.next_id;
        state.pending.insert(id, Pending { events: sender, cancelled_at: None });
        // The writer is gone only when the process is, and then the reader closes the channel.
        let _ = self.requests.send(request(id));
        self.shared.changed.notify_all();
        Ok((id, receiver))
    }

    /// Asks it to give up a request. The watchdog sees to it that it does.
    pub(crate) fn cancel(&self, id: u64) {
        let mut state = self.shared.state();
        if let Some(pending) = state.pending.get_mut(&id) {
            pending.cancelled_at.get_or_insert_with(|| Moment::now(self.shared.process));
            // As in `submit`.
            let _ = self.requests.send(Request::Cancel { id });
            self.shared.changed.notify_all();
        }
    }

    /// Ends the process.
    pub(crate) fn kill(&self, reason: &str) {
        self.shared.end(reason.to_owned());
    }

    /// The process's number.
    pub(crate) fn process(&self) -> u32 {
        self.shared.process
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill("it is not needed any more");
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the process; the reader notices and does the rest.
    fn end(&self, reason: String) {
        self.state().fault.get_or_insert(End { reason, load_failure: None });
        // It can only fail because the process has ended already.
        let _ = self.child.lock().unwrap_or_else(PoisonError::into_inner).kill();
    }

    /// The reader thread: from the first event to the end of the process.
    fn read(&self, stdout: ChildStdout, last_words: &Receiver<String>) {
        let mut stdout = BufReader::new(stdout);
        loop {
            match read_message(&mut stdout) {
                Ok(Some(event)) => self.heard(event),
                Ok(None) => break,
                Err(error) => {
                    self.end(format!("it did not keep to the protocol: {error}"));
                    break;
                }
            }
        }
        let status = {
            let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
            // A process that only closed its output would never be seen again. One that has ended keeps its status.
            let _ = child.kill();
            child.wait()
        };
        let mut state = self.state();
        let end = state.fault.take().unwrap_or_else(|| {
            let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
            // The pipe closes with the process, unless a child of the child holds it open.
            let reason = match last_words.recv_timeout(Duration::from_secs(1)) {
                Ok(words) if !words.is_empty() => format!("{status}: {words}"),
                _ => status,
            };
            End { reason, load_failure: None }
        });
        state.phase = Phase::Ended(end);
        state.pending.clear();
        self.changed.notify_all();
    }

    fn heard(&self, event: Event) {
        let mut state = self.state();
        state.last_sign = Moment::now(self.process);
        let (id, last) = match &event {
            Event::Hello { version } => {
                if *version != protocol::VERSION {
                    let reason =
                        format!("it speaks version {version} of the protocol, not {}", protocol::VERSION);
                    drop(state);
                    self.end(reason);
                }
                return;
            }
            Event::Loading { fraction } => {
                state.phase = Phase::Loading(*fraction);
                return;
            }
            Event::Ready { model } => {
                state.phase = Phase::Ready(model.clone());
                self.changed.notify_all();
                return;
            }
            Event::LoadFailed { kind, message } => {
                state.fault.get_or_insert(End { reason: message.clone(), load_failure: Some(*kind) });
                return;
            }
            Event::Progress { id, .. }
            | Event::Text { id, .. }
            | Event::States { id, is_last: false, .. } => (*id, false),
            Event::Tags { id, .. }
            | Event::Weights { id, .. }
            | Event::States { id, .. }
            | Event::Done { id, .. }
            | Event::Cancelled { id }
            | Event::Failed { id, .. } => (*id, true),
        };
        let waiting = if last {
            state.pending.remove(&id).map(|pending| pending.events)
        } else {
            state.pending.get(&id).map(|pending| pending.events.clone())
        };
        if let Some(waiting) = waiting {
            // Who gave up the request does not listen any more.
            let _ = waiting.send(event);
        }
    }

    /// The watchdog thread. It sleeps while the worker has nothing to do.
    fn watch(&self, limits: &Limits, memory: u64) {
        let process = self.process;
        let pause = (limits.silence.min(limits.cancel) / 8)
            .clamp(Duration::from_millis(5), Duration::from_millis(250));
        let mut state = self.state();
        while !matches!(state.phase, Phase::Ended(_)) {
            let idle = state.pending.is_empty() && matches!(state.phase, Phase::Ready(_));
            state = if idle || state.fault.is_some() {
                self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
            } else if let Some(reason) =
                state.fault_of(limits, process).or_else(|| too_large(process, memory))
            {
                drop(state);
                self.end(reason);
                self.state()
            } else {
                self.changed.wait_timeout(state, pause).unwrap_or_else(PoisonError::into_inner).0
            };
        }
    }
}

impl State {
    fn fault_of(&self, limits: &Limits, process: u32) -> Option<String> {
        let too_late = |since: &Moment| since.is_longer_ago_than(limits.cancel, process);
        if self.last_sign.is_longer_ago_than(limits.silence, process) {
            Some(format!("it gave no sign of life for {:?}", limits.silence))
        } else if self.pending.values().filter_map(|pending| pending.cancelled_at.as_ref()).any(too_late) {
            Some(format!("it did not give up a cancelled request within {:?}", limits.cancel))
        } else {
            None
        }
    }
}

/// Whether the process is larger than it may be.
fn too_large(process: u32, most: u64) -> Option<String> {
    let resident = process::resident(process)?;
    let mebibytes = |bytes: u64| bytes / (1024 * 1024);
    (resident > most).then(|| {
        format!(
            "it used {} MiB of memory, more than the {} MiB allowed",
            mebibytes(resident),
            mebibytes(most)
        )
    })
}

/// The writer thread: until the worker is dropped or its process is gone.
fn write(mut stdin: ChildStdin, requests: &Receiver<Request>) {
    for request in requests {
        if write_message(&mut stdin, &request).is_err() {
            // The process is gone, which the reader notices too.
            return;
        }
    }
}

/// Keeps the last lines of standard error, so that the process's pipe never fills, and sends them when it closes.
fn listen(stderr: ChildStderr) -> io::Result<Receiver<String>> {
    const LINES: usize = 5;
    let (sender, receiver) = mpsc::channel();
    named("model-errors", move || {
        let mut last = VecDeque::with_capacity(LINES);
        let mut stderr = BufReader::new(stderr);
        let mut line = Vec::new();
        // A line without an end must not fill the memory of this process.
        while stderr.by_ref().take(4096).read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            if last.len() == LINES {
                last.pop_front();
            }
            last.push_back(String::from_utf8_lossy(&line).trim_end().to_owned());
            line.clear();
        }
        // Nobody listens any more when the worker was ended for another reason.
        let _ = sender.send(Vec::from(last).join(" / "));
    })?;
    Ok(receiver)
}

fn named(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(work).map(drop)
}

//! The worker process: one thread reads requests, this one owns the model and answers them one after the other.

use std::collections::HashSet;
use std::io::{self, BufRead, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use leastwise_model::protocol::{self, Event, FailureKind, Probe, Request, read_message, write_message};

use crate::completer::Completer;
use crate::failure::{Failure, Stop};
use crate::load::{Loaded, Options, load};
use crate::tagger::Tagger;

/// Loads the model and answers requests until the input ends. That the model cannot be loaded, or a request not be answered,
/// is told as an event; it is no error of this function.
///
/// # Errors
///
/// When the output is closed, or the input is not the protocol.
pub fn serve(
    input: impl BufRead + Send + 'static,
    output: impl Write + Send + 'static,
    options: &Options,
) -> io::Result<()> {
    let output = Output { output: Arc::new(Mutex::new(output)) };
    output.say(&Event::Hello { version: protocol::VERSION })?;
    let progress = output.clone();
    let on_progress = move |fraction| progress.say(&Event::Loading { fraction });
    let loaded = match load(options, on_progress) {
        Ok(loaded) => loaded,
        Err(Failure { kind, message }) => return output.say(&Event::LoadFailed { kind, message }),
    };
    output.say(&Event::Ready { model: loaded.info.clone() })?;

    let wishes = Arc::new(Wishes::default());
    let (sender, requests) = mpsc::channel();
    let reader_wishes = Arc::clone(&wishes);
    thread::Builder::new()
        .name("model-requests".to_owned())
        .spawn(move || read_requests(input, &sender, &reader_wishes))?;
    Session { loaded: &loaded, threads: options.threads, wishes, output, tagger: None, completer: None }
        .run(&requests)
}

/// The output, shared with the callback that tells the progress of loading.
struct Output<W> {
    output: Arc<Mutex<W>>,
}

impl<W> Clone for Output<W> {
    fn clone(&self) -> Self {
        Self { output: Arc::clone(&self.output) }
    }
}

impl<W: Write> Output<W> {
    fn say(&self, event: &Event) -> io::Result<()> {
        write_message(&mut *self.output.lock().unwrap_or_else(PoisonError::into_inner), event)
    }
}

/// What the requesting side wants, as of now.
#[derive(Default)]
struct Wishes {
    /// Whether what is being computed is not wanted any more. Looked at between batches and tokens.
    give_up: AtomicBool,
    /// The request that is being answered; 0 for none.
    current: AtomicU64,
    cancelled: Mutex<HashSet<u64>>,
    closed: AtomicBool,
}

impl Wishes {
    fn cancelled(&self) -> MutexGuard<'_, HashSet<u64>> {
        self.cancelled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cancel(&self, id: u64) {
        let mut cancelled = self.cancelled();
        cancelled.insert(id);
        if self.current.load(Ordering::Relaxed) == id {
            self.give_up.store(true, Ordering::Relaxed);
        }
    }

    fn close(&self) {
        let _order = self.cancelled();
        self.closed.store(true, Ordering::Relaxed);
        self.give_up.store(true, Ordering::Relaxed);
    }

    fn begin(&self, id: u64) {
        let cancelled = self.cancelled();
        self.current.store(id, Ordering::Relaxed);
        let give_up = cancelled.contains(&id) || self.closed.load(Ordering::Relaxed);
        self.give_up.store(give_up, Ordering::Relaxed);
    }

    fn end(&self, id: u64) {
        let mut cancelled = self.cancelled();
        self.current.store(0, Ordering::Relaxed);
        // Requests are answered in the order of their numbers.
        cancelled.retain(|&later| later > id);
    }
}

fn read_requests(mut input: impl BufRead, sender: &Sender<io::Result<Request>>, wishes: &Wishes) {
    loop {
        let message = match read_message(&mut input) {
            Ok(Some(Request::Cancel { id })) => {
                wishes.cancel(id);
                continue;
            }
            Ok(Some(request)) => Ok(request),
            Ok(None) => break,
            Err(error) => Err(error),
        };
        let broken = message.is_err();
        if sender.send(message).is_err() || broken {
            break;
        }
    }
    wishes.close();
}

struct Session<'model, W> {
    loaded: &'model Loaded,
    threads: u32,
    wishes: Arc<Wishes>,
    output: Output<W>,
    /// Made when they are first needed: each has a context of its own.
    tagger: Option<Tagger<'model>>,
    completer: Option<Completer<'model>>,
}

impl<W: Write> Session<'_, W> {
    fn run(mut self, requests: &Receiver<io::Result<Request>>) -> io::Result<()> {
        for request in requests {
            let (id, answer) = match request? {
                Request::Tag { id, document, text, probes, least } => {
                    self.wishes.begin(id);
                    (id, self.tag(id, (&document, &text), (&probes, least)))
                }
                Request::Weigh { id, text, label, line } => {
                    self.wishes.begin(id);
                    (id, self.weigh(id, &text, (&label, line)))
                }
                Request::States { id, text } => {
                    self.wishes.begin(id);
                    (id, self.states(id, &text))
                }
                Request::Complete { id, prompt } => {
                    self.wishes.begin(id);
                    (id, self.complete(id, &prompt))
                }
                // The reading thread has seen to it.
                Request::Cancel { .. } => continue,
            };
            self.wishes.end(id);
            self.output.say(&match answer {
                Ok(event) => event,
                Err(Stop::Cancelled) => Event::Cancelled { id },
                Err(Stop::Failed(Failure { kind, message })) => Event::Failed { id, kind, message },
            })?;
        }
        Ok(())
    }

    fn tag(
        &mut self,
        id: u64,
        (document, text): (&str, &str),
        wanted: (&[Probe], Option<f32>),
    ) -> Result<Event, Stop> {
        let Self { loaded, threads, tagger, output, wishes, .. } = self;
        let tagger = ready(tagger, loaded, *threads)?;
        let mut on_progress = |done, total| tell(output, wishes, &progress(id, done, total));
        let tags = tagger.tag(document, text, wanted, &mut on_progress, &wishes.give_up)?;
        Ok(Event::Tags { id, tags })
    }

    fn weigh(&mut self, id: u64, text: &str, question: (&str, u32)) -> Result<Event, Stop> {
        let Self { loaded, threads, tagger, output, wishes, .. } = self;
        let tagger = ready(tagger, loaded, *threads)?;
        let mut on_progress = |done, total| tell(output, wishes, &progress(id, done, total));
        let weights = tagger.weigh(text, question, &mut on_progress, &wishes.give_up)?;
        Ok(Event::Weights { id, weights })
    }

    fn states(&mut self, id: u64, text: &str) -> Result<Event, Stop> {
        let Self { loaded, threads, tagger, output, wishes, .. } = self;
        let tagger = ready(tagger, loaded, *threads)?;
        let mut on_states = |states| tell(output, wishes, &Event::States { id, states, is_last: false });
        tagger.states(text, &mut on_states, &wishes.give_up)?;
        Ok(Event::States { id, states: Vec::new(), is_last: true })
    }

    fn complete(&mut self, id: u64, prompt: &protocol::Prompt) -> Result<Event, Stop> {
        let completer = match &mut self.completer {
            Some(completer) => completer,
            empty => empty.insert(Completer::new(self.loaded, self.threads)?),
        };
        let (output, wishes) = (&self.output, &self.wishes);
        let mut on_progress = |done, total| tell(output, wishes, &progress(id, done, total));
        let mut on_text = |text: &str| tell(output, wishes, &Event::Text { id, text: text.to_owned() });
        let (finish, usage) = completer.complete(prompt, &mut on_progress, &mut on_text, &wishes.give_up)?;
        Ok(Event::Done { id, finish, usage })
    }
}

/// The tagger, made when it is first needed.
fn ready<'tagger, 'model>(
    tagger: &'tagger mut Option<Tagger<'model>>,
    loaded: &'model Loaded,
    threads: u32,
) -> Result<&'tagger mut Tagger<'model>, Failure> {
    let Some(labels) = &loaded.labels else {
        return Err(Failure::new(FailureKind::NoLabels, "this model was not trained to tag lines"));
    };
    match tagger {
        Some(tagger) => Ok(tagger),
        empty => Ok(empty.insert(Tagger::new(loaded, labels, threads)?)),
    }
}

fn progress(id: u64, done: usize, total: usize) -> Event {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Event::Progress { id, done: number(done), total: number(total) }
}

/// Says something in the middle of a computation. Nobody listens where the output is closed: then the computation is given up,
/// and the answer's own event meets the same error.
fn tell<W: Write>(output: &Output<W>, wishes: &Wishes, event: &Event) {
    if output.say(event).is_err() {
        wishes.close();
    }
}

//! The model: asked aside, never waited for. What it says is a candidate, and shown as the model's.
//!
//! One thread asks, the newest question first. An explanation is kept, so that the next hover shows it; what the
//! model sees in a text comes after what the rules found there.

use crate::event::{Event, Events};
use crate::outbox::{Outbox, Outgoing};
use crate::pool::panic_message;
use crate::revision::Revision;
use crate::settings::ModelChoice;
use leastwise_analysis::{Sighting, sightings};
use leastwise_model::protocol::FailureKind;
use leastwise_model::{
    Backend, Error, ExplainRequest, Explainer, Explanation, Limits, ModelFile, OpenAi, OpenAiSettings,
    Supervisor, WorkerCommand, location,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;
use tower_lsp::lsp_types::{MessageType, Url};

/// A model that can be asked.
pub(crate) struct Model {
    explainer: Explainer,
    /// The local model; one behind an address sees nothing, it only explains.
    local: Option<Arc<Supervisor>>,
    queue: Mutex<Queue>,
    asked: Condvar,
}

/// What is to be asked.
#[derive(Default)]
struct Queue {
    explain: Option<Arc<ExplainRequest>>,
    /// What was last asked in vain, and why.
    failed: Option<(Arc<ExplainRequest>, String)>,
    look: Vec<Arc<Revision>>,
    /// What is being asked, and how to give it up.
    running: Option<(Question, Arc<AtomicBool>)>,
    /// The model has no labels, so there is no use in showing it texts.
    is_blind: bool,
    /// Nobody will ask any more.
    is_closed: bool,
}

#[derive(Clone)]
enum Question {
    Explain(Arc<ExplainRequest>),
    Look(Arc<Revision>),
}

impl Question {
    fn is_about(&self, uri: &Url) -> bool {
        matches!(self, Self::Look(revision) if revision.uri == *uri)
    }
}

impl Model {
    /// The model of the user's choice, ready to be asked, in a thread of its own; nothing is loaded before that.
    ///
    /// # Errors
    /// Why there is none, for the user.
    pub(crate) fn open(
        choice: &ModelChoice,
        worker: Option<&Path>,
        events: &Events,
        outbox: &Outbox,
        shows_progress: bool,
    ) -> Result<Option<Arc<Self>>, String> {
        let (backend, local): (Arc<dyn Backend>, _) = match choice {
            ModelChoice::Off => return Ok(None),
            ModelChoice::Server { address, name, key } => {
                let settings = OpenAiSettings::new(address.as_str(), name.as_str(), key.clone());
                (Arc::new(OpenAi::new(settings)), None)
            }
            ModelChoice::Default | ModelChoice::File(_) => {
                let local = Arc::new(local(choice, worker)?);
                (Arc::clone(&local) as _, Some(local))
            }
        };
        let model = Arc::new(Self {
            explainer: Explainer::new(backend),
            local,
            queue: Mutex::default(),
            asked: Condvar::new(),
        });
        let asking = Asking {
            model: Arc::clone(&model),
            events: events.clone(),
            outbox: outbox.clone(),
            shows_progress,
            told: Vec::new(),
        };
        let thread = std::thread::Builder::new().name("model".to_owned()).spawn(move || asking.run());
        thread.map_err(|error| format!("the model's thread cannot start: {error}"))?;
        Ok(Some(model))
    }

    /// What the model has said of a finding, if it has been asked before.
    pub(crate) fn known(&self, request: &ExplainRequest) -> Option<Explanation> {
        self.explainer.known(request)
    }

    /// Why it could not explain a finding, if that was the last it was asked.
    pub(crate) fn failure(&self, request: &ExplainRequest) -> Option<String> {
        let queue = self.queue();
        let (_, reason) = queue.failed.as_ref().filter(|(failed, _)| **failed == *request)?;
        Some(reason.clone())
    }

    /// Asks for an explanation. Another explanation under way is given up: the user has moved on.
    pub(crate) fn explain(&self, request: ExplainRequest) {
        let mut queue = self.queue();
        if let Some((Question::Explain(running), cancel)) = &queue.running {
            if **running == request {
                return;
            }
            cancel.store(true, Ordering::Relaxed);
        }
        queue.explain = Some(Arc::new(request));
        self.asked.notify_one();
    }

    /// Shows it a text. An earlier text of the same document is given up.
    pub(crate) fn look(&self, revision: &Arc<Revision>) {
        let mut queue = self.queue();
        if self.local.is_none() || queue.is_blind {
            return;
        }
        if let Some((running, cancel)) = &queue.running
            && running.is_about(&revision.uri)
        {
            cancel.store(true, Ordering::Relaxed);
        }
        queue.look.retain(|waiting| waiting.uri != revision.uri);
        queue.look.push(Arc::clone(revision));
        self.asked.notify_one();
    }

    /// Ends the thread, and with it, once nobody holds the model any more, its process.
    pub(crate) fn close(&self) {
        let mut queue = self.queue();
        queue.is_closed = true;
        if let Some((_, cancel)) = &queue.running {
            cancel.store(true, Ordering::Relaxed);
        }
        self.asked.notify_one();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next question; `None` when there will be none.
    fn next(&self) -> Option<(Question, Arc<AtomicBool>)> {
        let mut queue = self.queue();
        queue.running = None;
        loop {
            if queue.is_closed {
                return None;
            }
            let explain = queue.explain.take().map(Question::Explain);
            if let Some(question) = explain.or_else(|| queue.look.pop().map(Question::Look)) {
                let running = (question, Arc::default());
                queue.running = Some(running.clone());
                return Some(running);
            }
            queue = self.asked.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn local(choice: &ModelChoice, worker: Option<&Path>) -> Result<Supervisor, String> {
    let file = match choice {
        ModelChoice::File(path) => ModelFile { path: path.clone(), sha256: None },
        _ => location::explainer()
            .ok_or("there is no model on this machine; `leastwise model pull` fetches one")?,
    };
    if !file.path.is_file() {
        return Err(format!("{}: no such model file", file.path.display()));
    }
    let program = worker.ok_or("this leastwise was built without the local model")?.to_owned();
    let command = WorkerCommand { program, arguments: vec!["model-worker".into()] };
    Ok(Supervisor::new(command, file, Limits::default()))
}

/// The thread that asks.
struct Asking {
    model: Arc<Model>,
    events: Events,
    outbox: Outbox,
    shows_progress: bool,
    /// What the user has been told already.
    told: Vec<String>,
}

impl Asking {
    fn run(mut self) {
        while let Some((question, cancel)) = self.model.next() {
            let asked = catch_unwind(AssertUnwindSafe(|| match &question {
                Question::Explain(request) => self.explain(request, &cancel),
                Question::Look(revision) => self.look(revision, &cancel),
            }));
            match asked {
                Ok(Ok(()) | Err(Error::Cancelled)) => {}
                Ok(Err(Error::Refused { kind: FailureKind::NoLabels, .. })) => {
                    self.model.queue().is_blind = true;
                }
                Ok(Err(error)) => self.tell(error.to_string()),
                Err(panic) => tracing::error!("asking the model failed: {}", panic_message(panic.as_ref())),
            }
        }
    }

    fn explain(&self, request: &Arc<ExplainRequest>, cancel: &AtomicBool) -> Result<(), Error> {
        let (ended, watched) = oneshot::channel();
        if self.shows_progress {
            self.say(Outgoing::Progress("Leastwise: the model explains", watched));
        }
        let explained = self.model.explainer.explain(request, &mut |_| {}, cancel);
        let words = match &explained {
            Ok(explanation) if explanation.text.is_empty() => "it had nothing to add".to_owned(),
            Ok(_) => format!("{}: the next hover shows it", request.rule.id),
            Err(error) => error.to_string(),
        };
        let failure = explained.as_ref().err().filter(|error| **error != Error::Cancelled);
        self.model.queue().failed = failure.map(|error| (Arc::clone(request), error.to_string()));
        // Nobody watches the progress of a client that shows none.
        let _unwatched = ended.send(words);
        explained.map(drop)
    }

    fn look(&self, revision: &Arc<Revision>, cancel: &AtomicBool) -> Result<(), Error> {
        let (Some(local), Some(file)) = (&self.model.local, revision.judged()) else { return Ok(()) };
        if !file.is_kubernetes() {
            return Ok(());
        }
        let mut seen: Vec<Sighting> = Vec::new();
        for (index, placed) in file.stream().documents().iter().enumerate() {
            let name = format!("{}#{index}", revision.uri);
            let tags = local.tag(&name, placed.document.source(), &[], None, cancel)?;
            seen.extend(sightings(file, index, &tags.tags));
        }
        revision.see(seen);
        self.events.send(Event::Seen(Arc::clone(revision)));
        Ok(())
    }

    /// Tells the user once. The rules go on without the model.
    fn tell(&mut self, error: String) {
        tracing::warn!("{error}");
        if !self.told.contains(&error) {
            self.say(Outgoing::Message(MessageType::WARNING, error.clone()));
            self.told.push(error);
        }
    }

    fn say(&self, outgoing: Outgoing) {
        // Without an outbox the connection is gone, and with it whoever could listen.
        let _ending = self.outbox.send(outgoing);
    }
}

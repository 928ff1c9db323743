//! The model: asked aside, never waited for. What it says is a candidate, and shown as the model's.
//!
//! One thread asks, the newest question first. An explanation is kept, so that the next hover shows it, and so are the
//! lines that weighed; what the model sees in a text comes after what the rules found there. Two models may be at work:
//! the detector, which sees, and the explainer, which talks and is not started before it is asked.

use crate::convert;
use crate::outbox::{Outbox, Outgoing};
use crate::pool::panic_message;
use crate::revision::Revision;
use crate::settings::{ModelChoice, ModelSettings};
use crate::tell::Tell;
use answers::Answers;
use disagreements::DisagreementLog;
use leastwise_analysis::{File, Sighting, TaughtLabels, sightings};
use leastwise_model::protocol::{FailureKind, Weight};
use leastwise_model::{
    Backend, Error, ExplainRequest, Explainer, Explanation, Limits, ModelFile, OpenAi, OpenAiSettings,
    Supervisor, WorkerCommand, location,
};
use leastwise_text::{TextRange, TextSize};
use leastwise_yaml::Document;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;
use tower_lsp::lsp_types::{MessageType, Url};

mod answers;
mod disagreements;

/// For how many sightings it is kept which lines weighed.
const KEPT_WEIGHTS: usize = 64;

/// Models that can be asked.
pub(crate) struct Model {
    /// Talks about findings.
    explainer: Option<Explainer>,
    /// Sees what rules cannot: a local model always.
    detector: Option<Arc<Supervisor>>,
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
    weigh: Option<Weighing>,
    /// Which lines weighed, or why nobody can tell, the newest last.
    weighed: VecDeque<(Weighing, Result<Vec<Weight>, String>)>,
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
    Weigh(Weighing),
}

/// A sighting whose weighty lines are asked for.
#[derive(Clone)]
struct Weighing {
    document: Arc<Document>,
    label: String,
    line: u32,
}

impl Weighing {
    fn of(file: &File, sighting: &Sighting) -> Option<Self> {
        let document = Arc::clone(&file.stream().documents().get(sighting.document)?.document);
        Some(Self { document, label: sighting.label.clone(), line: sighting.line })
    }

    /// Whether it is the same question. A document that has not changed is the same, wherever it lies now.
    fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.document, &other.document) && (&self.label, self.line) == (&other.label, other.line)
    }
}

impl Question {
    fn is_about(&self, uri: &Url) -> bool {
        matches!(self, Self::Look(revision) if revision.uri == *uri)
    }
}

impl Model {
    /// The models of the user's choice, ready to be asked, in a thread of their own; nothing is loaded before that.
    ///
    /// # Errors
    /// Why there is none, for the user.
    pub(crate) fn open(
        settings: &ModelSettings,
        worker: Option<&Path>,
        seen: Tell<Arc<Revision>>,
        outbox: &Outbox,
        shows_progress: bool,
    ) -> Result<Option<Arc<Self>>, String> {
        let Chosen { detector, explainer } = choose(&settings.choice, worker)?;
        if detector.is_none() && explainer.is_none() {
            return Ok(None);
        }
        let model = Arc::new(Self {
            explainer: explainer.map(Explainer::new),
            detector,
            queue: Mutex::default(),
            asked: Condvar::new(),
        });
        let asking = Asking {
            model: Arc::clone(&model),
            seen,
            outbox: outbox.clone(),
            shows_progress,
            answers: Answers::default(),
            digest: None,
            disagreements: settings.log_disagreements.clone().map(DisagreementLog::new),
            told: Vec::new(),
        };
        let thread = std::thread::Builder::new().name("model".to_owned()).spawn(move || asking.run());
        thread.map_err(|error| format!("the model's thread cannot start: {error}"))?;
        Ok(Some(model))
    }

    /// Whether there is a model that talks about findings.
    pub(crate) fn explains(&self) -> bool {
        self.explainer.is_some()
    }

    /// What the model has said of a finding, if it has been asked before.
    pub(crate) fn known(&self, request: &ExplainRequest) -> Option<Explanation> {
        self.explainer.as_ref()?.known(request)
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

    /// Which lines weighed in what it saw, if it has been asked before, or why it could not tell.
    pub(crate) fn weights(&self, file: &File, sighting: &Sighting) -> Option<Result<Vec<Weight>, String>> {
        let wanted = Weighing::of(file, sighting)?;
        let queue = self.queue();
        let (_, answer) = queue.weighed.iter().find(|(known, _)| known.is_same(&wanted))?;
        Some(answer.clone())
    }

    /// Asks which lines weighed.
    pub(crate) fn weigh(&self, file: &File, sighting: &Sighting) {
        let Some(wanted) = Weighing::of(file, sighting) else { return };
        let mut queue = self.queue();
        if !matches!(&queue.running, Some((Question::Weigh(running), _)) if running.is_same(&wanted)) {
            queue.weigh = Some(wanted);
            self.asked.notify_one();
        }
    }

    /// Shows it a text. An earlier text of the same document is given up.
    pub(crate) fn look(&self, revision: &Arc<Revision>) {
        let mut queue = self.queue();
        if self.detector.is_none() || queue.is_blind {
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
            // Somebody waits with the pointer on it; texts can wait.
            let asked = queue.weigh.take().map(Question::Weigh);
            let asked = asked.or_else(|| queue.explain.take().map(Question::Explain));
            if let Some(question) = asked.or_else(|| queue.look.pop().map(Question::Look)) {
                let running = (question, Arc::default());
                queue.running = Some(running.clone());
                return Some(running);
            }
            queue = self.asked.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The models that are to be asked.
struct Chosen {
    detector: Option<Arc<Supervisor>>,
    explainer: Option<Arc<dyn Backend>>,
}

fn choose(choice: &ModelChoice, worker: Option<&Path>) -> Result<Chosen, String> {
    // Where nobody has asked for it, its absence is no news.
    let detector_if_there =
        || location::detector().filter(|file| file.path.is_file()).and_then(|file| local(file, worker).ok());
    Ok(match choice {
        ModelChoice::Off => Chosen { detector: None, explainer: None },
        ModelChoice::IfThere => Chosen { detector: detector_if_there(), explainer: None },
        ModelChoice::Server { address, name, key } => {
            let settings = OpenAiSettings::new(address.as_str(), name.as_str(), key.clone());
            Chosen { detector: detector_if_there(), explainer: Some(Arc::new(OpenAi::new(settings))) }
        }
        ModelChoice::File(path) => {
            let both = local(ModelFile { path: path.clone(), sha256: None }, worker)?;
            Chosen { detector: Some(Arc::clone(&both)), explainer: Some(both) }
        }
        ModelChoice::Default => match (location::detector(), location::explainer()) {
            (None, None) => {
                return Err(
                    "there is no model on this machine; `leastwise model pull` fetches one".to_owned()
                );
            }
            (Some(detector), Some(explainer)) if detector == explainer => {
                let both = local(detector, worker)?;
                Chosen { detector: Some(Arc::clone(&both)), explainer: Some(both) }
            }
            (detector, explainer) => Chosen {
                detector: detector.map(|file| local(file, worker)).transpose()?,
                explainer: explainer.map(|file| local(file, worker)).transpose()?.map(|local| local as _),
            },
        },
    })
}

fn local(file: ModelFile, worker: Option<&Path>) -> Result<Arc<Supervisor>, String> {
    if !file.path.is_file() {
        return Err(format!("{}: no such model file", file.path.display()));
    }
    let program = worker.ok_or("this leastwise was built without the local model")?.to_owned();
    let command = WorkerCommand { program, arguments: vec!["model-worker".into()] };
    Ok(Arc::new(Supervisor::new(command, file, Limits::default())))
}

/// The thread that asks.
struct Asking {
    model: Arc<Model>,
    /// Is told of each text that was looked at.
    seen: Tell<Arc<Revision>>,
    outbox: Outbox,
    shows_progress: bool,
    /// What the detector has said, of documents that may not have changed when they are looked at again.
    answers: Answers,
    disagreements: Option<DisagreementLog>,
    /// The SHA-256 of the detector's file, where somebody has asked for it.
    digest: Option<String>,
    /// What the user has been told already.
    told: Vec<String>,
}

impl Asking {
    fn run(mut self) {
        while let Some((question, cancel)) = self.model.next() {
            let asked = catch_unwind(AssertUnwindSafe(|| match &question {
                Question::Explain(request) => self.explain(request, &cancel),
                Question::Look(revision) => self.look(revision, &cancel),
                Question::Weigh(weighing) => self.weigh(weighing, &cancel),
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
        let Some(explainer) = &self.model.explainer else { return Ok(()) };
        let (ended, watched) = oneshot::channel();
        if self.shows_progress {
            self.say(Outgoing::Progress("Leastwise: the model explains", watched));
        }
        let explained = explainer.explain(request, &mut |_| {}, cancel);
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

    fn look(&mut self, revision: &Arc<Revision>, cancel: &AtomicBool) -> Result<(), Error> {
        let detector = self.model.detector.as_ref();
        let (Some(detector), Some(file)) = (detector.map(Arc::clone), revision.judged()) else {
            return Ok(());
        };
        if !file.is_kubernetes() {
            return Ok(());
        }
        let taught = self.taught(&detector, &revision.uri);
        let documents = file.stream().documents();
        let known = self.answers.of(&revision.uri, &taught);
        // What was written last is looked at first: should the next edit come meanwhile, the most is known by then.
        let written = revision.written().map_or_else(TextSize::default, TextRange::start);
        let mut order: Vec<_> = documents.iter().enumerate().collect();
        order.sort_by_key(|(_, placed)| u32::from(placed.offset).abs_diff(written.into()));
        for (index, placed) in order {
            if known.tags(&placed.document).is_some() {
                continue;
            }
            let name = format!("{}#{index}", revision.uri);
            let text = placed.document.source();
            let tags = taught.settle(text, detector.tag(&name, text, &taught.probes(), None, cancel)?);
            if let Some(log) = &mut self.disagreements {
                log.write(&detector, &name, file, index, &tags, cancel)?;
            }
            known.keep(&placed.document, tags);
        }
        known.retain(documents);
        let mut seen: Vec<Sighting> = Vec::new();
        for (index, placed) in documents.iter().enumerate() {
            let tags = known.tags(&placed.document).map(|tags| tags.tags.as_slice());
            seen.extend(sightings(file, index, tags.unwrap_or_default()));
        }
        taught.put_words(&mut seen);
        revision.see(seen);
        self.seen.tell(Arc::clone(revision));
        Ok(())
    }

    /// The labels that were taught near a text, read anew each time: they are few and small, and may have changed.
    fn taught(&mut self, detector: &Supervisor, uri: &Url) -> TaughtLabels {
        let taught = convert::path(uri).map(|path| TaughtLabels::near(&path)).unwrap_or_default();
        if taught.is_empty() {
            return taught;
        }
        if self.digest.is_none() {
            match detector.model().digest() {
                Ok(digest) => self.digest = Some(digest),
                Err(error) => self.tell(error.to_string()),
            }
        }
        let taught = taught.on(self.digest.as_deref().unwrap_or_default());
        taught.errors.iter().for_each(|error| self.tell(error.to_string()));
        taught
    }

    fn weigh(&self, weighing: &Weighing, cancel: &AtomicBool) -> Result<(), Error> {
        let Some(detector) = &self.model.detector else { return Ok(()) };
        let Weighing { document, label, line } = weighing;
        let answer = detector.weigh(document.source(), label, *line, cancel);
        let mut queue = self.model.queue();
        queue.weighed.retain(|(known, _)| !known.is_same(weighing));
        if queue.weighed.len() >= KEPT_WEIGHTS {
            queue.weighed.pop_front();
        }
        queue.weighed.push_back((weighing.clone(), answer.map_err(|error| error.to_string())));
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

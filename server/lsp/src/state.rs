//! The one owner of all state: open documents, their texts, configuration and the workspace's objects.
//!
//! Everything that happens comes through one queue, so that nothing is ever seen out of order, and every request is
//! answered for the text as it was when it was asked. The actor itself computes nothing that takes time.

use crate::Options;
use crate::client::Features;
use crate::composing::Composing;
use crate::convert::{self, Text};
use crate::diagnostics::diagnostics;
use crate::event::{Event, Events, Judged, Question};
use crate::evidence::{EvidenceStatus, Evidences};
use crate::index;
use crate::model::Model;
use crate::outbox::{Outbox, Outgoing};
use crate::pool::{Lane, Pool, panic_message};
use crate::revision::{Edited, Revision};
use crate::settings::{Configurations, EditorSettings, ModelChoice, ModelSettings};
use crate::view::View;
use leastwise_analysis::configuration::{ConfigurationError, FILE_NAME};
use leastwise_analysis::{Environment, File, know_taught_names_near, today};
use leastwise_manifest::{Declarations, Workspace};
use leastwise_text::Buffer;
use leastwise_yaml::Stream;
use serde_json::Value;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;
use tower_lsp::lsp_types::{
    Diagnostic, DidChangeTextDocumentParams, FileChangeType, FileEvent, MessageType, TextDocumentItem, Url,
    WorkspaceFoldersChangeEvent,
};

/// How often to look at configuration files that nobody watches.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The state and what it needs to act.
pub(crate) struct State {
    events: Events,
    outbox: Outbox,
    pool: Arc<Pool>,
    client: Arc<Features>,
    documents: HashMap<Url, Document>,
    /// Questions about texts that are being judged, by revision.
    waiting: HashMap<u64, Vec<Question>>,
    configurations: Configurations,
    /// The configuration errors that the user has been told of.
    told: Vec<ConfigurationError>,
    workspace: Arc<Workspace>,
    composing: Composing,
    evidences: Evidences,
    /// The folders of the workspace.
    folders: Vec<std::path::PathBuf>,
    /// The client shows by what evidence it is judged, since it has asked for that.
    shows_evidence: bool,
    /// Evidence is being read, and somebody watches.
    reading_evidence: Option<oneshot::Sender<String>>,
    disabled: Arc<Vec<&'static str>>,
    options: Options,
    model: Option<Arc<Model>>,
    models: ModelSettings,
    /// The settings that came with the introduction; what comes later lies over them.
    introduced: EditorSettings,
    /// The client has been asked for its settings; until they come, findings could be ones the user does not want.
    awaits_settings: bool,
    searching: Option<oneshot::Sender<String>>,
    /// When configuration files were last looked at.
    looked: Instant,
}

/// A document in the editor.
struct Document {
    revision: Arc<Revision>,
    /// What the client shows of it, and for which version.
    published: Option<(i32, Vec<Diagnostic>)>,
}

impl State {
    pub(crate) fn new(events: Events, outbox: Outbox, pool: Arc<Pool>, options: Options) -> Self {
        Self {
            events,
            outbox,
            pool,
            client: Arc::default(),
            documents: HashMap::new(),
            waiting: HashMap::new(),
            configurations: Configurations::default(),
            told: Vec::new(),
            workspace: Arc::default(),
            composing: Composing::default(),
            evidences: Evidences::default(),
            folders: Vec::new(),
            shows_evidence: false,
            reading_evidence: None,
            disabled: Arc::default(),
            options,
            model: None,
            models: ModelSettings { choice: ModelChoice::Off, ..ModelSettings::default() },
            introduced: EditorSettings::default(),
            awaits_settings: false,
            searching: None,
            looked: Instant::now(),
        }
    }

    /// Hears of everything until nothing more can happen.
    pub(crate) async fn run(mut self, mut events: UnboundedReceiver<Event>) {
        while let Some(event) = events.recv().await {
            // A fault in one event must not end the server.
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.hear(event))) {
                tracing::error!("the state could not follow: {}", panic_message(panic.as_ref()));
            }
        }
    }

    fn hear(&mut self, event: Event) {
        match event {
            Event::Introduced(client, settings) => {
                self.client = Arc::new(*client);
                self.awaits_settings = self.client.answers_configuration;
                self.introduced = settings.map(|value| EditorSettings::read(&value)).unwrap_or_default();
            }
            Event::Ready => {
                // A client must not hear anything before the handshake is over.
                let errors = std::mem::take(&mut self.introduced.errors);
                self.take_settings(EditorSettings { errors, ..self.introduced.clone() });
                self.ready();
            }
            Event::Opened(item) => self.opened(item),
            Event::Changed(change) => self.changed(change),
            Event::Saved => self.look_at_configuration_files(),
            Event::Closed(uri) => self.closed(&uri),
            Event::FilesChanged(changes) => self.files_changed(changes),
            Event::Settings(settings) => {
                self.awaits_settings = false;
                self.settings(settings.as_ref());
                self.judge_all();
                // What was judged for a question meanwhile has not been shown.
                self.documents.keys().for_each(|uri| self.judge(uri));
            }
            Event::SettingsChanged(settings) => self.settings_changed(&settings),
            Event::FoldersChanged(change) => self.folders_changed(change),
            Event::Asked(question) => self.asked(question),
            Event::Judged(judged) => self.judged(judged),
            Event::Seen(revision) => self.seen(&revision),
            Event::Failed(revision, uri, message) => self.failed(revision, &uri, &message),
            Event::Read(declared) => self.read(declared),
            Event::Composed(found) => {
                let (is_news, is_stale) = self.composing.take(found);
                if is_stale {
                    self.compose();
                }
                if is_news {
                    self.judge_all();
                }
            }
            Event::Evidence(read) => {
                let summary = read.summary();
                for problem in self.evidences.take(read, &self.events.telling(Event::Evidence)) {
                    self.say(Outgoing::Message(MessageType::WARNING, problem));
                }
                if let Some(ended) = self.reading_evidence.take_if(|_| !self.evidences.is_reading()) {
                    // Nobody watches the progress of a client that shows none.
                    let _unwatched = ended.send(summary);
                }
                self.judge_all();
            }
            Event::EvidenceAsked(uri, asked) => {
                self.shows_evidence = true;
                let status = self.documents.contains_key(&uri).then(|| self.evidence_status(&uri));
                // Whoever asked may have gone meanwhile.
                let _unwanted = asked.send(status);
            }
            Event::Made(made) => {
                let show = made.file.filter(|_| self.client.shows_documents);
                self.say(Outgoing::Apply(Box::new(made.edit), show));
            }
            Event::Refused(why) => self.say(Outgoing::Message(MessageType::INFO, why)),
            Event::Searched(message) => {
                self.compose();
                if let Some(searching) = self.searching.take() {
                    // Nobody watches the progress of a client that shows none.
                    let _unwatched = searching.send(message);
                }
            }
        }
    }

    fn say(&self, outgoing: Outgoing) {
        // Without an outbox the connection is gone, and with it whoever could listen.
        let _ending = self.outbox.send(outgoing);
    }

    fn ready(&mut self) {
        if self.client.watches_files {
            self.say(Outgoing::WatchFiles);
        }
        if self.client.answers_configuration {
            self.say(Outgoing::Configuration);
        }
        self.search(self.client.folders.clone());
    }

    // Documents.

    fn opened(&mut self, item: TextDocumentItem) {
        if let Some(path) = convert::path(&item.uri) {
            know_taught_names_near(&path);
        }
        let environment = self.environment(&item.uri);
        let revision = Revision::new(item.uri.clone(), item.version, &item.text, environment);
        let document = Document { revision: Arc::new(revision), published: None };
        if let Some(replaced) = self.documents.insert(item.uri.clone(), document) {
            replaced.revision.abandon();
        }
        self.judge(&item.uri);
        self.compose_for(&item.uri);
        self.tell_configuration_errors();
        self.watch_configuration_files();
    }

    fn changed(&mut self, change: DidChangeTextDocumentParams) {
        let uri = change.text_document.uri;
        let Some(document) = self.documents.get_mut(&uri) else {
            tracing::warn!(%uri, "a change of a document that is not open");
            return;
        };
        let before = &document.revision;
        let mut buffer = before.buffer.clone();
        let mut edited = Edited::nothing();
        for part in change.content_changes {
            match part.range {
                Some(range) => {
                    let text = Text { buffer: &buffer, encoding: self.client.encoding };
                    let range = text.offsets(range);
                    buffer.replace(range, &part.text);
                    edited = edited.and(range, &part.text);
                }
                None => {
                    buffer = Buffer::new(&part.text);
                    edited = Edited::nothing();
                }
            }
        }
        let environment =
            Environment { workspace: Arc::clone(&self.workspace), ..before.environment.clone() };
        let revision = before.edited(change.text_document.version, buffer, edited, environment);
        if !self.waiting.contains_key(&before.id) {
            before.abandon();
        }
        document.revision = Arc::new(revision);
        self.judge(&uri);
        self.compose_for(&uri);
        self.watch_configuration_files();
    }

    fn closed(&mut self, uri: &Url) {
        if let Some(document) = self.documents.remove(uri) {
            if !self.waiting.contains_key(&document.revision.id) {
                document.revision.abandon();
            }
            if document.published.is_some_and(|(_, shown)| !shown.is_empty()) {
                self.say(Outgoing::Diagnostics(uri.clone(), Vec::new(), None));
            }
        }
        // From now on the file on disk counts, which may differ from what was typed.
        index::read(&self.pool, &self.events, vec![uri.clone()]);
        self.configurations.forget_deleted();
        self.tell_configuration_errors();
    }

    fn environment(&mut self, uri: &Url) -> Environment {
        let path = convert::path(uri);
        let configuration = self.configurations.of(path.as_deref());
        let evidence = self.evidences.of(&configuration, path.as_deref(), &self.folders);
        for fault in self.evidences.faults() {
            self.say(Outgoing::Message(MessageType::WARNING, fault));
        }
        let has_begun = self.evidences.read_new(&self.events.telling(Event::Evidence));
        self.show_reading(has_begun);
        Environment {
            configuration,
            evidence,
            workspace: Arc::clone(&self.workspace),
            disabled: Arc::clone(&self.disabled),
            source: Arc::from(uri.as_str()),
            composition: self.composing.at(path.as_deref()),
            today: Some(today()),
        }
    }

    /// Reads evidence again that has changed.
    fn look_at_evidence(&mut self) {
        let has_begun = self.evidences.read_changed(&self.events.telling(Event::Evidence));
        self.show_reading(has_begun);
    }

    fn evidence_status(&mut self, uri: &Url) -> EvidenceStatus {
        let path = convert::path(uri);
        let configuration = self.configurations.of(path.as_deref());
        self.evidences.status(&configuration, path.as_deref(), &self.folders)
    }

    fn tell_evidence_changed(&self) {
        if self.shows_evidence {
            self.say(Outgoing::EvidenceChanged);
        }
    }

    fn show_reading(&mut self, has_begun: bool) {
        if has_begun {
            self.tell_evidence_changed();
        }
        if has_begun && self.reading_evidence.is_none() {
            let (ended, watched) = oneshot::channel();
            self.reading_evidence = Some(ended);
            if self.client.shows_progress {
                self.say(Outgoing::Progress("Leastwise: reading evidence", watched));
            }
        }
    }

    // Judging.

    /// Has a document's text judged, unless that has been done or the settings are still to come.
    fn judge(&self, uri: &Url) {
        let Some(document) = self.documents.get(uri) else { return };
        let revision = Arc::clone(&document.revision);
        if self.awaits_settings && !self.waiting.contains_key(&revision.id) {
            return;
        }
        let (events, client) = (self.events.clone(), Arc::clone(&self.client));
        self.pool.run(Lane::Analysis, move || {
            if !revision.is_abandoned() {
                events.send(judge(revision, &client));
            }
        });
    }

    /// Puts every document into the environment as it is now, and judges those whose environment has changed.
    fn judge_all(&mut self) {
        let uris: Vec<_> = self.documents.keys().cloned().collect();
        let (mut has_changed, mut has_other_evidence) = (false, false);
        for uri in uris {
            let environment = self.environment(&uri);
            let Some(document) = self.documents.get_mut(&uri) else { continue };
            let before = &document.revision;
            let evidence = |environment: &Environment| environment.evidence.as_ref().map(Arc::as_ptr);
            has_other_evidence |= evidence(&before.environment) != evidence(&environment);
            match before.judged() {
                Some(file) if file.is_current(&environment) => continue,
                None if before.environment.is_same(&environment) => {
                    self.judge(&uri);
                    continue;
                }
                _ => {}
            }
            has_changed = true;
            let revision = Arc::new(before.within(environment));
            // The text is the same, so who waits is served as well, and better, by the new one.
            let questions = self.waiting.remove(&before.id);
            before.abandon();
            if let Some(questions) = questions {
                self.waiting.insert(revision.id, questions);
            }
            document.revision = revision;
            self.judge(&uri);
        }
        if has_other_evidence {
            self.tell_evidence_changed();
        }
        if has_changed && self.client.pulls_diagnostics {
            self.say(Outgoing::RefreshDiagnostics);
        }
        if has_changed && self.client.refreshes_lenses {
            self.say(Outgoing::RefreshLenses);
        }
    }

    fn judged(&mut self, judged: Judged) {
        let Judged { revision, diagnostics, declarations } = judged;
        let uri = &revision.uri;
        let is_current = self.documents.get(uri).is_some_and(|document| document.revision.id == revision.id);
        if is_current && self.learn(&revision, declarations) {
            self.judge_all();
            let is_current =
                self.documents.get(uri).is_some_and(|document| document.revision.id == revision.id);
            if !is_current {
                // What was found is out of date already: the text itself has changed what it is judged by.
                return;
            }
        }
        if is_current && !self.awaits_settings {
            self.publish(uri, revision.version, diagnostics);
            if let Some(model) = self.model.as_ref().filter(|_| revision.seen().is_none()) {
                model.look(&revision);
            }
        }
        for question in self.waiting.remove(&revision.id).unwrap_or_default() {
            self.answer(question, &revision);
        }
    }

    /// Takes over what a text tells about its own environment: what it declares, and which rules failed on it.
    fn learn(&mut self, revision: &Revision, declarations: Declarations) -> bool {
        let Some(file) = revision.judged() else { return false };
        let mut has_changed = self.declare(declarations);
        let failed: Vec<_> = file
            .panicked()
            .filter(|failed| !self.disabled.contains(&failed.rule))
            .map(|failed| (failed.rule, failed.message.clone()))
            .collect();
        for (rule, message) in failed {
            if self.disabled.contains(&rule) {
                continue;
            }
            Arc::make_mut(&mut self.disabled).push(rule);
            has_changed = true;
            let text = format!(
                "The rule {rule} failed and is off until the server starts again: {message}. Please report this."
            );
            tracing::error!("{text}");
            self.say(Outgoing::Log(MessageType::ERROR, text));
        }
        has_changed
    }

    /// Shows what the model saw, if the text is still the same.
    fn seen(&mut self, revision: &Arc<Revision>) {
        let uri = &revision.uri;
        if self.documents.get(uri).is_none_or(|document| document.revision.id != revision.id) {
            return;
        }
        if !self.client.pulls_diagnostics {
            self.judge(uri);
        } else if revision.saw_news() {
            self.say(Outgoing::RefreshDiagnostics);
        }
    }

    fn publish(&mut self, uri: &Url, version: i32, diagnostics: Vec<Diagnostic>) {
        let Some(document) = self.documents.get_mut(uri) else { return };
        if self.client.pulls_diagnostics {
            return;
        }
        let published = (version, diagnostics);
        if document.published.as_ref() != Some(&published) {
            let (version, diagnostics) = published.clone();
            document.published = Some(published);
            self.say(Outgoing::Diagnostics(uri.clone(), diagnostics, Some(version)));
        }
    }

    fn failed(&mut self, revision: u64, uri: &Url, message: &str) {
        let text = format!("{uri} cannot be judged: {message}. Please report this.");
        tracing::error!("{text}");
        self.say(Outgoing::Log(MessageType::ERROR, text));
        for question in self.waiting.remove(&revision).unwrap_or_default() {
            (question.answer)(None);
        }
    }

    // Questions.

    fn asked(&mut self, question: Question) {
        let Some(document) = self.documents.get(&question.uri) else {
            return (question.answer)(None);
        };
        let revision = Arc::clone(&document.revision);
        if revision.judged().is_some() {
            return self.answer(question, &revision);
        }
        let uri = question.uri.clone();
        let is_first = !self.waiting.contains_key(&revision.id);
        self.waiting.entry(revision.id).or_default().push(question);
        if is_first && self.awaits_settings {
            self.judge(&uri);
        }
    }

    fn answer(&self, question: Question, revision: &Arc<Revision>) {
        let view = revision.judged().map(|file| View {
            revision: Arc::clone(revision),
            file: Arc::clone(file),
            client: Arc::clone(&self.client),
            model: self.model.clone(),
        });
        self.pool.run(question.lane, move || (question.answer)(view));
    }

    // Settings.

    fn settings(&mut self, value: Option<&Value>) {
        let Some(value) = value.filter(|value| !value.is_null()) else { return };
        self.take_settings(EditorSettings::read(value).over(&self.introduced));
    }

    fn take_settings(&mut self, settings: EditorSettings) {
        for error in &settings.errors {
            self.say(Outgoing::Message(MessageType::WARNING, error.clone()));
        }
        let models = settings.models();
        self.configurations.set_editor(settings.configuration);
        self.choose_models(models);
    }

    fn choose_models(&mut self, models: ModelSettings) {
        if models == self.models {
            return;
        }
        if let Some(model) = self.model.take() {
            model.close();
        }
        let worker = self.options.worker.as_deref();
        let seen = self.events.telling(Event::Seen);
        match Model::open(&models, worker, seen, &self.outbox, self.client.shows_progress) {
            Ok(model) => self.model = model,
            Err(reason) => {
                self.say(Outgoing::Message(
                    MessageType::WARNING,
                    format!("Leastwise's model is off: {reason}"),
                ));
            }
        }
        self.models = models;
    }

    fn settings_changed(&mut self, settings: &Value) {
        if self.client.answers_configuration {
            self.say(Outgoing::Configuration);
        } else {
            self.settings(Some(settings));
            self.judge_all();
        }
    }

    /// For clients that watch no files: looks now and then, when something happens anyway.
    fn watch_configuration_files(&mut self) {
        if !self.client.watches_files && self.looked.elapsed() >= LOOK_EVERY {
            self.look_at_configuration_files();
        }
    }

    fn look_at_configuration_files(&mut self) {
        self.looked = Instant::now();
        self.look_at_evidence();
        self.configurations.forget_deleted();
        self.judge_all();
        self.tell_configuration_errors();
    }

    /// Tells the user what is wrong in configuration files: once in words, and at its place for as long as it is.
    fn tell_configuration_errors(&mut self) {
        let errors: Vec<_> = self.configurations.errors().cloned().collect();
        let news: Vec<_> = errors.iter().filter(|error| !self.told.contains(error)).collect();
        for error in &news {
            self.say(Outgoing::Message(MessageType::ERROR, error.to_string()));
        }
        let mut paths: Vec<_> = news.iter().map(|error| &error.path).collect();
        paths.extend(self.told.iter().filter(|told| !errors.contains(told)).map(|told| &told.path));
        paths.sort_unstable();
        paths.dedup();
        for path in paths {
            let Ok(uri) = Url::from_file_path(path) else { continue };
            let here = errors.iter().filter(|error| error.path == *path);
            let diagnostics =
                here.map(|error| convert::configuration_diagnostic(error, self.client.encoding)).collect();
            self.say(Outgoing::Diagnostics(uri, diagnostics, None));
        }
        self.told = errors;
    }

    // The workspace.

    fn search(&mut self, folders: Vec<Url>) {
        let folders: Vec<_> = folders.iter().filter_map(convert::path).collect();
        self.folders.extend(folders.iter().cloned());
        if folders.is_empty() {
            return;
        }
        let (ended, watched) = oneshot::channel();
        self.searching = Some(ended);
        if self.client.shows_progress {
            self.say(Outgoing::Progress("Leastwise: reading the workspace", watched));
        }
        index::search(&self.events, folders);
    }

    fn folders_changed(&mut self, change: WorkspaceFoldersChangeEvent) {
        let gone: Vec<_> = change.removed.iter().filter_map(|folder| convert::path(&folder.uri)).collect();
        self.folders.retain(|folder| !gone.contains(folder));
        self.search(change.added.into_iter().map(|folder| folder.uri).collect());
    }

    fn files_changed(&mut self, changes: Vec<FileEvent>) {
        let (configuration, manifests): (Vec<_>, Vec<_>) =
            changes.into_iter().partition(|change| change.uri.path().ends_with(FILE_NAME));
        let (mut changed, mut gone) = (Vec::new(), Vec::new());
        for change in manifests {
            if self.documents.contains_key(&change.uri) {
                continue;
            }
            if change.typ == FileChangeType::DELETED {
                let nothing = Declarations::of(change.uri.as_str(), &Stream::default());
                gone.push((change.uri, nothing));
            } else {
                changed.push(change.uri);
            }
        }
        self.read(gone);
        self.look_at_evidence();
        if !changed.is_empty() {
            index::read(&self.pool, &self.events, changed);
        }
        if !configuration.is_empty() {
            self.look_at_configuration_files();
        }
    }

    /// Takes over what files outside the editor declare. While one is being edited its text counts instead.
    fn read(&mut self, declared: Vec<(Url, Declarations)>) {
        let (mut has_changed, mut composes) = (false, false);
        for (uri, declarations) in declared {
            composes |= convert::path(&uri).is_some_and(|path| self.composing.hear(&path));
            if !self.documents.contains_key(&uri) {
                has_changed |= self.declare(declarations);
            }
        }
        // A search ends with it anyway.
        if composes && self.searching.is_none() {
            self.compose();
        }
        if has_changed {
            self.judge_all();
        }
    }

    /// Finds out again how texts are put together, if the one at `uri` has a say in it.
    fn compose_for(&mut self, uri: &Url) {
        if convert::path(uri).is_some_and(|path| self.composing.hear(&path)) {
            self.compose();
        }
    }

    fn compose(&mut self) {
        let open = self.documents.iter();
        let open =
            open.filter_map(|(uri, document)| Some((convert::path(uri)?, document.revision.buffer.clone())));
        self.composing.run(&self.pool, &self.events, open.collect());
    }

    /// Tells the workspace what a source declares; whether that is news.
    fn declare(&mut self, declarations: Declarations) -> bool {
        let mut workspace = Workspace::clone(&self.workspace);
        let has_changed = workspace.update(declarations);
        self.workspace = if has_changed { Arc::new(workspace) } else { Arc::clone(&self.workspace) };
        has_changed
    }
}

/// Judges a text, on a worker.
fn judge(revision: Arc<Revision>, client: &Features) -> Event {
    let judged = catch_unwind(AssertUnwindSafe(|| {
        let file: &File = revision.judge();
        (diagnostics(file, &revision, client), file.declarations())
    }));
    match judged {
        Ok((diagnostics, declarations)) => Event::Judged(Judged { revision, diagnostics, declarations }),
        Err(panic) => {
            Event::Failed(revision.id, revision.uri.clone(), panic_message(panic.as_ref()).to_owned())
        }
    }
}

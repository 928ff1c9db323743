//! The way out: everything the server says unasked. Handlers never ask the client anything themselves, for the
//! answer could be stuck behind them; they leave it here.

use crate::evidence::{EvidenceChanged, EvidenceChangedParams};
use crate::tell::Tell;
use serde_json::Value;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tower_lsp::Client;
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::notification::Progress;
use tower_lsp::lsp_types::request::WorkDoneProgressCreate;
use tower_lsp::lsp_types::{
    ConfigurationItem, Diagnostic, DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern,
    MessageType, NumberOrString, ProgressParams, ProgressParamsValue, Registration, ShowDocumentParams, Url,
    WorkDoneProgress, WorkDoneProgressBegin, WorkDoneProgressCreateParams, WorkDoneProgressEnd,
    WorkspaceEdit,
};

/// How long a client may take to say its settings before the server goes on without them.
const PATIENCE: Duration = Duration::from_secs(2);

/// Something to say to the client.
#[derive(Debug)]
pub(crate) enum Outgoing {
    /// What is wrong with a text, at that version of it.
    Diagnostics(Url, Vec<Diagnostic>, Option<i32>),
    /// Something the user should read.
    Message(MessageType, String),
    /// Something for the log.
    Log(MessageType, String),
    /// What are the settings? The one who opened the outbox is told.
    Configuration,
    /// Tell about changes of files.
    WatchFiles,
    /// Ask for diagnostics again.
    RefreshDiagnostics,
    /// Ask for lenses again.
    RefreshLenses,
    /// Make this change, and then show this file.
    Apply(Box<WorkspaceEdit>, Option<Url>),
    /// The evidence is another.
    EvidenceChanged,
    /// Work of this title goes on until the other end says how it went.
    Progress(&'static str, oneshot::Receiver<String>),
}

/// Where to leave it.
pub(crate) type Outbox = UnboundedSender<Outgoing>;

/// An outbox, which a task of its own empties. `settings` is told those of the client, or `None` when it did not say in time.
pub(crate) fn open(client: Client, settings: Tell<Option<Value>>) -> Outbox {
    let (sender, receiver) = unbounded_channel();
    tokio::spawn(empty(client, settings, receiver));
    sender
}

async fn empty(client: Client, settings: Tell<Option<Value>>, mut receiver: UnboundedReceiver<Outgoing>) {
    while let Some(outgoing) = receiver.recv().await {
        match outgoing {
            Outgoing::Diagnostics(uri, diagnostics, version) => {
                client.publish_diagnostics(uri, diagnostics, version).await;
            }
            Outgoing::Message(kind, text) => client.show_message(kind, text).await,
            Outgoing::Log(kind, text) => client.log_message(kind, text).await,
            Outgoing::EvidenceChanged => {
                client.send_notification::<EvidenceChanged>(EvidenceChangedParams {}).await;
            }
            // A client may take its time to answer; nothing else waits for that.
            request => drop(tokio::spawn(ask(client.clone(), settings.clone(), request))),
        }
    }
}

async fn ask(client: Client, settings: Tell<Option<Value>>, request: Outgoing) {
    let answered = match request {
        Outgoing::Configuration => {
            let section = Some(crate::NAME.to_owned());
            let item = ConfigurationItem { scope_uri: None, section };
            let answer = tokio::time::timeout(PATIENCE, client.configuration(vec![item])).await;
            settings.tell(answer.ok().and_then(Result::ok).and_then(|mut values| values.pop()));
            Ok(())
        }
        Outgoing::WatchFiles => client.register_capability(vec![watchers()]).await,
        Outgoing::RefreshDiagnostics => client.workspace_diagnostic_refresh().await,
        Outgoing::RefreshLenses => client.code_lens_refresh().await,
        Outgoing::Apply(edit, file) => apply(&client, *edit, file).await,
        Outgoing::Progress(title, ended) => show_progress(&client, title, ended).await,
        _ => Ok(()),
    };
    if let Err(error) = answered {
        tracing::warn!(%error, "the client refused what it said it can do");
    }
}

/// Has the client make a change, and show a file of it. That the user has decided against it is no fault.
async fn apply(client: &Client, edit: WorkspaceEdit, file: Option<Url>) -> Result<()> {
    let answer = client.apply_edit(edit).await?;
    if let Some(uri) = file.filter(|_| answer.applied) {
        let parameters = ShowDocumentParams { uri, external: None, take_focus: Some(true), selection: None };
        client.show_document(parameters).await?;
    }
    Ok(())
}

/// Shows a piece of work from its beginning to its end.
async fn show_progress(client: &Client, title: &str, ended: oneshot::Receiver<String>) -> Result<()> {
    let token = NumberOrString::String(format!("{}/{}", crate::NAME, client.next_request_id()));
    let create = WorkDoneProgressCreateParams { token: token.clone() };
    client.send_request::<WorkDoneProgressCreate>(create).await?;
    let begin = WorkDoneProgressBegin { title: title.to_owned(), ..WorkDoneProgressBegin::default() };
    client.send_notification::<Progress>(progress(&token, WorkDoneProgress::Begin(begin))).await;
    let end = WorkDoneProgressEnd { message: ended.await.ok() };
    client.send_notification::<Progress>(progress(&token, WorkDoneProgress::End(end))).await;
    Ok(())
}

fn progress(token: &NumberOrString, value: WorkDoneProgress) -> ProgressParams {
    ProgressParams { token: token.clone(), value: ProgressParamsValue::WorkDone(value) }
}

/// What logs and records are usually called. Those of other names are looked at whenever something else happens.
const EVIDENCE: &str = "**/*.{log,jsonl,ndjson,log.gz,jsonl.gz,json.gz,log.zst,jsonl.zst,json.zst}";

fn watchers() -> Registration {
    let watcher =
        |glob: &str| FileSystemWatcher { glob_pattern: GlobPattern::String(glob.to_owned()), kind: None };
    let options = DidChangeWatchedFilesRegistrationOptions {
        watchers: vec![watcher("**/*.{yaml,yml,json}"), watcher("**/.leastwise.yaml"), watcher(EVIDENCE)],
    };
    Registration {
        id: "leastwise-files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: serde_json::to_value(options).ok(),
    }
}

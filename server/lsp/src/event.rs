//! What the state actor hears, in the order in which it happened.

use crate::client::Features;
use crate::evidence::EvidenceStatus;
use crate::pool::Lane;
use crate::revision::Revision;
use crate::tell::Tell;
use crate::view::View;
use leastwise_analysis::composition::Compositions;
use leastwise_manifest::Declarations;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;
use tower_lsp::lsp_types::{
    Diagnostic, DidChangeTextDocumentParams, FileEvent, TextDocumentItem, Url, WorkspaceFoldersChangeEvent,
};

/// Something that happened.
pub(crate) enum Event {
    /// The client has introduced itself, with settings perhaps.
    Introduced(Box<Features>, Option<Value>),
    /// The handshake is over: from now on the client may be asked things.
    Ready,
    /// A document is being edited.
    Opened(TextDocumentItem),
    /// It was edited.
    Changed(DidChangeTextDocumentParams),
    /// It was written to disk.
    Saved,
    /// It is not edited any more.
    Closed(Url),
    /// Files have changed on disk.
    FilesChanged(Vec<FileEvent>),
    /// The client has settings; `None` when it did not say in time.
    Settings(Option<Value>),
    /// The client says that settings have changed, and perhaps what they are.
    SettingsChanged(Value),
    /// Folders came or went.
    FoldersChanged(WorkspaceFoldersChangeEvent),
    /// Somebody asks about a document.
    Asked(Question),
    /// A text has been judged.
    Judged(Judged),
    /// The model has looked at a text.
    Seen(Arc<Revision>),
    /// A text could not be judged.
    Failed(u64, Url, String),
    /// Files outside the editor have been read, or are gone: what they declare.
    Read(Vec<(Url, Declarations)>),
    /// How texts are put together has been found out, unless that failed.
    Composed(Option<Compositions>),
    /// What was seen at run time has been read.
    Evidence(crate::evidence::Read),
    /// Somebody wants to know by what evidence a document is judged; `None` when it is not open.
    EvidenceAsked(Url, oneshot::Sender<Option<EvidenceStatus>>),
    /// A manifest was made that somebody has asked for.
    Made(crate::create::Made),
    /// Something that somebody has asked for cannot be done.
    Refused(String),
    /// The folders have been searched.
    Searched(String),
}

/// A question about a document.
pub(crate) struct Question {
    pub(crate) uri: Url,
    pub(crate) lane: Lane,
    /// Answers it; with nothing when the document is not open or could not be judged.
    pub(crate) answer: Box<dyn FnOnce(Option<View>) + Send>,
}

/// A text that has been judged.
pub(crate) struct Judged {
    pub(crate) revision: Arc<Revision>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What the text declares to others.
    pub(crate) declarations: Declarations,
}

/// Where to tell what happened.
#[derive(Clone, Debug)]
pub(crate) struct Events(pub(crate) UnboundedSender<Event>);

impl Events {
    /// Tells it. When the actor is gone the server is ending, and nobody needs to know any more.
    pub(crate) fn send(&self, event: Event) {
        let _ending = self.0.send(event);
    }

    /// Tells of whatever is told as such an event.
    pub(crate) fn telling<T: 'static>(&self, event: fn(T) -> Event) -> Tell<T> {
        let events = self.clone();
        Tell::new(move |what| events.send(event(what)))
    }
}

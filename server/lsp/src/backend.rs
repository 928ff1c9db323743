//! The rim: tower-lsp calls these. Each handler, before it awaits anything, puts what it heard into the state's
//! queue, so that the order in which the client spoke is kept; then it waits for its answer and computes nothing.

use crate::action::{self, Data, FIX_ALL, HARDEN};
use crate::client::Features;
use crate::convert::encoding_kind;
use crate::create::{self, CREATE, Wanted as Creation};
use crate::event::{Event, Events, Question};
use crate::evidence::{EvidenceParams, EvidenceStatus};
use crate::pool::{Lane, panic_message};
use crate::view::View;
use crate::{diagnostics, hover, lens, symbol};
use leastwise_text::PositionEncoding;
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{oneshot, watch};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::{
    CodeAction, CodeActionKind, CodeActionOptions, CodeActionParams, CodeActionProviderCapability,
    CodeActionResponse, CodeLens, CodeLensOptions, CodeLensParams, DiagnosticOptions,
    DiagnosticServerCapabilities, DidChangeConfigurationParams, DidChangeTextDocumentParams,
    DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, DocumentDiagnosticParams,
    DocumentDiagnosticReportResult, DocumentSymbolParams, DocumentSymbolResponse, ExecuteCommandOptions,
    ExecuteCommandParams, Hover, HoverParams, HoverProviderCapability, InitializeParams, InitializeResult,
    InitializedParams, OneOf, SaveOptions, ServerCapabilities, ServerInfo, TextDocumentSyncCapability,
    TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions, Url,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use tower_lsp::{LanguageServer, async_trait};

/// What tower-lsp talks to.
#[derive(Debug)]
pub(crate) struct Backend {
    pub(crate) events: Events,
    /// The process that started us, once known.
    pub(crate) parent: watch::Sender<Option<u32>>,
    /// `shutdown` was asked for.
    pub(crate) shut_down: Arc<AtomicBool>,
    /// How a client counts columns that does not say it.
    pub(crate) assumed: PositionEncoding,
}

impl Backend {
    /// The request `leastwise/evidence`: by what evidence an open document is judged.
    pub(crate) async fn evidence(&self, parameters: EvidenceParams) -> Result<Option<EvidenceStatus>> {
        let (sender, receiver) = oneshot::channel();
        self.events.send(Event::EvidenceAsked(parameters.text_document.uri, sender));
        receiver.await.map_err(|_| internal("leastwise/evidence", "no answer"))
    }
}

/// Raised when the client no longer wants an answer: tower-lsp then drops the waiting handler.
struct Wanted(Arc<AtomicBool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

impl Backend {
    /// Has a question about a document answered on a worker; `nothing` when the document is not open.
    async fn ask<T: Send + 'static>(
        &self,
        method: &'static str,
        uri: Url,
        lane: Lane,
        nothing: impl FnOnce() -> T + Send + 'static,
        answer: impl FnOnce(&View) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (sender, receiver) = oneshot::channel();
        let is_wanted = Arc::new(AtomicBool::new(true));
        let _wanted = Wanted(Arc::clone(&is_wanted));
        let answer = move |view: Option<View>| {
            if !is_wanted.load(Ordering::Relaxed) {
                return;
            }
            let answer = match view {
                Some(view) => guarded(method, || answer(&view)),
                None => Ok(nothing()),
            };
            // Whoever asked may have gone meanwhile.
            let _unwanted = sender.send(answer);
        };
        self.events.send(Event::Asked(Question { uri, lane, answer: Box::new(answer) }));
        receiver.await.unwrap_or_else(|_| Err(internal(method, "no answer")))
    }
}

/// Answers, whatever happens.
fn guarded<T>(method: &str, answer: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(answer)).unwrap_or_else(|panic| {
        let message = panic_message(panic.as_ref());
        tracing::error!("{method} failed: {message}");
        Err(internal(method, message))
    })
}

fn internal(method: &str, message: &str) -> Error {
    Error { message: format!("{method} failed: {message}").into(), ..Error::internal_error() }
}

#[async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, parameters: InitializeParams) -> Result<InitializeResult> {
        self.parent.send_replace(parameters.process_id);
        let client = Features::new(&parameters, self.assumed);
        let capabilities = capabilities(&client);
        self.events.send(Event::Introduced(Box::new(client), parameters.initialization_options));
        let version = Some(env!("CARGO_PKG_VERSION").to_owned());
        let server_info = Some(ServerInfo { name: crate::NAME.to_owned(), version });
        Ok(InitializeResult { capabilities, server_info })
    }

    async fn initialized(&self, _: InitializedParams) {
        self.events.send(Event::Ready);
    }

    async fn shutdown(&self) -> Result<()> {
        self.shut_down.store(true, Ordering::Relaxed);
        Ok(())
    }

    async fn did_open(&self, parameters: DidOpenTextDocumentParams) {
        self.events.send(Event::Opened(parameters.text_document));
    }

    async fn did_change(&self, parameters: DidChangeTextDocumentParams) {
        self.events.send(Event::Changed(parameters));
    }

    async fn did_save(&self, _: DidSaveTextDocumentParams) {
        self.events.send(Event::Saved);
    }

    async fn did_close(&self, parameters: DidCloseTextDocumentParams) {
        self.events.send(Event::Closed(parameters.text_document.uri));
    }

    async fn did_change_configuration(&self, parameters: DidChangeConfigurationParams) {
        self.events.send(Event::SettingsChanged(parameters.settings));
    }

    async fn did_change_watched_files(&self, parameters: DidChangeWatchedFilesParams) {
        self.events.send(Event::FilesChanged(parameters.changes));
    }

    async fn did_change_workspace_folders(&self, parameters: DidChangeWorkspaceFoldersParams) {
        self.events.send(Event::FoldersChanged(parameters.event));
    }

    async fn hover(&self, parameters: HoverParams) -> Result<Option<Hover>> {
        let place = parameters.text_document_position_params;
        let answer = move |view: &View| Ok(hover::hover(view, place.position));
        self.ask("textDocument/hover", place.text_document.uri, Lane::Answer, || None, answer).await
    }

    async fn code_action(&self, parameters: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let CodeActionParams { text_document, range, context, .. } = parameters;
        let answer = move |view: &View| Ok(Some(action::offered(view, range, &context)));
        self.ask("textDocument/codeAction", text_document.uri, Lane::Proof, || None, answer).await
    }

    async fn code_action_resolve(&self, action: CodeAction) -> Result<CodeAction> {
        let data = action.data.clone().and_then(|data| serde_json::from_value::<Data>(data).ok());
        let Some(data) = data else { return Ok(action) };
        let uri = data.uri.clone();
        let unresolved = action.clone();
        let answer = move |view: &View| action::resolved(view, action, &data);
        self.ask("codeAction/resolve", uri, Lane::Proof, move || unresolved, answer).await
    }

    async fn execute_command(&self, parameters: ExecuteCommandParams) -> Result<Option<Value>> {
        let wanted = parameters.arguments.into_iter().next();
        let wanted = wanted.and_then(|wanted| serde_json::from_value::<Creation>(wanted).ok());
        let Some(wanted) = wanted.filter(|_| parameters.command == CREATE) else {
            return Err(Error::invalid_params("no such command, or not with these arguments"));
        };
        let (events, uri) = (self.events.clone(), wanted.uri.clone());
        let answer = move |view: &View| match create::made(view, &wanted) {
            Ok((answer, made)) => {
                if let Some(made) = made {
                    events.send(Event::Made(made));
                }
                Ok(Some(answer))
            }
            Err(why) => {
                events.send(Event::Refused(why));
                Ok(None)
            }
        };
        self.ask("workspace/executeCommand", uri, Lane::Proof, || None, answer).await
    }

    async fn code_lens(&self, parameters: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        let answer = |view: &View| Ok(Some(lens::lenses(view)));
        self.ask("textDocument/codeLens", parameters.text_document.uri, Lane::Answer, || None, answer).await
    }

    async fn document_symbol(
        &self,
        parameters: DocumentSymbolParams,
    ) -> Result<Option<DocumentSymbolResponse>> {
        let answer = |view: &View| Ok(Some(symbol::outline(view)));
        let uri = parameters.text_document.uri;
        self.ask("textDocument/documentSymbol", uri, Lane::Answer, || None, answer).await
    }

    async fn diagnostic(
        &self,
        parameters: DocumentDiagnosticParams,
    ) -> Result<DocumentDiagnosticReportResult> {
        let DocumentDiagnosticParams { text_document, previous_result_id, .. } = parameters;
        let answer = move |view: &View| Ok(diagnostics::pulled(view, previous_result_id.as_deref()));
        let uri = text_document.uri;
        self.ask("textDocument/diagnostic", uri, Lane::Answer, diagnostics::none, answer).await
    }
}

fn capabilities(client: &Features) -> ServerCapabilities {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
        ..TextDocumentSyncOptions::default()
    };
    let pulled = DiagnosticOptions {
        identifier: Some(crate::NAME.to_owned()),
        // A ServiceAccount in one file decides about a pod in another.
        inter_file_dependencies: true,
        ..DiagnosticOptions::default()
    };
    let actions = CodeActionOptions {
        code_action_kinds: Some(vec![
            CodeActionKind::QUICKFIX,
            CodeActionKind::new(FIX_ALL),
            CodeActionKind::new(HARDEN),
        ]),
        resolve_provider: Some(client.resolves_edits),
        ..CodeActionOptions::default()
    };
    ServerCapabilities {
        position_encoding: Some(encoding_kind(client.encoding)),
        text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(actions)),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: vec![CREATE.to_owned()],
            ..ExecuteCommandOptions::default()
        }),
        document_symbol_provider: Some(OneOf::Left(true)),
        diagnostic_provider: client
            .pulls_diagnostics
            .then_some(DiagnosticServerCapabilities::Options(pulled)),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    }
}

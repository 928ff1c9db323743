//! What the client at the other end can do, as far as it matters here.

use crate::convert::negotiate;
use leastwise_text::PositionEncoding;
use tower_lsp::lsp_types::{ClientCapabilities, InitializeParams, MarkupKind, ResourceOperationKind, Url};

/// What the client can do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Features {
    /// How it counts columns.
    pub(crate) encoding: PositionEncoding,
    /// It asks for diagnostics, and asks again when told to.
    pub(crate) pulls_diagnostics: bool,
    /// Hovers may be Markdown.
    pub(crate) shows_markdown: bool,
    /// Outlines may be trees.
    pub(crate) shows_symbol_trees: bool,
    /// It asks for an action's edits when the action is chosen.
    pub(crate) resolves_edits: bool,
    /// Edits may name the version that they are for.
    pub(crate) checks_edit_versions: bool,
    /// Edits may be explained, and shown before they are applied.
    pub(crate) annotates_changes: bool,
    /// It makes changes that it is asked for.
    pub(crate) applies_edits: bool,
    /// Edits may create files.
    pub(crate) creates_files: bool,
    /// It can be asked to show a file.
    pub(crate) shows_documents: bool,
    /// Diagnostics may name other places.
    pub(crate) shows_related: bool,
    /// It can be asked for settings.
    pub(crate) answers_configuration: bool,
    /// It can be told which files to watch.
    pub(crate) watches_files: bool,
    /// Lenses can be asked for again.
    pub(crate) refreshes_lenses: bool,
    /// It shows the progress of work that it did not ask for.
    pub(crate) shows_progress: bool,
    /// The folders of the workspace.
    pub(crate) folders: Vec<Url>,
}

impl Features {
    /// `assumed` is how a client counts columns that does not say.
    pub(crate) fn new(parameters: &InitializeParams, assumed: PositionEncoding) -> Self {
        let ClientCapabilities { workspace, text_document, window, general, .. } = &parameters.capabilities;
        let workspace = workspace.as_ref();
        let document = text_document.as_ref();
        let action = document.and_then(|document| document.code_action.as_ref());
        let resolves = action.and_then(|action| action.resolve_support.as_ref());
        let formats = document.and_then(|document| document.hover.as_ref()?.content_format.as_ref());
        let pulls = document.is_some_and(|document| document.diagnostic.is_some());
        let pulls_again = workspace.and_then(|workspace| workspace.diagnostic.as_ref()?.refresh_support);
        Self {
            encoding: general
                .as_ref()
                .and_then(|general| general.position_encodings.as_deref())
                .map_or(assumed, negotiate),
            pulls_diagnostics: pulls && pulls_again == Some(true),
            shows_markdown: formats.is_some_and(|formats| formats.contains(&MarkupKind::Markdown)),
            shows_symbol_trees: document
                .and_then(|document| document.document_symbol.as_ref()?.hierarchical_document_symbol_support)
                .unwrap_or(false),
            resolves_edits: action.is_some_and(|action| action.data_support == Some(true))
                && resolves.is_some_and(|support| support.properties.iter().any(|name| name == "edit")),
            checks_edit_versions: workspace
                .and_then(|workspace| workspace.workspace_edit.as_ref()?.document_changes)
                .unwrap_or(false),
            annotates_changes: workspace
                .and_then(|workspace| workspace.workspace_edit.as_ref()?.change_annotation_support.as_ref())
                .is_some(),
            applies_edits: workspace.and_then(|workspace| workspace.apply_edit).unwrap_or(false),
            creates_files: workspace.and_then(|workspace| workspace.workspace_edit.as_ref()).is_some_and(
                |edit| {
                    let operations = edit.resource_operations.as_deref().unwrap_or_default();
                    edit.document_changes == Some(true) && operations.contains(&ResourceOperationKind::Create)
                },
            ),
            shows_documents: window
                .as_ref()
                .and_then(|window| Some(window.show_document.as_ref()?.support))
                .unwrap_or(false),
            shows_related: document
                .and_then(|document| document.publish_diagnostics.as_ref()?.related_information)
                .unwrap_or(false),
            answers_configuration: workspace.and_then(|workspace| workspace.configuration).unwrap_or(false),
            watches_files: workspace
                .and_then(|workspace| workspace.did_change_watched_files.as_ref()?.dynamic_registration)
                .unwrap_or(false),
            refreshes_lenses: workspace
                .and_then(|workspace| workspace.code_lens.as_ref()?.refresh_support)
                .unwrap_or(false),
            shows_progress: window.as_ref().and_then(|window| window.work_done_progress).unwrap_or(false),
            folders: folders(parameters),
        }
    }
}

#[allow(deprecated, reason = "older clients know no workspace folders")]
fn folders(parameters: &InitializeParams) -> Vec<Url> {
    match &parameters.workspace_folders {
        Some(folders) => folders.iter().map(|folder| folder.uri.clone()).collect(),
        None => parameters.root_uri.iter().cloned().collect(),
    }
}

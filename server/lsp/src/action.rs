//! Code actions: the fixes that have been proved, silencing with a reason, and every safe fix at once.
//!
//! What an editor says of diagnostics in its request may be of an older text, so it is not read: the range is looked
//! up in the text as it is.

use crate::diagnostics::diagnostic;
use crate::view::View;
use leastwise_analysis::{Action, ActionKind, actions, fix_all, harden, resolve};
use leastwise_text::{TextEdit, TextRange};
use serde::{Deserialize, Serialize};
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::lsp_types::{
    AnnotatedTextEdit, ChangeAnnotation, CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand,
    CodeActionTriggerKind, DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, Range,
    TextDocumentEdit, Url, WorkspaceEdit,
};

/// Every safe fix at once. Editors run it on saving where the user asks for `source.fixAll` or for this.
pub(crate) const FIX_ALL: &str = "source.fixAll.leastwise";

/// Makes a workload meet the restricted profile.
pub(crate) const HARDEN: &str = "refactor.rewrite.leastwise.harden";

/// What an action needs to find its way back when it is chosen.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Data {
    pub(crate) uri: Url,
    /// The revision that the action was offered for.
    revision: u64,
    kind: Kind,
    rule: String,
    /// Where the finding is, in bytes.
    start: u32,
    end: u32,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Fix,
    SuppressLine,
    SuppressObject,
    SuppressFile,
}

/// What one can do about the findings that touch a range.
pub(crate) fn offered(view: &View, range: Range, context: &CodeActionContext) -> Vec<CodeActionOrCommand> {
    let wants = |kind: &CodeActionKind| match &context.only {
        Some(only) => only.iter().any(|wanted| holds(wanted, kind)),
        None => true,
    };
    let mut offered = Vec::new();
    if wants(&CodeActionKind::QUICKFIX) {
        let range = view.text().offsets(range);
        let seen = view.revision.seen().unwrap_or_default();
        offered.extend(actions(&view.file, seen, range).iter().map(|action| quick_fix(view, action)));
    }
    let fix_all_kind = CodeActionKind::new(FIX_ALL);
    // Trying every fix takes its time, so an editor that asks by itself as the cursor moves does not get it.
    let is_unasked = context.only.is_none() && context.trigger_kind == Some(CodeActionTriggerKind::AUTOMATIC);
    if !is_unasked && wants(&fix_all_kind) {
        offered.extend(fix_all(&view.file).map(|action| CodeAction {
            edit: Some(explained(view, &action, false)),
            title: action.title,
            kind: Some(fix_all_kind),
            ..CodeAction::default()
        }));
    }
    let harden_kind = CodeActionKind::new(HARDEN);
    if !is_unasked && wants(&harden_kind) {
        let range = view.text().offsets(range);
        offered.extend(harden(&view.file, range).into_iter().map(|action| CodeAction {
            edit: Some(explained(view, &action, true)),
            title: action.title,
            kind: Some(harden_kind.clone()),
            ..CodeAction::default()
        }));
    }
    offered.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

/// Whether a wanted kind is the kind itself or one that holds it: `source` and `source.fixAll` hold
/// `source.fixAll.leastwise`.
fn holds(wanted: &CodeActionKind, kind: &CodeActionKind) -> bool {
    let (wanted, kind) = (wanted.as_str(), kind.as_str());
    wanted.is_empty()
        || kind.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn quick_fix(view: &View, action: &Action) -> CodeAction {
    let diagnosis = action.diagnosis.and_then(|index| view.file.diagnoses().nth(index));
    let data = diagnosis.and_then(|located| data(view, action, located.range()));
    let resolvable = data.filter(|_| view.client.resolves_edits);
    let is_fix = action.kind == ActionKind::Fix;
    CodeAction {
        title: action.title.clone(),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: diagnosis
            .map(|located| vec![diagnostic(&located, view.text(), &view.revision.uri, &view.client)]),
        edit: resolvable.is_none().then(|| edit(view, &action.edits)),
        is_preferred: is_fix.then_some(action.is_safe),
        data: resolvable.and_then(|data| serde_json::to_value(data).ok()),
        ..CodeAction::default()
    }
}

fn data(view: &View, action: &Action, range: TextRange) -> Option<Data> {
    let kind = match action.kind {
        ActionKind::Fix => Kind::Fix,
        ActionKind::SuppressLine => Kind::SuppressLine,
        ActionKind::SuppressObject => Kind::SuppressObject,
        ActionKind::SuppressFile => Kind::SuppressFile,
        ActionKind::FixAll | ActionKind::Harden => return None,
    };
    Some(Data {
        uri: view.revision.uri.clone(),
        revision: view.revision.id,
        kind,
        rule: action.rule.clone()?,
        start: range.start().into(),
        end: range.end().into(),
    })
}

/// The edits of an action that was chosen.
///
/// # Errors
/// When the text is another by now and the finding is not where it was.
pub(crate) fn resolved(view: &View, mut action: CodeAction, data: &Data) -> Result<CodeAction> {
    let kind = match data.kind {
        Kind::Fix => ActionKind::Fix,
        Kind::SuppressLine => ActionKind::SuppressLine,
        Kind::SuppressObject => ActionKind::SuppressObject,
        Kind::SuppressFile => ActionKind::SuppressFile,
    };
    // The range comes back from the client, which may have made anything of it.
    let is_range = data.start <= data.end;
    let range = TextRange::new(data.start.min(data.end).into(), data.end.into());
    let found = is_range.then(|| resolve(&view.file, kind, &data.rule, range)).flatten();
    let Some(found) = found else { return Err(content_modified()) };
    action.edit = Some(edit(view, &found.edits));
    Ok(action)
}

/// What to answer when a text has moved on.
pub(crate) fn content_modified() -> Error {
    Error {
        code: ErrorCode::ContentModified,
        message: "the text has changed since this was offered".into(),
        data: None,
    }
}

/// Changes of the text of a view.
pub(crate) fn edit(view: &View, edits: &[TextEdit]) -> WorkspaceEdit {
    let uri = view.revision.uri.clone();
    let edits = view.text().edits(edits);
    if view.client.checks_edit_versions {
        let version = Some(view.revision.version);
        let text_document = OptionalVersionedTextDocumentIdentifier { uri, version };
        let edits = edits.into_iter().map(OneOf::Left).collect();
        let changes = DocumentChanges::Edits(vec![TextDocumentEdit { text_document, edits }]);
        WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() }
    } else {
        WorkspaceEdit { changes: Some([(uri, edits)].into()), ..WorkspaceEdit::default() }
    }
}

/// An edit with what it does, and what it leaves, in words; to be confirmed before it is applied, if it should be.
/// A client that cannot show it gets the edit alone.
fn explained(view: &View, action: &Action, needs_confirmation: bool) -> WorkspaceEdit {
    let plain = edit(view, &action.edits);
    let (true, Some(DocumentChanges::Edits(documents))) =
        (view.client.annotates_changes, &plain.document_changes)
    else {
        return plain;
    };
    let annotation = ChangeAnnotation {
        label: action.title.clone(),
        needs_confirmation: Some(needs_confirmation),
        description: Some(action.details.join("\n")),
    };
    let annotated = documents.iter().cloned().map(|mut document| {
        for one in &mut document.edits {
            if let OneOf::Left(text_edit) = one {
                let text_edit = std::mem::take(text_edit);
                *one = OneOf::Right(AnnotatedTextEdit { text_edit, annotation_id: crate::NAME.to_owned() });
            }
        }
        document
    });
    WorkspaceEdit {
        document_changes: Some(DocumentChanges::Edits(annotated.collect())),
        change_annotations: Some([(crate::NAME.to_owned(), annotation)].into()),
        changes: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wanted_kind_holds_itself_and_what_begins_with_it() {
        let kind = CodeActionKind::new(FIX_ALL);
        for (wanted, holding) in [
            ("", true),
            ("source", true),
            ("source.fixAll", true),
            (FIX_ALL, true),
            ("source.fixAll.other", false),
            ("source.fix", false),
            ("quickfix", false),
        ] {
            assert_eq!(holds(&CodeActionKind::new(wanted), &kind), holding, "{wanted}");
        }
    }
}

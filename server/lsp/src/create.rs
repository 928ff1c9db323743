//! New manifests from evidence: the command behind a lens.

use crate::action;
use crate::convert;
use crate::view::View;
use leastwise_analysis::{Creation, NewManifest};
use leastwise_text::{TextEdit, TextRange};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::Path;
use tower_lsp::lsp_types::{
    AnnotatedTextEdit, ChangeAnnotation, Command, CreateFile, CreateFileOptions, DocumentChangeOperation,
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, Position, Range, ResourceOp,
    TextDocumentEdit, Url, WorkspaceEdit,
};

/// The command. Its one argument is what to make, and for which text.
pub(crate) const CREATE: &str = "leastwise.createFromEvidence";

/// How many names are tried for a new file.
const TRIES: usize = 100;

/// What the command is asked for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Wanted {
    /// The text with the object.
    pub(crate) uri: Url,
    /// What to make.
    creation: Creation,
}

/// What the client is to do.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) edit: WorkspaceEdit,
    /// The new file, to be shown.
    pub(crate) file: Option<Url>,
}

/// The command that makes it.
pub(crate) fn command(view: &View, title: String, creation: Creation) -> Command {
    let wanted = Wanted { uri: view.revision.uri.clone(), creation };
    Command {
        title,
        command: CREATE.to_owned(),
        arguments: serde_json::to_value(wanted).ok().map(|one| vec![one]),
    }
}

/// Makes a manifest: what the command answers, and what the client is to do, if it can. `Err` says why nothing was made.
pub(crate) fn made(view: &View, wanted: &Wanted) -> Result<(Value, Option<Made>), String> {
    let manifest = leastwise_analysis::create(&view.file, &wanted.creation)?;
    let answer = json!({"text": manifest.text, "notes": manifest.notes});
    let made =
        view.client.applies_edits.then(|| beside(view, &manifest).unwrap_or_else(|| below(view, &manifest)));
    Ok((answer, made))
}

/// A new file beside the text, for a client that can create one.
fn beside(view: &View, manifest: &NewManifest) -> Option<Made> {
    let path = convert::path(&view.revision.uri).filter(|_| view.client.creates_files)?;
    let uri = free(path.parent()?, &manifest.file_name)?;
    let annotation_id = view.client.annotates_changes.then(|| crate::NAME.to_owned());
    let options = CreateFileOptions { overwrite: Some(false), ignore_if_exists: Some(false) };
    let create =
        CreateFile { uri: uri.clone(), options: Some(options), annotation_id: annotation_id.clone() };
    let start = Position::new(0, 0);
    let text_edit = tower_lsp::lsp_types::TextEdit::new(Range::new(start, start), manifest.text.clone());
    let edit = match &annotation_id {
        Some(annotation_id) => {
            OneOf::Right(AnnotatedTextEdit { text_edit, annotation_id: annotation_id.clone() })
        }
        None => OneOf::Left(text_edit),
    };
    let text_document = OptionalVersionedTextDocumentIdentifier { uri: uri.clone(), version: None };
    let fill = TextDocumentEdit { text_document, edits: vec![edit] };
    let annotation = ChangeAnnotation {
        label: manifest.title.clone(),
        needs_confirmation: Some(true),
        description: Some(manifest.notes.join("\n")),
    };
    let edit = WorkspaceEdit {
        document_changes: Some(DocumentChanges::Operations(vec![
            DocumentChangeOperation::Op(ResourceOp::Create(create)),
            DocumentChangeOperation::Edit(fill),
        ])),
        change_annotations: annotation_id.map(|id| [(id, annotation)].into()),
        changes: None,
    };
    Some(Made { edit, file: Some(uri) })
}

/// More documents at the end of the text.
fn below(view: &View, manifest: &NewManifest) -> Made {
    let text = view.file.buffer().text();
    let line_end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let range = TextRange::empty(leastwise_text::TextSize::of(&*text));
    let edit = TextEdit { range, content: format!("{line_end}---\n{}", manifest.text) };
    Made { edit: action::edit(view, &[edit]), file: None }
}

/// A file of that name, or of one like it, that is not there yet.
fn free(folder: &Path, name: &str) -> Option<Url> {
    let stem = name.strip_suffix(".yaml").unwrap_or(name);
    let names =
        std::iter::once(name.to_owned()).chain((2..TRIES).map(|count| format!("{stem}-{count}.yaml")));
    let path = names.map(|name| folder.join(name)).find(|path| !path.exists())?;
    Url::from_file_path(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_takes_the_place_of_none() {
        let folder = tempfile::tempdir().unwrap();
        let name =
            || free(folder.path(), "cart-role.yaml").unwrap().path().rsplit('/').next().unwrap().to_owned();
        assert_eq!(name(), "cart-role.yaml");
        std::fs::write(folder.path().join("cart-role.yaml"), "").unwrap();
        assert_eq!(name(), "cart-role-2.yaml");
    }
}

//! Findings as diagnostics, to be pushed or pulled.

use crate::client::Features;
use crate::convert::{Text, severity};
use crate::revision::Revision;
use crate::view::View;
use leastwise_analysis::{File, Located, Sighting, certainty};
use leastwise_manifest::Declared;
use leastwise_text::{Buffer, TextRange};
use serde_json::json;
use tower_lsp::lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DocumentDiagnosticReport,
    DocumentDiagnosticReportResult, FullDocumentDiagnosticReport, Location, NumberOrString,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport,
    UnchangedDocumentDiagnosticReport, Url,
};

/// What is to be shown of a text: what the rules found, then what the model saw.
pub(crate) fn diagnostics(file: &File, revision: &Revision, client: &Features) -> Vec<Diagnostic> {
    let text = Text { buffer: file.buffer(), encoding: client.encoding };
    let found = file.shown().map(|located| diagnostic(&located, text, &revision.uri, client));
    let seen = revision.shown().iter().filter(|sighting| sighting.is_shown());
    found.chain(seen.map(|sighting| guess(sighting, text))).collect()
}

/// Something the model saw: it is said to be the model's, and how sure it is.
fn guess(sighting: &Sighting, text: Text<'_>) -> Diagnostic {
    Diagnostic {
        range: text.range(sighting.range),
        severity: Some(severity(sighting.severity)),
        code: Some(NumberOrString::String(sighting.label.clone())),
        source: Some(crate::NAME.to_owned()),
        message: format!("{} ({})", sighting.message, certainty(sighting.probability)),
        data: Some(json!({
            "source": "model",
            "rule": sighting.label,
            "probability": sighting.probability,
            "document": sighting.document,
            "path": sighting.path.to_string(),
        })),
        ..Diagnostic::default()
    }
}

/// One finding.
pub(crate) fn diagnostic(located: &Located<'_>, text: Text<'_>, uri: &Url, client: &Features) -> Diagnostic {
    let finding = &located.diagnosis.finding;
    let related = finding.related.iter().filter_map(|related| {
        let location = match &related.object {
            None => Location::new(uri.clone(), text.range(related.range + located.offset)),
            Some(object) => elsewhere(object, related.range, text)?,
        };
        Some(DiagnosticRelatedInformation { location, message: related.message.clone() })
    });
    let address = finding.rule.url().and_then(|address| Url::parse(&address).ok());
    Diagnostic {
        range: text.range(located.range()),
        severity: Some(severity(located.diagnosis.severity)),
        code: Some(NumberOrString::String(finding.rule.id.to_owned())),
        code_description: address.map(|href| CodeDescription { href }),
        source: Some(crate::NAME.to_owned()),
        message: finding.message.clone(),
        related_information: (client.shows_related && !finding.related.is_empty()).then(|| related.collect()),
        data: Some(json!({
            "rule": finding.rule.id,
            "document": located.document,
            "path": finding.path.to_string(),
        })),
        ..Diagnostic::default()
    }
}

/// A place in the document of another object, in the encoding of `text`. The server names sources by their address.
fn elsewhere(object: &Declared, range: TextRange, text: Text<'_>) -> Option<Location> {
    let buffer = Buffer::new(object.document.source());
    let mut range = Text { buffer: &buffer, encoding: text.encoding }.range(range);
    let row = u32::try_from(object.row).unwrap_or(u32::MAX);
    range.start.line = range.start.line.saturating_add(row);
    range.end.line = range.end.line.saturating_add(row);
    Some(Location::new(Url::parse(&object.source).ok()?, range))
}

/// The answer to a client that asks for diagnostics and may know those of an earlier revision.
pub(crate) fn pulled(view: &View, previous: Option<&str>) -> DocumentDiagnosticReportResult {
    let has_seen = if view.revision.seen().is_some() { "+model" } else { "" };
    let result_id = format!("{}{has_seen}", view.revision.id);
    let report = if previous == Some(result_id.as_str()) {
        DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id },
        })
    } else {
        full(Some(result_id), diagnostics(&view.file, &view.revision, &view.client))
    };
    DocumentDiagnosticReportResult::Report(report)
}

/// The answer for a document that is not open.
pub(crate) fn none() -> DocumentDiagnosticReportResult {
    DocumentDiagnosticReportResult::Report(full(None, Vec::new()))
}

fn full(result_id: Option<String>, items: Vec<Diagnostic>) -> DocumentDiagnosticReport {
    DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
        related_documents: None,
        full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id, items },
    })
}

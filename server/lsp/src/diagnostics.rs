//! Findings as diagnostics, to be pushed or pulled.

use crate::client::Features;
use crate::convert::{Text, severity};
use crate::event::View;
use leastwise_analysis::{File, Located};
use serde_json::json;
use tower_lsp::lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DocumentDiagnosticReport,
    DocumentDiagnosticReportResult, FullDocumentDiagnosticReport, Location, NumberOrString,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport,
    UnchangedDocumentDiagnosticReport, Url,
};

/// What is to be shown of a text.
pub(crate) fn diagnostics(file: &File, uri: &Url, client: &Features) -> Vec<Diagnostic> {
    let text = Text { buffer: file.buffer(), encoding: client.encoding };
    file.shown().map(|located| diagnostic(&located, text, uri, client)).collect()
}

/// One finding.
pub(crate) fn diagnostic(located: &Located<'_>, text: Text<'_>, uri: &Url, client: &Features) -> Diagnostic {
    let finding = &located.diagnosis.finding;
    let related = finding.related.iter().map(|related| DiagnosticRelatedInformation {
        location: Location::new(uri.clone(), text.range(related.range + located.offset)),
        message: related.message.clone(),
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

/// The answer to a client that asks for diagnostics and may know those of an earlier revision.
pub(crate) fn pulled(view: &View, previous: Option<&str>) -> DocumentDiagnosticReportResult {
    let result_id = view.revision.id.to_string();
    let report = if previous == Some(result_id.as_str()) {
        DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id },
        })
    } else {
        full(Some(result_id), diagnostics(&view.file, &view.revision.uri, &view.client))
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

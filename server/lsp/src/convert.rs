//! Between the protocol's lines and columns and our byte offsets. Nothing else in this crate does such arithmetic.

use leastwise_analysis::configuration::ConfigurationError;
use leastwise_rules::Severity;
use leastwise_text::{Buffer, Place, PositionEncoding, TextEdit, TextRange, TextSize};
use std::path::PathBuf;
use tower_lsp::lsp_types::{
    self as lsp, DiagnosticSeverity, NumberOrString, Position, PositionEncodingKind, Range, Url,
};

/// A text with the encoding in which its client counts columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'t> {
    pub(crate) buffer: &'t Buffer,
    pub(crate) encoding: PositionEncoding,
}

impl Text<'_> {
    /// A place in the text, clamped to it.
    pub(crate) fn offset(self, position: Position) -> TextSize {
        let position = leastwise_text::Position { line: position.line, character: position.character };
        self.buffer.offset(position, self.encoding)
    }

    /// A range of the text, clamped to it, its ends in order.
    pub(crate) fn offsets(self, range: Range) -> TextRange {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        TextRange::new(start.min(end), start.max(end))
    }

    pub(crate) fn position(self, offset: TextSize) -> Position {
        let leastwise_text::Position { line, character } = self.buffer.position(offset, self.encoding);
        Position { line, character }
    }

    pub(crate) fn range(self, range: TextRange) -> Range {
        Range { start: self.position(range.start()), end: self.position(range.end()) }
    }

    pub(crate) fn edits(self, edits: &[TextEdit]) -> Vec<lsp::TextEdit> {
        let edit = |edit: &TextEdit| lsp::TextEdit::new(self.range(edit.range), edit.content.clone());
        edits.iter().map(edit).collect()
    }
}

/// The encoding to use with a client that offers `offered`: our own where it can, and UTF-16, which all must know, where
/// it offers nothing that is known here.
pub(crate) fn negotiate(offered: &[PositionEncodingKind]) -> PositionEncoding {
    let known = [
        (PositionEncodingKind::UTF8, PositionEncoding::Utf8),
        (PositionEncodingKind::UTF16, PositionEncoding::Utf16),
        (PositionEncodingKind::UTF32, PositionEncoding::Utf32),
    ];
    let agreed = known.into_iter().find(|(kind, _)| offered.contains(kind));
    agreed.map_or(PositionEncoding::Utf16, |(_, encoding)| encoding)
}

/// The protocol's name of an encoding.
pub(crate) fn encoding_kind(encoding: PositionEncoding) -> PositionEncodingKind {
    match encoding {
        PositionEncoding::Utf8 => PositionEncodingKind::UTF8,
        PositionEncoding::Utf16 => PositionEncodingKind::UTF16,
        PositionEncoding::Utf32 => PositionEncodingKind::UTF32,
    }
}

/// The protocol's name of a severity.
pub(crate) fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Info => DiagnosticSeverity::INFORMATION,
        Severity::Hint => DiagnosticSeverity::HINT,
    }
}

/// The path of a document that lies on this machine.
pub(crate) fn path(uri: &Url) -> Option<PathBuf> {
    (uri.scheme() == "file").then(|| uri.to_file_path().ok()).flatten()
}

/// What is wrong with a configuration file, at its place in it.
pub(crate) fn configuration_diagnostic(
    error: &ConfigurationError,
    encoding: PositionEncoding,
) -> lsp::Diagnostic {
    // Without the text a column cannot be counted in the client's encoding; then the line's start stands for it.
    let text = std::fs::read_to_string(&error.path).unwrap_or_default();
    let buffer = Buffer::new(&text);
    let offset = |place: Place| {
        let position = leastwise_text::Position {
            line: place.row.saturating_sub(1),
            character: place.column.saturating_sub(1),
        };
        buffer.offset(position, PositionEncoding::Utf32)
    };
    let (start, end) = error.range.map_or_else(Default::default, |(start, end)| (offset(start), offset(end)));
    let text = Text { buffer: &buffer, encoding };
    lsp::Diagnostic {
        range: text.range(TextRange::new(start, end.max(start))),
        severity: Some(DiagnosticSeverity::ERROR),
        code: Some(NumberOrString::String("configuration".to_owned())),
        source: Some(crate::NAME.to_owned()),
        message: error.message.clone(),
        ..lsp::Diagnostic::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_agreed_is_the_cheapest_that_the_client_offers() {
        use PositionEncodingKind as Kind;
        assert_eq!(negotiate(&[]), PositionEncoding::Utf16);
        assert_eq!(negotiate(&[Kind::UTF16]), PositionEncoding::Utf16);
        assert_eq!(negotiate(&[Kind::UTF16, Kind::UTF8]), PositionEncoding::Utf8);
        assert_eq!(negotiate(&[Kind::UTF32]), PositionEncoding::Utf32);
        assert_eq!(negotiate(&[Kind::new("utf-7")]), PositionEncoding::Utf16);
    }

    #[test]
    fn a_range_is_put_in_order_and_clamped() {
        let buffer = Buffer::new("a: é\nb: 2\n");
        let text = Text { buffer: &buffer, encoding: PositionEncoding::Utf16 };
        let backwards = Range::new(Position::new(9, 9), Position::new(0, 3));
        assert_eq!(text.offsets(backwards), TextRange::new(3.into(), buffer.len()));
    }
}

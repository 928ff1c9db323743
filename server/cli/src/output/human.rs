//! `--format human`: the source line with carets under the characters at fault.

use super::Reported;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use leastwise_analysis::{Standing, certainty};
use leastwise_rules::Severity;
use leastwise_text::TextRange;
use std::borrow::Cow;
use std::ops::Range;

/// Draws findings for people.
pub(crate) struct Human {
    renderer: Renderer,
}

impl Human {
    /// For a terminal of that width, or for a file.
    pub(crate) fn new(width: Option<usize>) -> Self {
        let renderer = Renderer::styled();
        Self { renderer: width.map_or(renderer.clone(), |width| renderer.term_width(width)) }
    }

    /// A finding over several lines.
    pub(super) fn finding(&self, reported: &Reported<'_>) -> String {
        let level = match reported.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Info => Level::INFO,
            Severity::Hint => Level::HELP.with_name("hint"),
        };
        let title = level.primary_title(reported.message.as_ref()).id(reported.rule.as_ref());
        let lines = Lines::of(reported);
        let snippet = Snippet::source(lines.text)
            .path(reported.name)
            .line_start(lines.first as usize)
            .annotation(AnnotationKind::Primary.span(lines.range));
        let mut group = title.element(snippet);
        if reported.missing {
            group = group.element(Level::NOTE.message(format!("missing: {}", reported.path)));
        }
        for related in &reported.related {
            let place = format!("{}:{}:{}", related.name, related.start.row, related.start.column);
            group =
                group.element(Level::NOTE.with_name("see").message(format!("{place}: {}", related.message)));
        }
        if let Some(probability) = reported.probability {
            group = group.element(Level::NOTE.message(certainty(probability)));
        }
        if let Standing::Suppressed(reason) = reported.standing {
            group = group.element(Level::NOTE.message(format!("suppressed: {reason}")));
        }
        if let Some(offer) = &reported.offer {
            let fix = format!("{} ({})", offer.title, offer.applicability.name());
            group = group.element(Level::HELP.with_name("fix").message(fix));
        }
        self.renderer.render(&[group])
    }
}

/// The lines that a finding touches: the renderer is not shown the rest, which may be long.
struct Lines<'f> {
    text: Cow<'f, str>,
    /// The one-based row of the first.
    first: u32,
    /// The characters at fault, in `text`.
    range: Range<usize>,
}

impl<'f> Lines<'f> {
    fn of(reported: &Reported<'f>) -> Self {
        let (buffer, range) = (reported.buffer, reported.range);
        let line = |offset| buffer.line_range(buffer.line_of(offset));
        let lines = TextRange::new(line(range.start()).start(), line(range.end()).end().max(range.end()));
        let within = range - lines.start();
        Self {
            text: buffer.slice(lines),
            first: buffer.line_of(range.start()) + 1,
            range: within.start().into()..within.end().into(),
        }
    }
}

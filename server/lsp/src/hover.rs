//! Explanations where the cursor is.

use crate::view::View;
use leastwise_analysis::{Sighting, explain_request, sightings_at, weighed, weight_words};
use leastwise_text::TextSize;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use tower_lsp::lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};

/// What is known of a place.
pub(crate) fn hover(view: &View, position: Position) -> Option<Hover> {
    let offset: TextSize = view.text().offset(position);
    let seen = view.revision.seen().unwrap_or_default();
    let found = leastwise_analysis::hover(&view.file, seen, offset)?;
    let leastwise_analysis::Hover { range, mut markdown } = found;
    if let Some(words) = lines_that_weighed(view, seen, offset) {
        markdown.push_str("\n\n");
        markdown.push_str(&words);
    }
    if let Some(words) = model_words(view, offset) {
        markdown.push_str("\n\n---\n\n");
        markdown.push_str(&words);
    }
    let contents = if view.client.shows_markdown {
        MarkupContent { kind: MarkupKind::Markdown, value: markdown }
    } else {
        MarkupContent { kind: MarkupKind::PlainText, value: plain(&markdown) }
    };
    Some(Hover { contents: HoverContents::Markup(contents), range: Some(view.text().range(range)) })
}

/// Which lines weighed in what the model saw at a place, asked for like its words on a finding.
fn lines_that_weighed(view: &View, seen: &[Sighting], offset: TextSize) -> Option<String> {
    let model = view.model.as_ref()?;
    let sighting = sightings_at(seen, offset).next()?;
    let known = model.weights(&view.file, sighting);
    if !matches!(known, Some(Ok(_))) {
        model.weigh(&view.file, sighting);
    }
    Some(match known {
        Some(Ok(weights)) => weight_words(&weighed(&view.file, sighting, &weights)),
        Some(Err(reason)) => format!("*The model cannot tell which lines weighed: {}*", escaped(&reason)),
        None => "*The model is finding out which lines weighed; the next hover shows them.*".to_owned(),
    })
}

/// What the model says of the finding at a place. Where it has not been asked, it is asked now, and the next hover
/// shows its answer: nobody waits for a model.
fn model_words(view: &View, offset: TextSize) -> Option<String> {
    let model = view.model.as_ref().filter(|model| model.explains())?;
    let located = view.file.shown().find(|located| located.range().contains_inclusive(offset))?;
    let request = explain_request(&view.file, &located);
    match model.known(&request) {
        Some(explanation) if explanation.text.is_empty() => None,
        Some(explanation) => Some(format!("**In the model's words.** {}", escaped(&explanation.text))),
        None => {
            let failure = model.failure(&request);
            model.explain(request);
            Some(match failure {
                Some(reason) => format!("*The model has no answer: {}*", escaped(&reason)),
                None => "*The model is thinking about this; the next hover shows its answer.*".to_owned(),
            })
        }
    }
}

/// The model's words as words: no link, image or mark-up of its making.
fn escaped(words: &str) -> String {
    let has_code = words.matches('`').count().is_multiple_of(2);
    let mut is_code = false;
    let mut escaped = String::with_capacity(words.len());
    for char in words.chars() {
        if char == '`' && has_code {
            is_code = !is_code;
        } else if !is_code && char.is_ascii_punctuation() && !matches!(char, '.' | ',' | '\'' | '-') {
            escaped.push('\\');
        }
        escaped.push(char);
    }
    escaped
}

/// Markdown as plain text, for clients that would show its signs.
fn plain(markdown: &str) -> String {
    let mut text = String::new();
    let mut links = Vec::new();
    for event in Parser::new(markdown) {
        match event {
            Event::Text(words) | Event::Code(words) => text.push_str(&words),
            Event::SoftBreak => text.push(' '),
            Event::HardBreak | Event::End(TagEnd::Item | TagEnd::CodeBlock) => text.push('\n'),
            Event::Start(Tag::Item) => {
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push('\n');
                }
                text.push_str("- ");
            }
            Event::Start(Tag::Link { dest_url, .. }) => links.push((text.len(), dest_url)),
            Event::End(TagEnd::Link) => {
                // A link whose words are its address needs it but once.
                if let Some((start, address)) = links.pop()
                    && text.get(start..) != Some(address.as_ref())
                {
                    text.push_str(&format!(" ({address})"));
                }
            }
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::List(_)) => text.push_str("\n\n"),
            Event::Rule => text.push_str("---\n\n"),
            _ => {}
        }
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_models_words_make_no_mark_up_but_code() {
        assert_eq!(escaped("Set `a[0]`, not [this](x)!"), "Set `a[0]`, not \\[this\\]\\(x\\)\\!");
        assert_eq!(escaped("A ` alone"), "A \\` alone");
    }

    #[test]
    fn plain_text_keeps_the_words_and_the_addresses() {
        let markdown = "**Bad** · `host-pid`\n\nIt sees\nall. [docs](https://a.example)\n\n- one\n- <https://b.example>\n\n---\n\nEnd.";
        assert_eq!(
            plain(markdown),
            "Bad · host-pid\n\nIt sees all. docs (https://a.example)\n\n- one\n- https://b.example\n\n\n---\n\nEnd."
        );
    }
}

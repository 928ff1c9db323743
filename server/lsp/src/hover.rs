//! Explanations where the cursor is.

use crate::event::View;
use leastwise_text::TextSize;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use tower_lsp::lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};

/// What is known of a place.
pub(crate) fn hover(view: &View, position: Position) -> Option<Hover> {
    let offset: TextSize = view.text().offset(position);
    let leastwise_analysis::Hover { range, markdown } = leastwise_analysis::hover(&view.file, offset)?;
    let contents = if view.client.shows_markdown {
        MarkupContent { kind: MarkupKind::Markdown, value: markdown }
    } else {
        MarkupContent { kind: MarkupKind::PlainText, value: plain(&markdown) }
    };
    Some(Hover { contents: HoverContents::Markup(contents), range: Some(view.text().range(range)) })
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
    fn plain_text_keeps_the_words_and_the_addresses() {
        let markdown = "**Bad** · `host-pid`\n\nIt sees\nall. [docs](https://a.example)\n\n- one\n- <https://b.example>\n\n---\n\nEnd.";
        assert_eq!(
            plain(markdown),
            "Bad · host-pid\n\nIt sees all. docs (https://a.example)\n\n- one\n- https://b.example\n\n\n---\n\nEnd."
        );
    }
}

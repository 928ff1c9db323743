//! The Markdown of rules' documentation, for a terminal: headings, paragraphs, lists, links and code.

use anstyle::{AnsiColor, Style};
use textwrap::{Options, WordSplitter};

/// The widest a text is set.
pub(crate) const WIDTH: usize = 100;

const HEADING: Style = Style::new().bold().underline();
const CODE: Style = AnsiColor::Cyan.on_default();

/// Lines end between words only, so that addresses and ids stay whole.
pub(crate) fn options(width: usize) -> Options<'static> {
    Options::new(width).break_words(false).word_splitter(WordSplitter::NoHyphenation)
}

/// Sets a text for a terminal, piece by piece as it comes.
#[derive(Debug)]
pub(crate) struct Flow {
    width: usize,
    column: usize,
}

impl Flow {
    pub(crate) fn new(width: usize) -> Self {
        Self { width, column: 0 }
    }

    /// The next piece, with line ends in place of some blanks.
    pub(crate) fn set(&mut self, piece: &str) -> String {
        let mut set = String::new();
        for (index, word) in piece.split(' ').enumerate() {
            let length = textwrap::core::display_width(word);
            if index > 0 {
                let fits = self.column + 1 + length <= self.width;
                set.push(if fits { ' ' } else { '\n' });
                self.column = if fits { self.column + 1 } else { 0 };
            }
            set.push_str(word);
            self.column += length;
        }
        set
    }
}

/// Sets a text for a terminal.
pub(crate) fn render(markdown: &str, width: usize) -> String {
    let mut page = String::new();
    let mut paragraph = String::new();
    let mut is_code = false;
    for line in markdown.lines() {
        if line.starts_with("```") {
            end_paragraph(&mut paragraph, &mut page, width);
            is_code = !is_code;
        } else if is_code {
            page.push_str(&format!("    {CODE}{line}{CODE:#}\n"));
        } else if let Some(heading) = line.strip_prefix("## ") {
            end_paragraph(&mut paragraph, &mut page, width);
            page.push_str(&format!("{HEADING}{heading}{HEADING:#}\n"));
        } else if line.trim().is_empty() {
            end_paragraph(&mut paragraph, &mut page, width);
            page.push('\n');
        } else {
            if line.starts_with("- ") {
                end_paragraph(&mut paragraph, &mut page, width);
            }
            paragraph.push_str(line.trim());
            paragraph.push(' ');
        }
    }
    end_paragraph(&mut paragraph, &mut page, width);
    page
}

fn end_paragraph(paragraph: &mut String, page: &mut String, width: usize) {
    if paragraph.is_empty() {
        return;
    }
    let indent = if paragraph.starts_with("- ") { "  " } else { "" };
    page.push_str(&textwrap::fill(&inline(paragraph.trim_end()), options(width).subsequent_indent(indent)));
    page.push('\n');
    paragraph.clear();
}

/// `[words](address)` as words and address, and code between backticks in colour.
fn inline(text: &str) -> String {
    let mut rest = text;
    let mut set = String::new();
    while let Some(at) = rest.find(['`', '[']) {
        set.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((code, after)) = rest.strip_prefix('`').and_then(|code| code.split_once('`')) {
            set.push_str(&format!("{CODE}{code}{CODE:#}"));
            rest = after;
        } else if let Some((words, address, after)) = link(rest) {
            set.push_str(&format!("{words}: {address}"));
            rest = after;
        } else {
            set.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    set + rest
}

fn link(text: &str) -> Option<(&str, &str, &str)> {
    let (words, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (address, after) = rest.split_once(')')?;
    (!words.contains(']')).then_some((words, address, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_flow_into_lines() {
        let mut flow = Flow::new(12);
        let set: String = ["It is bad.", " Set it off.", " Done."].map(|piece| flow.set(piece)).concat();
        assert_eq!(set, "It is bad.\nSet it off.\nDone.");
    }

    #[test]
    fn headings_lists_links_and_code_are_set() {
        let markdown = "\
What it finds, in\nlines of any length.\n
## Why\nBecause `hostPID` is [known](https://kubernetes.io/x) [to harm].\n
```yaml\nspec:\n  hostPID: true\n```\n
- one that is rather long for a line\n- two";
        let plain = anstream::adapter::strip_str(&render(markdown, 30)).to_string();
        assert_eq!(
            plain,
            "\
What it finds, in lines of any
length.\n
Why
Because hostPID is known:
https://kubernetes.io/x [to
harm].\n
    spec:
      hostPID: true\n
- one that is rather long for
  a line
- two
"
        );
    }
}

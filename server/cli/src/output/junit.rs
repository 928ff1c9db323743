//! `--format junit`: a test case for each finding, which fails where the finding makes the check fail. For systems
//! that show test results and nothing else.

use super::Reported;

/// What stands before the first finding.
pub(super) const OPENING: &str =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"leastwise\">\n";

/// What stands after the last.
pub(super) const CLOSING: &str = "\n</testsuite>\n</testsuites>\n";

/// What stands in place of findings.
pub(super) const NOTHING: &str = "<testcase classname=\"leastwise\" name=\"no findings\"/>";

/// A finding as a test case.
pub(super) fn finding(reported: &Reported<'_>) -> String {
    let start = reported.start();
    let place = format!("{}:{}:{}", reported.name, start.row, start.column);
    let name = format!("{} at {}:{}", reported.rule, start.row, start.column);
    let (severity, message) = (reported.severity.name(), escape(&reported.message));
    let text = format!("{}\n{severity}: {message}", escape(&place));
    let body = if reported.fails {
        format!("<failure type=\"{severity}\" message=\"{message}\">{text}</failure>")
    } else {
        format!("<system-out>{text}</system-out>")
    };
    format!("<testcase classname=\"{}\" name=\"{}\">{body}</testcase>", escape(reported.name), escape(&name))
}

/// As text and in attributes. Control characters have no place in XML at all.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(' '),
            _ if char.is_control() => escaped.push('\u{fffd}'),
            _ => escaped.push(char),
        }
    }
    escaped
}

//! `--format github`: commands that GitHub's workflow runner turns into annotations on the changed lines.

use super::Reported;
use leastwise_rules::Severity;

/// A finding as a workflow command.
pub(super) fn finding(reported: &Reported<'_>) -> String {
    let command = match reported.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Hint => "notice",
    };
    let (start, end) = (reported.start(), reported.end());
    format!(
        "::{command} file={},line={},col={},endLine={},endColumn={},title={}::{}",
        property(reported.name),
        start.row,
        start.column,
        end.row,
        end.column,
        property(&reported.rule),
        data(&reported.message),
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

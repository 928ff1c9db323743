//! Files that are changed: what changes, as version control writes it, and the change itself.

use anstyle::{AnsiColor, Style};
use similar::TextDiff;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const HUNK: Style = AnsiColor::Cyan.on_default();
const NAME: Style = Style::new().bold();

/// The change of a text.
pub(crate) fn diff(name: &str, before: &str, after: &str) -> String {
    // As version control writes it: `a/` stands for the root.
    let name = name.trim_start_matches('/');
    let difference = TextDiff::from_lines(before, after);
    let mut text = String::new();
    for hunk in difference.unified_diff().iter_hunks() {
        if text.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(text, "{NAME}--- a/{name}{NAME:#}\n{NAME}+++ b/{name}{NAME:#}\n");
        }
        let _ = writeln!(text, "{HUNK}{}{HUNK:#}", hunk.header());
        for change in hunk.iter_changes() {
            let (sign, style) = match change.tag() {
                similar::ChangeTag::Equal => (' ', Style::new()),
                similar::ChangeTag::Delete => ('-', REMOVED),
                similar::ChangeTag::Insert => ('+', ADDED),
            };
            let line = change.value();
            let content = line.trim_end_matches(['\n', '\r']);
            let end = &line[content.len()..];
            let _ = write!(text, "{style}{sign}{content}{style:#}{end}");
            if change.missing_newline() {
                text.push_str("\n\\ No newline at end of file\n");
            }
        }
    }
    text
}

/// Puts the bytes in the file's place in one step, so that nobody ever sees half a file. What a link points to is
/// written, and the permissions stay.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = path.canonicalize()?;
    let permissions = path.metadata()?.permissions();
    if permissions.readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
    }
    let folder = path.parent().ok_or(io::ErrorKind::NotFound)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().set_permissions(permissions)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

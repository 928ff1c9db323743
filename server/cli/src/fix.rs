//! `leastwise fix`

use crate::configurations::Configurations;
use crate::console::Console;
use crate::judged::{Judged, judge};
use crate::judging::Judging;
use crate::problem::Problem;
use crate::sources::{Origin, sources};
use crate::{DONE, FAILED};
use anstyle::{AnsiColor, Style};
use clap::Args;
use leastwise_analysis::{Fixed, fix};
use rayon::prelude::*;
use similar::TextDiff;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const HUNK: Style = AnsiColor::Cyan.on_default();
const NAME: Style = Style::new().bold();

/// Rewrites manifests to their least-privilege form, as far as that is proved.
#[derive(Debug, Args)]
#[command(
    after_help = "Of standard input (`-`) the fixed text goes to standard output.\n\nExit code: 0 done, \
                        whatever was left; 2 something could not be judged or written."
)]
pub(crate) struct Fix {
    #[command(flatten)]
    judging: Judging,
    /// Print what would change and write nothing.
    #[arg(long)]
    diff: bool,
    /// Apply fixes, too, that may change how a working program behaves.
    #[arg(long = "unsafe")]
    behavioural: bool,
}

pub(crate) fn run(options: &Fix, console: &mut Console) -> io::Result<u8> {
    let (sources, unfound) = sources(&options.judging.paths, options.judging.stdin_filename.as_deref());
    let mut configurations = Configurations::new(options.judging.settings.configuration(None));
    let mut project = judge(sources, &mut configurations);
    project.problems.splice(..0, unfound);

    let fixed: Vec<_> = project
        .files
        .par_iter()
        .map(|judged| {
            let text = judged.file.buffer().text();
            let fixed = fix(&text, judged.file.environment(), options.behavioural);
            (judged, text, fixed)
        })
        .collect();
    if let Some(untouched) = project.untouched.as_ref().filter(|_| !options.diff) {
        console.out().write_all(untouched)?;
    }
    let (mut applied, mut left) = (0, 0);
    for (judged, text, fixed) in fixed {
        let name = &judged.source.name;
        if options.diff {
            console.out().write_all(diff(name, &text, &fixed.text).as_bytes())?;
        } else if judged.source.origin == Origin::StandardInput {
            console.out().write_all(&judged.encoding.encode(&fixed.text))?;
        } else if fixed.text != text
            && let Err(error) = write(&judged.source.place, &judged.encoding.encode(&fixed.text))
        {
            project.problems.push(Problem::unwritable(name, error));
            continue;
        }
        applied += fixed.applied.len();
        left += fixed.left.len();
        if !fixed.applied.is_empty() || !fixed.left.is_empty() {
            console.remark(&account(judged, &fixed, options.diff));
        }
    }
    for problem in &project.problems {
        console.error(problem);
    }
    let verb = if options.diff { "would be applied" } else { "applied" };
    console.remark(&format!("{applied} {} {verb}; {left} left", if applied == 1 { "fix" } else { "fixes" }));
    Ok(if project.problems.is_empty() { DONE } else { FAILED })
}

fn diff(name: &str, before: &str, after: &str) -> String {
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

/// What was done to a file, and what was not, and why.
fn account(judged: &Judged, fixed: &Fixed, is_diff: bool) -> String {
    let has_documents = judged.file.stream().documents().len() > 1;
    let place = |document: usize, path: &dyn std::fmt::Display| {
        if has_documents { format!("document {}: {path}", document + 1) } else { path.to_string() }
    };
    let verb = if is_diff { "would apply" } else { "applied" };
    let mut text = format!("{NAME}{}{NAME:#}", judged.source.name);
    for applied in &fixed.applied {
        let place = place(applied.document, &applied.path);
        let _ = write!(text, "\n  {ADDED}{verb}{ADDED:#} {}: {} ({place})", applied.rule, applied.title);
    }
    for left in &fixed.left {
        let place = place(left.document, &left.path);
        let _ = write!(text, "\n  {REMOVED}left{REMOVED:#} {}: {} ({place})", left.rule, left.why);
    }
    text
}

/// Puts the bytes in the file's place in one step, so that nobody ever sees half a file. What a link points to is
/// written, and the permissions stay.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
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

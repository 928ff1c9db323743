//! `leastwise fix`

use crate::configurations::Configurations;
use crate::console::Console;
use crate::judged::{Judged, judge};
use crate::judging::Judging;
use crate::problem::Problem;
use crate::rewrite::{diff, write};
use crate::sources::{Origin, sources};
use crate::{DONE, FAILED};
use anstyle::{AnsiColor, Style};
use clap::Args;
use leastwise_analysis::{Fixed, fix};
use rayon::prelude::*;
use std::fmt::Write as _;
use std::io::{self, Write as _};

const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
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

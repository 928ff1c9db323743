//! `leastwise evidence`

use crate::console::Console;
use crate::{DONE, FAILED, progress};
use clap::Args;
use indicatif::ProgressBar;
use leastwise_evidence::{Input, Problem, Reading, Record, Visible, Watch, read};
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

/// The most problems that are shown; the others are counted only.
const SHOWN: usize = 20;

/// Reads runtime logs to one small record of what was seen.
#[derive(Debug, Args)]
pub(crate) struct Evidence {
    /// Logs, or records that were made earlier: files, folders, or `-` for standard input. In which format they are
    /// written and compressed, their content says: Kubernetes audit logs (also as the clouds wrap them), flows of Hubble
    /// and Calico, and events of Tetragon, Falco, SPADE and Inspektor Gadget.
    #[arg(value_name = "LOG", required = true)]
    logs: Vec<PathBuf>,
    /// Where to write the record; standard output otherwise.
    #[arg(short, long, value_name = "RECORD")]
    output: Option<PathBuf>,
}

pub(crate) fn run(options: &Evidence, console: &mut Console) -> io::Result<u8> {
    let reading = gather(&options.logs, console);
    summarize(&reading.record, console);
    let json = reading.record.to_json()?;
    let mut code = if reading.is_complete { DONE } else { FAILED };
    match &options.output {
        None => writeln!(console.out(), "{json}")?,
        Some(path) => {
            if let Err(error) = fs::write(path, json + "\n") {
                console.error(&format!("{}: not written: {error}", path.display()));
                code = FAILED;
            }
        }
    }
    Ok(code)
}

/// Reads logs and records with a bar on the terminal, and says what could not be read.
pub(crate) fn gather(paths: &[PathBuf], console: &mut Console) -> Reading {
    let (inputs, mut problems) = Input::of_paths(paths);
    let size = inputs.iter().map(Input::size).sum::<Option<u64>>();
    let bar = Bar(progress::logs(size));
    let mut reading = read(inputs, &bar);
    bar.0.finish_and_clear();
    reading.problem_count += problems.len() as u64;
    reading.is_complete &= problems.is_empty();
    problems.append(&mut reading.problems);
    reading.problems = problems;
    tell(&reading.problems, reading.problem_count, console);
    reading
}

struct Bar(ProgressBar);

impl Watch for Bar {
    fn advance(&self, bytes: u64) {
        self.0.inc(bytes);
    }
}

fn tell(problems: &[Problem], count: u64, console: &mut Console) {
    let shown = problems.len().min(SHOWN);
    for problem in problems.iter().take(shown) {
        console.error(problem);
    }
    let others = count.saturating_sub(shown as u64);
    if others > 0 {
        console.error(&format!("{others} more that could not be read"));
    }
}

/// What each source cannot vouch for, and what there is of all.
fn summarize(record: &Record, console: &mut Console) {
    let certificate = record.certificate();
    for source in &certificate.sources {
        let names = source.names.iter().cloned().collect::<Vec<_>>().join(", ");
        let mut notes: Vec<String> = Vec::new();
        notes.extend(source.losses.iter().map(|(loss, count)| format!("{count} {loss}")));
        notes.extend(source.undecided.iter().map(|(why, count)| format!("{count} {why}")));
        notes.extend(source.cautions.iter().map(ToString::to_string));
        if !notes.is_empty() {
            console.note(&format!("{}: {}", Visible(&names), notes.join("; ")));
        }
    }
    let window = match (&certificate.first, &certificate.last) {
        (Some(first), Some(last)) => format!(" from {first} to {last}"),
        _ => String::new(),
    };
    console.note(&format!(
        "{} events{window}: {} requests, {} connections, {} containers",
        certificate.events,
        record.requests.len(),
        record.connections.len(),
        record.containers.len()
    ));
}

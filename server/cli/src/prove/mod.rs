//! `leastwise prove`

mod human;
mod json;

use crate::console::Console;
use crate::manifests::{Manifests, Standing};
use crate::problem::Problem;
use crate::{DONE, FAILED, FOUND, evidence};
use clap::{Args, ValueEnum};
use leastwise_harden::needed;
use leastwise_privilege::{Applied, Atom, Needed, Proof, Verdict, prove};
use std::io::{self, Write};
use std::path::PathBuf;

/// Nobody can know whether privilege was gained.
pub(crate) const UNDECIDED: u8 = 3;

/// Says whether a change of manifests gives anybody more.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit code: 0 nothing more is allowed, 1 more is allowed or something needed is lost, 2 something \
                  could not be read, 3 undecided."
)]
pub(crate) struct Prove {
    /// The file or folder before the change.
    before: PathBuf,
    /// The file or folder after the change.
    after: PathBuf,
    /// What is needed and must stay allowed: logs, or records that `leastwise evidence` has made. May be repeated.
    #[arg(long, value_name = "LOG")]
    evidence: Vec<PathBuf>,
    /// The form of the output.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// The namespace of objects that do not say one.
    #[arg(long, short, value_name = "NAMESPACE", default_value = "default")]
    namespace: String,
}

/// A form of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Sentences.
    Human,
    /// One object, for programs.
    Json,
}

/// What is printed, with the files in which it stands.
struct Report<'r> {
    proof: &'r Proof,
    before: &'r Manifests,
    after: &'r Manifests,
}

pub(crate) fn run(options: &Prove, console: &mut Console) -> io::Result<u8> {
    let [before, after] =
        [&options.before, &options.after].map(|path| Manifests::read(std::slice::from_ref(path)));
    let problems: Vec<&Problem> = before.problems.iter().chain(&after.problems).collect();
    for problem in &problems {
        console.error(problem);
    }
    if !problems.is_empty() {
        return Ok(FAILED);
    }
    let Some((needed, unanswerable)) = gather_needed(&options.evidence, console) else { return Ok(FAILED) };
    let objects = [before.objects(), after.objects()];
    let [applied_before, applied_after] =
        [&objects[0], &objects[1]].map(|objects| Applied { objects, namespace: &options.namespace });
    let mut proof = prove(applied_before, applied_after, &needed);
    proof.comparison.assumptions.extend(unanswerable);
    for error in before.errors().into_iter().chain(after.errors()) {
        proof.comparison.hide(error);
    }
    let report = Report { proof: &proof, before: &before, after: &after };
    let text = match options.format {
        Format::Human => human::report(&report),
        Format::Json => json::report(&report)?,
    };
    console.out().write_all(text.as_bytes())?;
    Ok(code(&proof))
}

/// What the evidence says is needed, and in words what of it cannot be asked about. `None` where some of it could not be
/// read: then nobody knows what else is needed.
fn gather_needed(paths: &[PathBuf], console: &mut Console) -> Option<(Needed, Vec<String>)> {
    if paths.is_empty() {
        return Some((Needed::default(), Vec::new()));
    }
    let reading = evidence::gather(paths, console);
    if !reading.is_complete {
        return None;
    }
    let (needed, unanswerable) = needed(&reading.record);
    if needed.requests.is_empty() && needed.connections.is_empty() {
        console.note(&"the evidence shows no request and no connection: nothing is known to be needed");
    }
    let mut words = Vec::new();
    if reading.problem_count > 0 {
        words.push(format!(
            "{} pieces of the evidence could not be read: what they say is not asked about",
            reading.problem_count
        ));
    }
    words.extend(
        unanswerable
            .iter()
            .map(|(why, count)| format!("{count} connections of the evidence are not asked about: {why}")),
    );
    Some((needed, words))
}

fn code(proof: &Proof) -> u8 {
    let Proof { comparison, needed_but_lost, needed_and_unknown, .. } = proof;
    // Something that is certainly gained stays so, whatever else nobody knows.
    if !comparison.gained.is_empty() || !needed_but_lost.is_empty() {
        return FOUND;
    }
    match comparison.verdict {
        Verdict::Narrower | Verdict::Equal if needed_and_unknown.is_empty() => DONE,
        Verdict::Narrower | Verdict::Equal => UNDECIDED,
        Verdict::Broader | Verdict::Incomparable => FOUND,
        Verdict::Undecided => UNDECIDED,
    }
}

impl Report<'_> {
    /// Where something stands that is gained, or lost: first in the files on whose side it is.
    fn place(&self, atom: &Atom, is_gained: bool) -> Option<Standing> {
        let sides = if is_gained { [self.after, self.before] } else { [self.before, self.after] };
        sides.into_iter().find_map(|side| side.find(&atom.resource, &atom.path))
    }
}

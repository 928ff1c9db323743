//! `--format json`: what programs rely on.

use super::Report;
use leastwise_manifest::Resource;
use leastwise_privilege::{Atom, Grant, NeededGrant, Verdict};
use serde::Serialize;
use std::io;

#[derive(Serialize)]
struct Answer<'r> {
    verdict: Verdict,
    gained: Vec<Standing<'r>>,
    lost: Vec<Standing<'r>>,
    needed_but_lost: &'r [NeededGrant],
    needed_from_elsewhere: &'r [NeededGrant],
    needed_and_unknown: &'r [NeededGrant],
    undecided: &'r [String],
    assumptions: &'r [String],
}

/// An atom with where it stands; rows and columns count from one.
#[derive(Serialize)]
struct Standing<'r> {
    #[serde(flatten)]
    grant: &'r Grant,
    object: &'r Resource,
    path: String,
    filename: Option<String>,
    location: Option<Location>,
}

#[derive(Serialize)]
struct Location {
    row: u32,
    column: u32,
}

pub(super) fn report(report: &Report<'_>) -> io::Result<String> {
    let comparison = &report.proof.comparison;
    let answer = Answer {
        verdict: comparison.verdict,
        gained: comparison.gained.iter().map(|atom| standing(report, atom, true)).collect(),
        lost: comparison.lost.iter().map(|atom| standing(report, atom, false)).collect(),
        needed_but_lost: &report.proof.needed_but_lost,
        needed_from_elsewhere: &report.proof.needed_from_elsewhere,
        needed_and_unknown: &report.proof.needed_and_unknown,
        undecided: &comparison.undecided,
        assumptions: &comparison.assumptions,
    };
    Ok(serde_json::to_string_pretty(&answer)? + "\n")
}

fn standing<'r>(report: &Report<'_>, atom: &'r Atom, is_gained: bool) -> Standing<'r> {
    let place = report.place(atom, is_gained);
    Standing {
        grant: &atom.grant,
        object: &atom.resource,
        path: atom.path.to_string(),
        filename: place.as_ref().map(|place| place.name.clone()),
        location: place.map(|place| Location { row: place.row, column: place.column }),
    }
}

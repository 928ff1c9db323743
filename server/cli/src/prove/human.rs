//! `--format human`: sentences, each with its place.

use super::Report;
use anstyle::{AnsiColor, Style};
use leastwise_evidence::Visible;
use leastwise_privilege::network::{ConnectionAtom, ports_in_words};
use leastwise_privilege::rbac::Target;
use leastwise_privilege::{Atom, Grant, NeededGrant, Proof, Verdict};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

const GAINED: Style = AnsiColor::BrightRed.on_default().bold();
const LOST: Style = AnsiColor::BrightGreen.on_default().bold();
const OPEN: Style = AnsiColor::BrightYellow.on_default().bold();
const BESIDE: Style = AnsiColor::BrightBlue.on_default().bold();

/// Atoms of one list that are printed; the rest is counted.
const SHOWN: usize = 200;

pub(super) fn report(report: &Report<'_>) -> String {
    let Proof { comparison, needed_but_lost, needed_from_elsewhere, needed_and_unknown } = report.proof;
    let mut text = String::new();
    section(&mut text, GAINED, "this change newly allows:", lines(report, &comparison.gained, true));
    section(&mut text, LOST, "no longer allowed:", lines(report, &comparison.lost, false));
    let words = |needed: &[NeededGrant]| needed.iter().map(NeededGrant::what).collect::<Vec<_>>();
    section(&mut text, GAINED, "needed, and no longer allowed:", words(needed_but_lost));
    section(&mut text, OPEN, "not decided:", comparison.undecided.clone());
    section(
        &mut text,
        OPEN,
        "needed, and nobody can know whether it is still allowed:",
        words(needed_and_unknown),
    );
    section(
        &mut text,
        BESIDE,
        "needed, and allowed by nothing in the files on either side:",
        words(needed_from_elsewhere),
    );
    section(&mut text, BESIDE, "taken for granted:", comparison.assumptions.clone());
    let verdict = match comparison.verdict {
        Verdict::Narrower => format!("{LOST}narrower{LOST:#}: less is allowed than before, and nothing more"),
        Verdict::Equal => format!("{LOST}equal{LOST:#}: the same is allowed as before"),
        Verdict::Broader => format!("{GAINED}broader{GAINED:#}: more is allowed than before"),
        Verdict::Incomparable => {
            format!(
                "{GAINED}incomparable{GAINED:#}: some is allowed that was not before, and some no longer is"
            )
        }
        Verdict::Undecided => format!("{OPEN}undecided{OPEN:#}: nobody can know whether more is allowed"),
    };
    let but = match (needed_but_lost.is_empty(), needed_and_unknown.is_empty()) {
        (false, _) => "; but something that is needed is lost",
        (true, false) => "; but nobody can know whether all that is needed stays",
        (true, true) => "",
    };
    format!("{text}{verdict}{but}\n")
}

fn section(text: &mut String, style: Style, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    // Writing into a string cannot fail.
    let _ = writeln!(text, "{style}{title}{style:#}");
    for line in lines.iter().take(SHOWN) {
        // Names come from manifests and logs, which anybody may have written.
        let _ = writeln!(text, "  {}", Visible(line));
    }
    if lines.len() > SHOWN {
        let _ = writeln!(text, "  and {} more, see --format json", lines.len() - SHOWN);
    }
    text.push('\n');
}

/// As few lines as say it: requests that differ in nothing but the verb stand together, and so do connections that differ
/// in one end.
fn lines(report: &Report<'_>, atoms: &[Atom], is_gained: bool) -> Vec<String> {
    let by = |atom: &Atom| {
        let place = report.place(atom, is_gained);
        place.map(|place| format!(", by {}:{}", place.name, place.row)).unwrap_or_default()
    };
    let mut lines = Vec::new();
    let mut requests: BTreeMap<_, (&Target, BTreeSet<&str>)> = BTreeMap::new();
    let mut connections: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for atom in atoms {
        match &atom.grant {
            Grant::Rbac { atom: rbac, .. } => {
                let place = rbac.namespace.as_ref().map(|name| format!("in {name}"));
                let place = place.unwrap_or_else(|| "in the whole cluster".to_owned());
                let rest = (place, rbac.subject.to_string(), rbac.target.object(), by(atom));
                let (_, verbs) = requests.entry(rest).or_insert((&rbac.target, BTreeSet::new()));
                verbs.extend(rbac.target.verb());
            }
            Grant::Network(ConnectionAtom { from, to, protocol, ports }) => {
                let rest = (ports_in_words(protocol, ports), to.to_string(), by(atom));
                connections.entry(rest).or_default().insert(from.to_string());
            }
            grant => lines.push(format!("{}: {}{}", owner(atom), grant.what(), by(atom))),
        }
    }
    for ((place, subject, _, by), (target, verbs)) in requests {
        let verbs: Vec<_> = verbs.into_iter().collect();
        lines.push(format!("{} {place}, to {subject}{by}", target.with_verbs(&verbs.join(", "))));
    }
    let mut joined: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for ((ports, to, by), from) in connections {
        joined.entry((ports, from, by)).or_default().insert(to);
    }
    for ((ports, from, by), to) in joined {
        lines.push(format!("connections from {} to {} on {ports}{by}", some(&from), some(&to)));
    }
    lines
}

/// Names as a list; of many the first.
fn some(names: &BTreeSet<String>) -> String {
    const NAMED: usize = 8;
    let named: Vec<_> = names.iter().take(NAMED).map(String::as_str).collect();
    match names.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

fn owner(atom: &Atom) -> String {
    let resource = &atom.resource;
    let name = resource.name.as_deref().unwrap_or("without a known name");
    let object = match &resource.namespace {
        Some(namespace) => format!("{} {namespace}/{name}", resource.kind),
        None => format!("{} {name}", resource.kind),
    };
    match &atom.grant {
        Grant::PodSecurity { container: Some(container), .. } => {
            format!("container {container:?} of {object}")
        }
        _ => object,
    }
}

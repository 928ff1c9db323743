//! `--format human`: sentences, each with its place.

use super::Report;
use anstyle::{AnsiColor, Style};
use leastwise_privilege::{Atom, Grant, NeededGrant, Proof, Verdict};
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
    text + &verdict + "\n"
}

fn section(text: &mut String, style: Style, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    // Writing into a string cannot fail.
    let _ = writeln!(text, "{style}{title}{style:#}");
    for line in lines.iter().take(SHOWN) {
        let _ = writeln!(text, "  {line}");
    }
    if lines.len() > SHOWN {
        let _ = writeln!(text, "  and {} more, see --format json", lines.len() - SHOWN);
    }
    text.push('\n');
}

/// One line a place: requests that differ in nothing but the verb stand together.
fn lines(report: &Report<'_>, atoms: &[Atom], is_gained: bool) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut rest = atoms;
    while let [first, more @ ..] = rest {
        let alike = more.iter().take_while(|atom| differ_in_verb(first, atom)).count();
        let (group, others) = rest.split_at(alike + 1);
        rest = others;
        let verbs: Vec<_> = group.iter().filter_map(|atom| verb(&atom.grant)).collect();
        let what = match &first.grant {
            Grant::Rbac { atom, .. } => {
                let what = atom.target.with_verbs(&verbs.join(", "));
                let place = atom
                    .namespace
                    .as_ref()
                    .map_or("in the whole cluster".to_owned(), |namespace| format!("in {namespace}"));
                format!("{what} {place}, to {}", atom.subject)
            }
            // The words of these follow "allows", which the title of the list says.
            Grant::Network(_) => first.grant.what().trim_start_matches("allows ").to_owned(),
            grant => grant.what(),
        };
        let who = match &first.grant {
            Grant::Rbac { .. } | Grant::Network(_) => String::new(),
            _ => format!("{}: ", owner(first)),
        };
        let place = report.place(first, is_gained);
        let by = place.map(|place| format!(", by {}:{}", place.name, place.row)).unwrap_or_default();
        lines.push(format!("{who}{what}{by}"));
    }
    lines
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

fn verb(grant: &Grant) -> Option<&str> {
    match grant {
        Grant::Rbac { atom, .. } => atom.target.verb(),
        _ => None,
    }
}

fn differ_in_verb(one: &Atom, other: &Atom) -> bool {
    match (&one.grant, &other.grant) {
        (Grant::Rbac { atom: first, .. }, Grant::Rbac { atom: second, .. }) => {
            (&first.subject, &first.namespace, &one.path, &one.resource)
                == (&second.subject, &second.namespace, &other.path, &other.resource)
                && first.target.with_verbs("") == second.target.with_verbs("")
        }
        _ => false,
    }
}

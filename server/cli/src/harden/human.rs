//! `--format human`: manifests on standard output, and beside them on what they rest.

use anstyle::{AnsiColor, Style};
use leastwise_chain::{Advice, Exact, Look, TakenFor, Words, quote};
use leastwise_evidence::Visible;
use leastwise_harden::{Judgement, Level, Proposal, Statement};
use leastwise_manifest::Resource;
use std::fmt::Write;

const EXACT: Style = AnsiColor::BrightGreen.on_default().bold();
const IMPLIED: Style = AnsiColor::BrightBlue.on_default().bold();
const CANDIDATE: Style = AnsiColor::BrightYellow.on_default().bold();
const RISK: Style = AnsiColor::BrightRed.on_default();
const LOOK: Style = AnsiColor::BrightYellow.on_default();

/// The objects that were made.
pub(super) fn manifests(proposal: &Proposal) -> String {
    proposal.created.iter().map(|made| made.text()).collect::<Vec<_>>().join("---\n")
}

/// What the result says and why, what it does not say, and what was refused.
pub(super) fn account(proposal: &Proposal) -> String {
    let mut text = String::new();
    let mut object = String::new();
    for statement in proposal.statements.iter().filter(|statement| statement.applied) {
        let of = title(&statement.resource);
        if of != object {
            // Writing into a string cannot fail.
            let _ = writeln!(text, "{of}");
            object = of;
        }
        text.push_str(&line(statement));
    }
    let left: Vec<_> = proposal.statements.iter().filter(|statement| !statement.applied).collect();
    if !left.is_empty() {
        text.push_str("not applied:\n");
        left.into_iter().for_each(|statement| text.push_str(&line(statement)));
    }
    if !proposal.refused.is_empty() {
        text.push_str("not judged or not needed:\n");
        for refused in &proposal.refused {
            let _ = writeln!(text, "  {}: {}", refused.what, refused.because);
        }
    }
    text.push_str(match proposal.verdict {
        Judgement::New => "new: it grants what is stated above and nothing else",
        Judgement::Narrower => "narrower: less is allowed than before, and all that was needed still is",
        Judgement::Equal => "equal: there is nothing to change",
    });
    text
}

/// What a model said.
pub(super) fn advice(advice: &Advice) -> String {
    let mut text = "what the model says, which proves nothing:\n".to_owned();
    // Writing into a string cannot fail.
    for TakenFor { workload, taken_for } in &advice.workloads {
        let _ = writeln!(text, "  {workload} looks like {taken_for}");
    }
    for Look { subject, what, because } in &advice.look {
        let _ = writeln!(text, "  {LOOK}look at{LOOK:#} {what} of {subject}: {because}");
    }
    for Exact { name, because } in &advice.exact {
        let _ = writeln!(text, "  {} is as it would be without it: {because}", quote(name));
    }
    for Words { resource, text: words } in &advice.words {
        let _ = writeln!(text, "  {}: {words}", title(resource));
    }
    text.truncate(text.trim_end().len());
    text
}

/// `Role shop/cart`. Names come from logs.
fn title(resource: &Resource) -> String {
    let name = Visible(resource.name.as_deref().unwrap_or("without a known name"));
    match &resource.namespace {
        Some(namespace) => format!("{} {}/{name}", resource.kind, Visible(namespace)),
        None => format!("{} {name}", resource.kind),
    }
}

fn line(statement: &Statement) -> String {
    let (style, word) = match statement.level {
        Level::Exact => (EXACT, "exact"),
        Level::Implied => (IMPLIED, "implied"),
        Level::Candidate => (CANDIDATE, "candidate"),
    };
    let risk = statement.risk.map(|why| format!(" {RISK}({why}){RISK:#}")).unwrap_or_default();
    format!("  {style}{word}{style:#} {}{risk}: {}\n", statement.what, statement.because)
}

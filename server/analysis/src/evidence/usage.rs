//! What is to be said of roles, network policies and workloads.

use super::Evidence;
use super::around::around;
use crate::{Action, ActionKind, File, Hover, Located};
use leastwise_harden::{
    Excess, Judgement, Kind, Options, Unused, Usage, network_usages, prove_change, role_usages,
    workload_usages,
};
use leastwise_manifest::View;
use leastwise_privilege::Verdict;
use leastwise_rules::{
    Applicability, CONNECTION_DENIED, CONNECTION_UNUSED, CONNECTION_WIDER_THAN_USED, Finding, Fix,
    GRANT_MISSING, GRANT_UNUSED, GRANT_WIDER_THAN_USED, Offer, PRIVILEGE_WIDER_THAN_USED, REQUEST_DENIED,
    Rule, Withheld,
};
use leastwise_text::{TextRange, TextSize};
use leastwise_yaml::{Document, Edited, Patch, apply};

/// The most things of a kind that a message lists.
const LISTED: usize = 3;

/// The roles, network policies and workloads of a document beside what was seen of those whom they are for.
pub(crate) fn usages(document: &Document, view: &View<'_>, evidence: &Evidence) -> Vec<Usage> {
    let options = Options::default();
    let mut usages = Vec::new();
    if let Some(manifests) = around(Kind::Role, document, view, evidence) {
        usages.extend(role_usages(&evidence.observed, &manifests, 0, &options));
    }
    if let Some(manifests) = around(Kind::NetworkPolicy, document, view, evidence) {
        usages.extend(network_usages(&evidence.record, &manifests, 0, &options));
    }
    if let Some(manifests) = around(Kind::Workload, document, view, evidence) {
        usages.extend(workload_usages(&evidence.record, &manifests, 0, &options));
    }
    usages
}

/// What is to be said of them.
pub(crate) fn findings(document: &Document, usages: &[Usage]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for usage in usages {
        let unused = usage.unused.iter();
        findings.extend(unused.map(|unused| finding(document, usage, unused)));
        let rules = &usage.head;
        let denied = match usage.kind {
            Kind::Role => (REQUEST_DENIED, "Denied to those who hold the role, and still would be"),
            Kind::NetworkPolicy | Kind::Workload => {
                (CONNECTION_DENIED, "Dropped at the pods that the policy is for, and still would be")
            }
        };
        let missing = (GRANT_MISSING, "This role allowed, and nothing here allows any more");
        for ((rule, what), requests) in [(missing, &usage.missing), (denied, &usage.denied)] {
            if !requests.is_empty() {
                let message = format!("{what}: {}", listed(requests, "; "));
                let mut found = Finding::of_field(rule, message, document, &usage.object, rules.clone());
                found.place = leastwise_manifest::key_place(document, rules).unwrap_or(found.place);
                findings.push(found);
            }
        }
    }
    findings
}

fn finding(document: &Document, usage: &Usage, unused: &Unused) -> Finding {
    let (never, wider) = match usage.kind {
        Kind::Role => (GRANT_UNUSED, GRANT_WIDER_THAN_USED),
        Kind::NetworkPolicy => (CONNECTION_UNUSED, CONNECTION_WIDER_THAN_USED),
        Kind::Workload => (PRIVILEGE_WIDER_THAN_USED, PRIVILEGE_WIDER_THAN_USED),
    };
    let watched = &usage.watched;
    let remove = |what: &str| format!("Remove {what} (unused {watched})");
    let tighten = || format!("Tighten the rule to what was used {watched}");
    let (rule, message, title) = match &unused.what {
        Excess::Rule(what) => {
            (never, format!("Nothing of this rule ({what}) was ever used {watched}"), remove("the rule"))
        }
        Excess::Name { list, name } => {
            (never, format!("{list} {name:?} was never used {watched}"), remove(&format!("{name:?}")))
        }
        Excess::Peer => {
            (never, format!("No connection with this peer was seen {watched}"), remove("the peer"))
        }
        Excess::Pattern { list, name, used } => {
            (wider, format!("Of {list} {name:?} only {} was used {watched}", quoted(used)), tighten())
        }
        Excess::Objects(used) => (
            wider,
            format!("The rule is for every object, and only {} was asked for {watched}", quoted(used)),
            tighten(),
        ),
        Excess::Peers(seen) => (
            wider,
            format!("Of those for whom this stands only {} was seen {watched}", listed(seen, ", ")),
            tighten(),
        ),
        Excess::Everybody(seen) => (
            wider,
            format!("The rule is for everybody, and only {} was seen {watched}", listed(seen, ", ")),
            tighten(),
        ),
        Excess::EveryPort(used) => {
            (wider, format!("The rule is for every port, and only {used} was used {watched}"), tighten())
        }
        Excess::Privilege { what, because } => (
            wider,
            format!("It may do more than it was seen to need; enough is: {what} ({because})"),
            format!("Apply what was seen to be enough: {what}"),
        ),
        Excess::Pairs(pairs) => {
            let what = match usage.kind {
                Kind::Role => "Not every verb was used with every resource",
                Kind::NetworkPolicy | Kind::Workload => "Not every peer was seen on every port",
            };
            (wider, format!("{what}; never {} {watched}", listed(pairs, ", ")), tighten())
        }
    };
    let mut message = message;
    if let Some(first) = message.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let fix = Fix { title, applicability: Applicability::Behavioural, patches: unused.patches.clone() };
    let found = Finding::of_field(rule, message, document, &usage.object, unused.path.clone());
    Finding { fix: Some(fix), ..found }
}

fn quoted(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("{name:?}")).collect();
    listed(&names, ", ")
}

fn listed(things: &[String], separator: &str) -> String {
    let shown = things.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(separator);
    match things.len().saturating_sub(LISTED) {
        0 => shown,
        others => format!("{shown}{separator}and {others} more"),
    }
}

/// Proves the change that a finding offers.
pub(crate) fn offer(file: &File, located: &Located<'_>) -> Result<Offer, Withheld> {
    let fix = located.diagnosis.finding.fix.as_ref().ok_or(Withheld::NoFix)?;
    let rule = located.diagnosis.finding.rule.id;
    let is_one_of = |rules: &[&Rule]| rules.iter().any(|one| one.id == rule);
    let kind = if is_one_of(&[CONNECTION_UNUSED, CONNECTION_WIDER_THAN_USED]) {
        Kind::NetworkPolicy
    } else if is_one_of(&[PRIVILEGE_WIDER_THAN_USED]) {
        Kind::Workload
    } else {
        Kind::Role
    };
    let edited = proved(kind, file, located.source(), &fix.patches)?;
    let edits = edited.edits.iter().map(|edit| edit.shifted(located.offset)).collect();
    Ok(Offer {
        title: fix.title.clone(),
        applicability: fix.applicability,
        verdict: Verdict::Narrower,
        edits,
    })
}

fn proved(kind: Kind, file: &File, document: &Document, patches: &[Patch]) -> Result<Edited, Withheld> {
    let environment = file.environment();
    let evidence = environment.evidence.as_deref().ok_or(Withheld::NoFix)?;
    let view = environment.view();
    let manifests = around(kind, document, &view, evidence).ok_or(Withheld::NoFix)?;
    let (record, observed) = (evidence.record(), &evidence.observed);
    let judged = prove_change(kind, record, observed, &manifests, 0, patches).map_err(Withheld::NotProved)?;
    if judged != Judgement::Narrower {
        return Err(Withheld::NotNarrower(Verdict::Equal));
    }
    Ok(apply(document, patches)?)
}

/// Tightens the roles, network policies and workloads that `range` touches to what was used.
pub(crate) fn refine(file: &File, range: TextRange) -> Vec<Action> {
    let mut actions = Vec::new();
    for (_, offset, analysis) in file.placed() {
        for usage in analysis.usages.iter().filter(|usage| !usage.patches.is_empty()) {
            let object = analysis.document.at(&usage.object);
            let is_touched =
                object.is_some_and(|object| (object.range() + offset).intersect(range).is_some());
            if !is_touched {
                continue;
            }
            let Some((edited, left)) = tightened(file, &analysis.document, usage) else { continue };
            let name = analysis.resource(&usage.object).name.unwrap_or_else(|| "this object".to_owned());
            let details = findings(&analysis.document, std::slice::from_ref(usage));
            actions.push(Action {
                title: format!("Tighten {name} to what was used {} (may change behaviour)", usage.watched),
                kind: ActionKind::Harden,
                rule: None,
                diagnosis: None,
                is_safe: false,
                edits: edited.edits.iter().map(|edit| edit.shifted(offset)).collect(),
                details: details
                    .into_iter()
                    .filter_map(|found| {
                        let is_left = left.contains(&found.fix?.patches);
                        let lead =
                            if is_left { "Left as it is, since it cannot be changed here: " } else { "" };
                        Some(format!("{lead}{}", found.message))
                    })
                    .collect(),
            });
        }
    }
    actions
}

/// All changes of an object as one, and those that are not among them: where one field of a workload cannot be changed, its
/// others are changed none the less.
fn tightened(file: &File, document: &Document, usage: &Usage) -> Option<(Edited, Vec<Vec<Patch>>)> {
    let prove = |patches: &[Patch]| proved(usage.kind, file, document, patches).ok();
    if let Some(edited) = prove(&usage.patches) {
        return Some((edited, Vec::new()));
    }
    if usage.kind != Kind::Workload {
        return None;
    }
    let (mut made, mut left) = (None, Vec::new());
    let mut patches = Vec::new();
    for unused in &usage.unused {
        let with_this = [&patches[..], &unused.patches].concat();
        match prove(&with_this) {
            Some(edited) => (made, patches) = (Some(edited), with_this),
            None => left.push(unused.patches.clone()),
        }
    }
    Some((made?, left))
}

/// What was seen of what stands at `offset`: of a name in a rule's list, of a whole list, or of a rule; of a field of a
/// workload, or at its containers' names of all their fields.
pub(crate) fn hover(file: &File, offset: TextSize) -> Option<Hover> {
    /// The most requests that are listed.
    const SHOWN: usize = 12;
    let (analysis, start, offset) = file.document_at(offset)?;
    let path = analysis.document.path_at(offset);
    let usage = analysis.usages.iter().find(|usage| usage.object.holds(&path))?;
    let node = analysis.document.at(&path)?;
    if let Some(why) = usage.refused.as_ref().filter(|_| path == usage.head) {
        let range = leastwise_manifest::key_place(&analysis.document, &path)?.range + start;
        return Some(Hover { range, markdown: format!("**Evidence.** Not judged by what was seen: {why}.") });
    }
    let behind = usage.behind(&path)?;
    let mut markdown = format!("**Evidence** {}\n\n", usage.watched);
    if behind.is_empty() {
        if usage.kind == Kind::Workload {
            return None;
        }
        markdown.push_str("Never seen used.");
    }
    // Names in logs are whatever somebody wrote there.
    let lines = behind.iter().take(SHOWN).map(|words| format!("- `` {} ``", words.replace('`', "'")));
    markdown.push_str(&lines.collect::<Vec<_>>().join("\n"));
    if behind.len() > SHOWN {
        markdown.push_str(&format!("\n- and {} more", behind.len() - SHOWN));
    }
    let range = match matches!(node.kind(), leastwise_yaml::Kind::Scalar(_)) {
        true => node.range(),
        false => leastwise_manifest::key_place(&analysis.document, &path)?.range,
    };
    Some(Hover { range: range + start, markdown })
}

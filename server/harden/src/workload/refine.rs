use super::advice::advise;
use super::capabilities::{self, Granted};
use super::decision::{Decision, Decisions};
use super::listening::Listening;
use super::part::{Ground, Part};
use super::privileged::{self, Privileged};
use super::subject::{Subject, is_meant, title};
use super::{escalation, host_namespaces, identity, ports, root_filesystem, seccomp, token, volumes};
use crate::manifests::Placed;
use crate::proof::Proof;
use crate::{Level, Manifests, Options, Proposal, Statement, Whose};
use leastwise_evidence::Record;
use leastwise_manifest::pod_specs;
use leastwise_privilege::Needed;
use leastwise_yaml::Patch;

/// Tightens the workloads among the manifests to what their containers were seen to do, by the least change of their
/// text. A field of which too little was watched stays as it is, and the refusal says what was missing.
pub fn refine_workloads(record: &Record, manifests: &Manifests<'_>, options: &Options) -> Proposal {
    let mut proposal = Proposal::default();
    if let Whose::User(_) = options.whose {
        proposal.refuse("workload", "a user has none");
        return proposal;
    }
    proposal.refuse_without(record, !record.containers.is_empty(), "events of containers");
    advise(record, &mut proposal);
    refine_given(record, manifests, options, true, proposal)
}

/// The same; `is_written` is false where the manifests are made up for what was seen.
pub(super) fn refine_given(
    record: &Record,
    manifests: &Manifests<'_>,
    options: &Options,
    is_written: bool,
    mut proposal: Proposal,
) -> Proposal {
    let listening = Listening::of(record);
    let ground = Ground { record, listening: &listening, options, is_written };
    // What processes need of the kernel no request or connection shows: each decision has weighed that itself.
    let mut proof = Proof::new(manifests, Needed::default());
    for placed in manifests.placed() {
        for pod in pod_specs(&placed.object) {
            if !is_meant(&placed, &pod, options, manifests) {
                continue;
            }
            match Subject::of(&placed, &pod, ground, manifests) {
                Ok(subject) if subject.is_seen() => refine(&subject, &placed, &mut proof, &mut proposal),
                Ok(subject) => proposal.refuse(subject.title, "nothing was seen of its containers"),
                Err(why) => proposal.refuse(title(&placed, manifests), why),
            }
        }
    }
    proof.close(&mut proposal);
    proposal
}

fn refine(
    subject: &Subject<'_, '_>,
    placed: &Placed<'_>,
    proof: &mut Proof<'_, '_>,
    proposal: &mut Proposal,
) {
    let mut made = Vec::new();
    for part in &subject.parts {
        let title = part.container.title();
        let of = format!("{}, {title}", subject.title);
        let mut decided = settle(of_container(part), &of, proposal);
        if subject.parts.len() > 1 {
            decided.iter_mut().for_each(|decision| decision.what = format!("{title}: {}", decision.what));
        }
        made.extend(decided);
    }
    made.extend(settle(of_pod(subject), &subject.title, proposal));
    let with_candidates = subject.parts.iter().any(|part| part.ground.options.include_candidates);
    let is_applied = |decision: &Decision| {
        decision.level != Level::Candidate || with_candidates && !decision.patches.is_empty()
    };
    let (applied, left): (Vec<_>, Vec<_>) = made.into_iter().partition(is_applied);
    let patches = |decisions: &[Decision]| -> Vec<Patch> {
        decisions.iter().flat_map(|decision| decision.patches.clone()).collect()
    };
    let state = |decision: &Decision, applied: bool| Statement {
        level: decision.level,
        applied,
        what: decision.what.clone(),
        because: decision.because.clone(),
        resource: placed.object.resource(),
        path: decision.path.relative_to(&placed.object.path).unwrap_or_default().to_string(),
        risk: decision.risk,
    };
    if proof.add(placed.document, patches(&applied)).is_ok() {
        proposal.statements.extend(applied.iter().map(|decision| state(decision, true)));
    } else {
        // One of them cannot be made or judged: each for itself.
        for decision in &applied {
            match proof.add(placed.document, decision.patches.clone()) {
                Ok(()) => proposal.statements.push(state(decision, true)),
                Err(why) => proposal.refuse(format!("{}: {}", subject.title, decision.what), why),
            }
        }
    }
    proposal.statements.extend(left.iter().map(|decision| state(decision, false)));
}

fn settle(decisions: Decisions, of: &str, proposal: &mut Proposal) -> Vec<Decision> {
    for (field, why) in decisions.refused {
        proposal.refuse(format!("{of}: {field}"), why);
    }
    decisions.made
}

/// The fields of a container.
pub(super) fn of_container(part: &Part<'_, '_>) -> Decisions {
    let mut decisions = privileges(part);
    if !part.is_init() {
        decisions.take("ports", ports::decide(part));
    }
    decisions
}

/// Those of them by which it may do something.
pub(super) fn privileges(part: &Part<'_, '_>) -> Decisions {
    let mut decisions = Decisions::default();
    let granted = confine(part, &mut decisions);
    decisions.take("readOnlyRootFilesystem", root_filesystem::decide(part));
    decisions.take("runAsUser", identity::decide(part));
    if let Some(granted) = granted {
        decisions.take("allowPrivilegeEscalation", escalation::decide(part, &granted));
        decisions.take("seccompProfile", seccomp::decide(part, &granted));
    }
    volumes::decide(part, &mut decisions);
    decisions
}

/// `privileged` and `capabilities`; what is granted afterwards, unless the container stays privileged or nobody knows.
fn confine(part: &Part<'_, '_>, decisions: &mut Decisions) -> Option<Granted> {
    match privileged::decide(part) {
        Privileged::Stays(why) => {
            decisions.refuse("privileged", why);
            None
        }
        Privileged::Goes(made, granted) => {
            decisions.made.extend(made);
            Some(granted)
        }
        Privileged::Off => {
            let now = match capabilities::granted(part) {
                Ok(now) => now,
                Err(why) => {
                    decisions.refuse("capabilities", why);
                    return None;
                }
            };
            match capabilities::decide(part, &now) {
                Ok((made, after)) => {
                    decisions.made.extend(made);
                    Some(after)
                }
                Err(_) if now.as_ref().is_some_and(|now| now.is_empty()) => Some(now),
                Err(why) => {
                    decisions.refuse("capabilities", why);
                    decisions.made.extend(capabilities::without_effect(part));
                    Some(now)
                }
            }
        }
    }
}

/// The fields of the pod.
pub(super) fn of_pod(subject: &Subject<'_, '_>) -> Decisions {
    let mut decisions = Decisions::default();
    decisions.take("automountServiceAccountToken", token::decide(subject));
    host_namespaces::decide(subject, &mut decisions);
    decisions
}

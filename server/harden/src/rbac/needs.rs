//! The requests of a record as the privilege order knows them.

use super::discovery::granted_by;
use super::generated_names::Passing;
use crate::seen::{Seen, shown};
use crate::{Level, Manifests, Whose};
use leastwise_evidence::{self as evidence, Basis, Decision, Grant, Record};
use leastwise_privilege::NeededRequest;
use leastwise_privilege::rbac::{RbacAtom, Subject, Target};
use std::collections::{BTreeMap, BTreeSet};

/// What is known about a request that somebody made.
#[derive(Clone, Debug)]
pub(super) struct Need {
    pub(super) level: Level,
    pub(super) seen: Seen,
    /// What allowed it, as the authorizer says.
    pub(super) reasons: BTreeSet<Grant>,
    /// What else there is to say about it.
    pub(super) notes: BTreeSet<&'static str>,
    /// The pods whose token was used, as far as the log says.
    pub(super) pods: BTreeSet<String>,
}

/// Requests, each once.
pub(super) type Needs = BTreeMap<RbacAtom, Need>;

/// The requests that were allowed.
pub(super) fn allowed(record: &Record) -> Needs {
    made(record, Decision::Allowed)
}

/// The requests that events entail, as the privilege order asks about them, but for those that every cluster grants to
/// everybody.
pub(crate) fn exact_requests(record: &Record) -> Vec<NeededRequest> {
    let mut needs = allowed(record);
    without_discovery(&mut needs);
    let exact = needs.iter().filter(|(_, need)| need.level == Level::Exact);
    exact.map(|(atom, need)| needed_request(atom, &need.reasons)).collect()
}

pub(super) fn needed_request(
    atom: &RbacAtom,
    reasons: &BTreeSet<leastwise_evidence::Grant>,
) -> NeededRequest {
    let groups =
        reasons.iter().filter(|grant| grant.subject_kind == "Group").map(|grant| grant.subject.clone());
    NeededRequest { atom: atom.clone(), groups: groups.collect() }
}

/// The requests that were only ever forbidden.
pub(super) fn attempted(record: &Record, allowed: &Needs) -> Needs {
    let mut attempted = made(record, Decision::Denied);
    attempted.retain(|atom, _| !allowed.contains_key(atom));
    attempted
}

fn made(record: &Record, decision: Decision) -> Needs {
    let mut needs = Needs::new();
    for (request, seen) in record.requests.iter().filter(|(request, _)| request.decision == decision) {
        let need = needs.entry(atom(request)).or_insert_with(|| Need {
            level: Level::Implied,
            seen: Seen::default(),
            reasons: BTreeSet::new(),
            notes: BTreeSet::new(),
            pods: BTreeSet::new(),
        });
        // An API server older than 1.35 does not ask for it.
        let (level, note) = match request.basis {
            Basis::Logged => (Level::Exact, None),
            Basis::CreatedByUpdate => (Level::Exact, Some("an update or patch created the object")),
            Basis::Impersonation => (Level::Exact, Some("requests were made as somebody else")),
            Basis::WebsocketUpgrade => {
                (Level::Implied, Some("API servers from 1.35 on ask for it when a websocket is opened"))
            }
        };
        need.level = need.level.min(level);
        need.seen.add(&Seen::of(&seen.seen, record));
        need.reasons.extend(seen.granted_by.iter().cloned());
        need.notes.extend(note);
        need.pods.extend(seen.pods.iter().cloned());
    }
    needs
}

fn atom(request: &evidence::Request) -> RbacAtom {
    let (namespace, target) = match &request.target {
        evidence::Target::Resource { namespace, api_group, resource, name } => (
            namespace.clone(),
            Target::Resource {
                group: api_group.clone(),
                resource: resource.clone(),
                verb: request.verb.clone(),
                name: name.clone(),
            },
        ),
        evidence::Target::Url(url) => (None, Target::Url { verb: request.verb.clone(), url: url.clone() }),
    };
    RbacAtom { subject: Subject::user(&request.subject), namespace, target }
}

/// Who is meant; `Err` says why nobody knows.
pub(super) fn is_meant(
    whose: &Whose,
    manifests: &Manifests<'_>,
) -> Result<impl Fn(&Subject) -> bool, String> {
    let only = match whose {
        Whose::Everyone => None,
        Whose::ServiceAccount { namespace, name } => Some(account(namespace, name)),
        Whose::User(name) => Some(Subject::user(name)),
        Whose::Workload { namespace, kind, name } => {
            let pods = manifests.workload(namespace, kind, name).ok_or_else(|| {
                "the workload is not among the manifests, so its service account is not known".to_owned()
            })?;
            let name = pods.service_account().ok_or("a template hides the name of its service account")?;
            Some(account(namespace, name))
        }
    };
    Ok(move |subject: &Subject| match &only {
        Some(only) => only == subject,
        None => !matches!(subject, Subject::User(name) if name.starts_with("system:")),
    })
}

fn account(namespace: &str, name: &str) -> Subject {
    Subject::ServiceAccount { namespace: namespace.to_owned(), name: name.to_owned() }
}

/// Leaves out what every cluster grants to everybody.
pub(super) fn without_discovery(needs: &mut Needs) {
    needs.retain(|atom, need| granted_by(&atom.subject, &atom.target, &need.reasons).is_none());
}

/// Deals with names that controllers make up: they are kept and marked, or where that is asked for dropped.
pub(super) fn settle_names(needs: Needs, record: &Record, robust: bool) -> Needs {
    let passing = Passing::of(record);
    let mut settled = Needs::new();
    for (mut atom, mut need) in needs {
        if let Some(why) = passing.why(&atom) {
            need.notes.insert(why);
            if robust {
                atom.target = without_name(&atom.target);
                need.level = Level::Implied;
            }
        }
        unite(&mut settled, atom, need);
    }
    settled
}

/// The same for every name.
pub(super) fn without_name(target: &Target) -> Target {
    let mut target = target.clone();
    if let Target::Resource { name, .. } = &mut target {
        *name = None;
    }
    target
}

fn unite(needs: &mut Needs, atom: RbacAtom, need: Need) {
    match needs.get_mut(&atom) {
        Some(known) => {
            known.level = known.level.min(need.level);
            known.seen.add(&need.seen);
            known.reasons.extend(need.reasons);
            known.notes.extend(need.notes);
            known.pods.extend(need.pods);
        }
        None => {
            needs.insert(atom, need);
        }
    }
}

/// A request in words: `ServiceAccount shop/cart: get secrets "db" in shop`.
pub(super) fn words(atom: &RbacAtom) -> String {
    let place =
        atom.namespace.as_ref().map_or("in the whole cluster".to_owned(), |name| format!("in {name}"));
    let place = if matches!(atom.target, Target::Url { .. }) { String::new() } else { format!(" {place}") };
    shown(&format!("{}: {}{place}", atom.subject, atom.target.what()))
}

use super::draft::{DraftedRole, RoleTask};
use super::hidden_checks::HIDDEN_CHECKS;
use super::implied::implied;
use super::making::{Place, because};
use super::needs::{Need, Needs, allowed, attempted, is_meant, settle_names, without_discovery, words};
use super::risk::risk;
use crate::{Judgement, Level, Manifests, Options, Proposal, Statement};
use leastwise_evidence::Record;
use leastwise_manifest::Resource;
use leastwise_privilege::rbac::Subject;
use std::collections::{BTreeMap, BTreeSet};

/// Makes the Roles, ClusterRoles and bindings that grant what was needed: each need where it was, in the namespace or
/// in the whole cluster, with the name that it had, and no verb beside those seen.
pub fn create_roles(record: &Record, manifests: &Manifests<'_>, options: &Options) -> Proposal {
    create_drafted_roles(record, manifests, options, &mut |_| None)
}

/// The same, where somebody is asked about each role how its requests are grouped and what it is called. Where they
/// have no draft that holds, the role is made as without them.
pub fn create_drafted_roles(
    record: &Record,
    manifests: &Manifests<'_>,
    options: &Options,
    draft: &mut dyn FnMut(&RoleTask) -> Option<DraftedRole>,
) -> Proposal {
    let mut proposal = Proposal::default();
    let is_meant = match is_meant(&options.whose, manifests) {
        Ok(is_meant) => is_meant,
        Err(why) => {
            proposal.refuse("Role", why);
            return proposal;
        }
    };
    proposal.refuse_without(record, !record.requests.is_empty(), "requests of the API server");
    let mut needs = allowed(record);
    needs.retain(|atom, _| is_meant(&atom.subject));
    let mut attempted = attempted(record, &allowed(record));
    attempted.retain(|atom, _| is_meant(&atom.subject));
    if options.include_denied {
        needs.extend(attempted.into_iter().map(|(atom, need)| (atom, as_if_needed(need))));
    } else {
        for (atom, need) in &attempted {
            let because = format!("it was only ever forbidden: {}", need.seen.words("request"));
            proposal.refuse(words(atom), because);
        }
    }
    refuse_hidden(&needs, &mut proposal);
    if !options.keep_discovery {
        without_discovery(&mut needs);
    }
    let mut kept = settle_names(needs.clone(), record, false);
    let mut needs = settle_names(needs, record, options.robust);
    let implied = implied(&needs);
    if options.include_implied {
        kept.extend(implied.clone());
        needs.extend(implied.clone());
    }
    let mut kept = by_place(kept);
    let mut taken = names_of_roles(manifests);
    let mut made_names = BTreeSet::new();
    for (at, needs) in by_place(needs) {
        let kept = kept.remove(&at).unwrap_or_default();
        let (subject, place) = at;
        let name = free_name(&made_names, &subject, &place);
        let task = RoleTask { subject, place, name, kept, needs, taken: taken.clone() };
        let role = match draft(&task) {
            Some(drafted) => Ok(drafted),
            None => task.exact(),
        };
        match role {
            Ok(made) => {
                let name = made.name().map(|name| (task.place.clone(), name.to_owned()));
                made_names.extend(name.clone());
                taken.extend(name);
                proposal.statements.extend(made.statements);
                proposal.created.extend([made.role, made.binding]);
            }
            Err(why) => proposal.refuse(format!("a role for {}", task.subject), why),
        }
    }
    if !options.include_implied {
        propose_implied(&implied, &mut proposal);
    }
    if !proposal.created.is_empty() {
        proposal.verdict = Judgement::New;
    }
    proposal
}

/// A request that was forbidden and is to be granted, which nobody has shown to be right.
fn as_if_needed(mut need: Need) -> Need {
    need.level = Level::Candidate;
    need.notes.insert("it was forbidden, and is granted because that was asked for");
    need
}

fn by_place(needs: Needs) -> BTreeMap<(Subject, Place), Needs> {
    let mut by_place: BTreeMap<(Subject, Place), Needs> = BTreeMap::new();
    for (atom, need) in needs {
        let place = Place::of(&atom);
        by_place.entry((atom.subject.clone(), place)).or_default().insert(atom, need);
    }
    by_place
}

/// The names that roles and bindings among the manifests have already, each where it stands.
fn names_of_roles(manifests: &Manifests<'_>) -> BTreeSet<(Place, String)> {
    let objects = manifests.objects();
    let named = objects.iter().filter_map(|object| {
        let place = match object.kind()? {
            "Role" | "RoleBinding" => Place::Namespace(manifests.home(object)?.to_owned()),
            "ClusterRole" | "ClusterRoleBinding" => Place::Cluster,
            _ => return None,
        };
        Some((place, object.name()?.to_owned()))
    });
    named.collect()
}

/// A name for somebody's role that none of the others has: a user may be called like a service account.
fn free_name(taken: &BTreeSet<(Place, String)>, subject: &Subject, place: &Place) -> String {
    let wanted = role_name(subject, place);
    let mut name = wanted.clone();
    let mut count = 1;
    while taken.contains(&(place.clone(), name.clone())) {
        count += 1;
        name = format!("{wanted}-{count}");
    }
    name
}

/// How a role for somebody is called: like the account in its own namespace, with the namespace before it elsewhere.
fn role_name(subject: &Subject, place: &Place) -> String {
    // A name is one segment of a path.
    let segment = |text: &str| text.replace(['/', '%'], "-");
    match subject {
        Subject::ServiceAccount { namespace, name } if *place == Place::Namespace(namespace.clone()) => {
            segment(name)
        }
        Subject::ServiceAccount { namespace, name } => format!("{namespace}:{}", segment(name)),
        Subject::User(name) if name == "." || name == ".." => "user".to_owned(),
        Subject::User(name) => segment(name),
        other => segment(&other.to_string()),
    }
}

/// Says what no log can show about those who wrote roles, bindings or certificates.
fn refuse_hidden(needs: &Needs, proposal: &mut Proposal) {
    for check in HIDDEN_CHECKS {
        let askers: BTreeSet<_> =
            needs.keys().filter(|atom| check.is_asked_by(&atom.target)).map(|atom| &atom.subject).collect();
        for subject in askers {
            proposal.refuse(format!("{subject}: {}", check.verb), check.because);
        }
    }
}

/// Names what protocols need and nobody saw, so that whoever reads it may ask for it.
fn propose_implied(implied: &Needs, proposal: &mut Proposal) {
    for (atom, need) in implied {
        let place = Place::of(atom);
        let kind = if place == Place::Cluster { "ClusterRole" } else { "Role" };
        proposal.statements.push(Statement {
            level: Level::Implied,
            applied: false,
            what: words(atom),
            because: because(&[need]),
            resource: Resource {
                api_version: "rbac.authorization.k8s.io/v1".to_owned(),
                kind: kind.to_owned(),
                namespace: atom.namespace.clone(),
                name: Some(role_name(&atom.subject, &place)),
            },
            path: "rules".to_owned(),
            risk: risk(&atom.target),
        });
    }
}

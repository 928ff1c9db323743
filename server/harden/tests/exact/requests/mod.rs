//! Roles from audit logs.

mod asked;
mod authorizer;
mod cluster;
mod kinds;
mod log;
mod unseen;

use crate::random::Random;
use crate::texts::{audit_form, logs, manifests, objects, record};
use crate::{Score, many_seeds};
use asked::Asked;
use authorizer::{Authorizer, Role, Rule, Subject, User};
use cluster::Cluster;
use leastwise_evidence::Record;
use leastwise_harden::{Manifests, Options, Proposal, create_roles, refine_roles};
use leastwise_yaml::{Document, parse};
use log::{Log, Style};
use std::collections::BTreeSet;

/// So many clusters are tried in every run.
const FEW: u64 = 100;

struct Observed {
    style: Style,
    cluster: Cluster,
    log: Log,
    record: Record,
    random: Random,
}

fn observed(seed: u64) -> Observed {
    let mut random = Random(seed);
    let has_reasons = random.chance(60);
    let style = Style { has_decisions: has_reasons || random.chance(50), has_reasons };
    // That these were taken away only reasons can tell.
    let has_defaults = !has_reasons || random.chance(85);
    let cluster = Cluster::random(&mut random, has_defaults);
    let log = Log::of(&mut random, &cluster, style);
    let record = record(&logs(&mut random, &log.events, audit_form));
    Observed { style, cluster, log, record, random }
}

fn is_of_kubernetes(user: &User) -> bool {
    user.name.starts_with("system:") && user.subject().0 == "User"
}

/// Without what others of them grant as well, by a pattern or because they name no object.
fn without_covered(atoms: BTreeSet<(Subject, Asked)>) -> BTreeSet<(Subject, Asked)> {
    let is_covered = |(subject, asked): &(Subject, Asked)| {
        let others = atoms
            .iter()
            .filter(|(of, other)| of == subject && other != asked && other.namespace() == asked.namespace());
        others.into_iter().any(|(_, other)| Rule::of(other).allows(asked))
    };
    atoms.iter().filter(|atom| !is_covered(atom)).cloned().collect()
}

fn created(seed: u64, score: &mut Score) {
    const REASONS: &[&str] = &["it was only ever forbidden", "no log shows", "none of the"];
    let Observed { log, record, .. } = observed(seed);
    let no_manifests = Manifests { documents: Vec::new(), namespace: "default" };
    let proposal = create_roles(&record, &no_manifests, &Options::default());
    let text: String = proposal.created.iter().map(|made| format!("---\n{}", made.text())).collect();
    let authorizer = Authorizer::read(&objects(&text));
    let needed: BTreeSet<_> = log.needed.iter().filter(|(user, _)| !is_of_kubernetes(user)).collect();
    for (user, asked) in &needed {
        assert!(authorizer.allows(user, asked).is_some(), "seed {seed}: {asked:?} of {user:?}");
    }
    let needed = needed.into_iter().map(|(user, asked)| (user.subject(), asked.clone())).collect();
    score.clusters += 1;
    score.add(seed, &authorizer.grants(), &without_covered(needed));
    for refused in &proposal.refused {
        score.refuse(seed, &refused.because, REASONS);
    }
    let said = proposal.refused.iter().filter(|refused| refused.because.contains(REASONS[0])).count();
    let allowed: BTreeSet<_> = log.allowed.iter().map(|(user, asked)| (user.subject(), asked)).collect();
    let forbidden = log.forbidden.iter().filter(|(user, _)| !is_of_kubernetes(user));
    let forbidden: BTreeSet<_> = forbidden.map(|(user, asked)| (user.subject(), asked)).collect();
    let attempted = forbidden.difference(&allowed).count();
    assert!(said >= attempted, "seed {seed}: {said} of {attempted} attempts were named");
}

fn refined(text: &str, record: &Record) -> (String, Proposal) {
    let stream = parse(text);
    let documents: Vec<&Document> = stream.documents().iter().map(|placed| &*placed.document).collect();
    let manifests = Manifests { documents, namespace: "default" };
    let proposal = refine_roles(record, &manifests, &Options::default());
    let mut after = String::new();
    for (place, placed) in stream.documents().iter().enumerate() {
        let change = proposal.changes.iter().find(|change| change.document == place);
        after.push_str(change.map_or(placed.document.source(), |change| change.after.source()));
    }
    (after, proposal)
}

#[test]
fn roles_that_are_made_grant_what_was_needed() {
    let mut score = Score::default();
    (0..FEW).for_each(|seed| created(seed, &mut score));
    score.must_be_exact("roles made", score.clusters);
}

#[test]
#[ignore = "takes minutes"]
fn roles_that_are_made_grant_what_was_needed_in_many_clusters() {
    let mut score = Score::default();
    many_seeds().for_each(|seed| created(seed, &mut score));
    score.must_be_exact("roles made", score.clusters);
}

fn tightened(seed: u64, score: &mut Score) -> usize {
    const REASONS: &[&str] =
        &["none of its holders was seen to ask for anything", "no log shows", "none of the"];
    let Observed { style, cluster, log, record, mut random } = observed(seed);
    let text = manifests(&mut random, &cluster.authorizer.objects());
    let (after, proposal) = refined(&text, &record);
    let new = Authorizer::read(&objects(&after));
    for (user, asked) in &log.allowed {
        let is_default = cluster.defaults.allows(user, asked).is_some();
        let was = is_default || cluster.authorizer.allows(user, asked).is_some();
        let is = is_default || new.allows(user, asked).is_some();
        assert_eq!(is, was, "seed {seed}: {asked:?} of {user:?}");
    }
    score.clusters += 1;
    let mut compared = 0;
    for (old, new) in cluster.authorizer.roles.iter().zip(&new.roles) {
        assert_eq!((&old.namespace, &old.name), (&new.namespace, &new.name), "seed {seed}");
        let title = match old.namespace.as_str() {
            "" => format!("ClusterRole {}", old.name),
            namespace => format!("Role {namespace}/{}", old.name),
        };
        if let Some(refused) = proposal.refused.iter().find(|refused| refused.what == title) {
            assert_eq!(old, new, "seed {seed}: what is refused stays as it is");
            score.refuse(seed, &refused.because, REASONS);
            continue;
        }
        let bindings = cluster.authorizer.bindings.iter();
        let is_own = |role: &Role| (&role.namespace, &role.name) == (&old.namespace, &old.name);
        let bindings: Vec<_> =
            bindings.filter(|binding| cluster.authorizer.role_of(binding).is_some_and(is_own)).collect();
        // Who is in this group no manifest says.
        let is_opaque = |subject: &Subject| subject.0 == "Group" && !subject.1.starts_with("system:");
        let in_force = |asked: &Asked| {
            let namespace = asked.namespace().to_owned();
            bindings
                .iter()
                .filter(move |binding| binding.namespace.is_empty() || binding.namespace == namespace)
        };
        let is_held_by = |user: &User, asked: &Asked| {
            let is_unexplained = !style.has_reasons || log.entailed.contains(&(user.clone(), asked.clone()));
            let is = |subject: &Subject| user.is(subject) || is_unexplained && is_opaque(subject);
            in_force(asked).any(|binding| binding.subjects.iter().any(is))
        };
        let mut needed: BTreeSet<_> = log
            .allowed
            .iter()
            .filter(|(user, asked)| {
                is_held_by(user, asked) && old.rules.iter().any(|rule| rule.allows(asked))
            })
            .map(|(_, asked)| in_role(asked, &old.namespace))
            .collect();
        if bindings.iter().any(|binding| binding.subjects.iter().any(is_opaque)) {
            // What a member needed and held by another role as well may stay here or go.
            needed.retain(|asked| new.rules.iter().any(|rule| rule.allows(asked)));
        }
        let granted = new.grants();
        let whole = |atoms: BTreeSet<Asked>| {
            without_covered(atoms.into_iter().map(|asked| ((title.clone(), String::new()), asked)).collect())
        };
        // What may have been asked unseen stays. Who is in a group the manifests do not say, so anybody may be.
        let unseen = |may_hold: &dyn Fn(&User, &Subject) -> bool| -> BTreeSet<Asked> {
            let held = log.allowed.iter().filter(|(user, asked)| {
                in_force(asked).any(|binding| binding.subjects.iter().any(|subject| may_hold(user, subject)))
            });
            let unseen: BTreeSet<_> = held.flat_map(|(_, asked)| unseen::asked_unseen(asked)).collect();
            let parts = unseen.iter().flat_map(|unseen| old.rules.iter().map(move |rule| (unseen, rule)));
            let parts = parts.flat_map(|(unseen, rule)| rule.part(*unseen, &old.namespace));
            let is_asked = log.allowed.iter().any(|(user, asked)| unseen::asks_for_others(user, asked));
            let paths = old.rules.iter().filter(|_| is_asked).flat_map(Rule::paths);
            let parts = parts.chain(paths);
            parts.filter(authorizer::can_be_asked).collect()
        };
        let must_stay = unseen(&|user, subject| user.is(subject));
        let may_stay = unseen(&|user, subject| user.is(subject) || is_opaque(subject));
        for asked in may_stay.iter().filter(|asked| granted.contains(asked) && !needed.contains(asked)) {
            let said = proposal.refused.iter().any(|refused| refused.what.starts_with(&format!("{title}: ")));
            assert!(said, "seed {seed}: {asked:?} stays unsaid");
        }
        needed.extend(must_stay);
        needed.extend(may_stay.into_iter().filter(|asked| new.rules.iter().any(|rule| rule.allows(asked))));
        score.add(seed, &whole(granted), &whole(needed));
        compared += 1;
    }
    compared
}

/// A need as a role grants it, whose scope is that of its bindings.
fn in_role(asked: &Asked, of_role: &str) -> Asked {
    let mut asked = asked.clone();
    if let Asked::Object { namespace, .. } = &mut asked {
        of_role.clone_into(namespace);
    }
    asked
}

#[test]
fn roles_that_are_tightened_grant_what_was_needed_of_what_they_did() {
    let mut score = Score::default();
    let compared = (0..FEW).map(|seed| tightened(seed, &mut score)).sum();
    score.must_be_exact("roles tightened", compared);
}

#[test]
#[ignore = "takes minutes"]
fn roles_that_are_tightened_grant_what_was_needed_of_what_they_did_in_many_clusters() {
    let mut score = Score::default();
    let compared = many_seeds().map(|seed| tightened(seed, &mut score)).sum();
    score.must_be_exact("roles tightened", compared);
}

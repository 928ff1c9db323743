//! What the events of a workload prove of its fields: for a reader who looks at it.

use super::decision::{Decision, Decisions};
use super::listening::Listening;
use super::part::Ground;
use super::refine::{of_pod, privileges};
use super::subject::{Subject, title};
use crate::manifests::Placed;
use crate::seen::Seen;
use crate::usage::{Excess, RuleUses, Unused, Usage, Use, watched};
use crate::{Kind, Level, Manifests, Options};
use leastwise_evidence::{ContainerSeen, Record, Tally};
use leastwise_manifest::{PodSpec, pod_specs};
use leastwise_yaml::Path;
use std::collections::BTreeSet;

/// Holds the workloads of one of the documents against what their containers were seen to do. Workloads of which
/// nothing was seen are left out. The manifests must hold the service accounts that have a say in their tokens.
pub fn workload_usages(
    record: &Record,
    manifests: &Manifests<'_>,
    document: usize,
    options: &Options,
) -> Vec<Usage> {
    let listening = Listening::of(record);
    let ground = Ground { record, listening: &listening, options, is_written: true };
    let placed = manifests.placed();
    let mut usages = Vec::new();
    for placed in placed.iter().filter(|placed| placed.document == document) {
        for pod in pod_specs(&placed.object) {
            usages.extend(usage(placed, &pod, ground, manifests));
        }
    }
    usages
}

fn usage<'d>(
    placed: &Placed<'d>,
    pod: &PodSpec<'d>,
    ground: Ground<'_>,
    manifests: &Manifests<'d>,
) -> Option<Usage> {
    let mut usage = Usage::new(Kind::Workload, &placed.object.path, pod.path.clone());
    let subject = match Subject::of(placed, pod, ground, manifests) {
        Ok(subject) if subject.is_seen() => subject,
        Ok(_) => return None,
        Err(why) => {
            usage.refused = Some(format!("{}: {why}", title(placed, manifests)));
            return Some(usage);
        }
    };
    usage.watched = watched_words(&subject);
    for part in &subject.parts {
        if part.seen != ContainerSeen::default() {
            let path = &part.container.path;
            say(privileges(part), path, &path.key("name"), &mut usage);
        }
    }
    say(of_pod(&subject), &pod.path, &pod.path.key("containers"), &mut usage);
    Some(usage)
}

/// Says what was decided of a container or a pod: at the fields, and all of it at its `name`.
fn say(decisions: Decisions, whole: &Path, name: &Path, usage: &mut Usage) {
    let mut uses = Vec::new();
    for Decision { level, what, because, path, patches, .. } in decisions.made {
        let words = match level {
            Level::Candidate => format!("perhaps {what}: {because}"),
            Level::Exact | Level::Implied => format!("{what}: {because}"),
        };
        uses.push(Use { words, tokens: vec![path.clone(), name.clone()] });
        if level != Level::Candidate && !patches.is_empty() {
            usage.patches.extend(patches.clone());
            usage.unused.push(Unused { path, what: Excess::Privilege { what, because }, patches });
        }
    }
    uses.extend(decisions.refused.into_iter().map(|(field, why)| {
        let places = [whole.clone(), whole.key("securityContext")].map(|around| around.key(&field));
        let tokens = places.into_iter().chain([name.clone()]).collect();
        Use { words: format!("{field} stays: {why}"), tokens }
    }));
    usage.uses.push(RuleUses { rule: whole.clone(), uses });
}

fn watched_words(subject: &Subject<'_, '_>) -> String {
    let mut seen = Seen::default();
    let mut pods = BTreeSet::new();
    for part in &subject.parts {
        for (pod, run) in &part.seen.runs {
            pods.insert(pod);
            run.channels.values().for_each(|events| seen.add(&Seen::of(events, subject.record)));
        }
    }
    watched(Tally::default(), &seen, pods.len(), "event")
}

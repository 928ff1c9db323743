//! Names that controllers make up: what was done to one of them will be done to another one tomorrow.

use leastwise_evidence::{Decision, Record, Target};
use leastwise_privilege::rbac::{RbacAtom, Target as RbacTarget};
use std::collections::BTreeSet;

/// The letters and digits of random suffixes: `k8s.io/apimachinery/pkg/util/rand`.
const RANDOM: &str = "bcdfghjklmnpqrstvwxz2456789";
/// Those of hashes of pod templates: the ten digits of a number, encoded as such letters.
const HASH: &str = "456789bcdf";

/// Names that came or went while somebody looked.
#[derive(Clone, Debug, Default)]
pub(super) struct Passing(BTreeSet<(Option<String>, String, String, String)>);

impl Passing {
    /// The objects that were created or deleted.
    pub(super) fn of(record: &Record) -> Self {
        let mut passing = BTreeSet::new();
        for (request, seen) in &record.requests {
            let Target::Resource { namespace, api_group, resource, name } = &request.target else { continue };
            // A lease is made by whoever comes first, and keeps its name.
            let keeps_name = api_group == "coordination.k8s.io";
            if request.decision != Decision::Allowed || resource.contains('/') || keeps_name {
                continue;
            }
            let mut add = |name: &String| {
                passing.insert((namespace.clone(), api_group.clone(), resource.clone(), name.clone()));
            };
            if request.verb == "create" || request.verb == "delete" {
                name.iter().for_each(&mut add);
                seen.created.iter().for_each(&mut add);
            }
        }
        Self(passing)
    }

    /// Why the name in a request is taken for one that will be another tomorrow.
    pub(super) fn why(&self, atom: &RbacAtom) -> Option<&'static str> {
        let RbacTarget::Resource { group, resource, name: Some(name), .. } = &atom.target else {
            return None;
        };
        if is_generated(name) {
            return Some("the name looks made up by a controller");
        }
        let parent = resource.split('/').next().unwrap_or_default();
        let key = (atom.namespace.clone(), group.clone(), parent.to_owned(), name.clone());
        self.0.contains(&key).then_some("the object came or went in the time that was seen")
    }
}

/// Whether a name ends like those of pods of Deployments (`cart-7d4b9c6f5-x8k2p`), or like those that the API server
/// makes up (`job-x8k2p`). Of the latter a digit is asked for: words like `-https` are of the same letters.
fn is_generated(name: &str) -> bool {
    let Some((rest, suffix)) = name.rsplit_once('-') else { return false };
    let is_suffix = suffix.len() == 5 && suffix.chars().all(|char| RANDOM.contains(char));
    if !is_suffix {
        return false;
    }
    let is_hash = |text: &str| (8..=10).contains(&text.len()) && text.chars().all(|char| HASH.contains(char));
    suffix.contains(|char: char| char.is_ascii_digit())
        || rest.rsplit_once('-').is_some_and(|(_, hash)| is_hash(hash))
}

#[cfg(test)]
mod tests {
    use super::is_generated;

    #[test]
    fn names_of_pods_are_told_from_names_that_people_give() {
        for name in ["cart-7d4b9c6f5-x8k2p", "cart-7d4b9c6f58-xkqzp", "backup-28618366-b7x2q", "web-4x9zz"] {
            assert!(is_generated(name), "{name}");
        }
        for name in
            ["cart", "web-https", "app-config", "leader-election", "node-1", "db-0", "x-aeiou", "a-12345"]
        {
            assert!(!is_generated(name), "{name}");
        }
    }
}

//! Laws that hold for any requests.

use crate::support::{created, record_of, refined, rules};
use leastwise_evidence::{Record, Unite};
use leastwise_harden::{Manifests, Options, create_roles};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn line() -> impl Strategy<Value = String> {
    let who = prop::sample::select(vec!["shop/cart", "shop/web", "alice"]);
    let verb = prop::sample::select(vec!["get", "list", "watch", "create", "update", "patch", "delete"]);
    let what = prop::sample::select(vec!["pods", "pods/log", "secrets", "deployments.apps", "nodes"]);
    let name = prop::sample::select(vec!["", "a", "b"]);
    let place = prop::sample::select(vec!["@shop", "@other", "@*"]);
    (who, verb, what, name, place).prop_map(|(who, verb, what, name, place)| {
        let name = if verb == "create" && !what.contains('/') { "" } else { name };
        format!("{who} {verb} {what} {name} {place}")
    })
}

/// What the roles grant, one by one: where, which verb, on what, under which name.
fn grants(rules: &[String]) -> BTreeSet<(String, String, String, Option<String>)> {
    let mut grants = BTreeSet::new();
    for rule in rules {
        let (place, rest) = rule.split_once(": ").unwrap();
        let (verbs, rest) = rest.split_once(' ').unwrap();
        let (what, names) = rest.split_once(" named ").unwrap_or((rest, ""));
        let (group, resources) = what.rsplit_once(' ').unwrap_or(("", what));
        for (verb, resource) in
            verbs.split(',').flat_map(|verb| resources.split(',').map(move |one| (verb, one)))
        {
            for name in names.split(',') {
                let name = (!name.is_empty()).then(|| name.to_owned());
                grants.insert((place.to_owned(), verb.to_owned(), format!("{group} {resource}"), name));
            }
        }
    }
    grants
}

fn text(record: &Record) -> Vec<String> {
    let manifests = Manifests { documents: Vec::new(), namespace: "default" };
    rules(&create_roles(record, &manifests, &Options::default()))
}

proptest! {
    #[test]
    fn more_requests_never_take_a_grant_away(
        some in prop::collection::vec(line(), 0..12),
        more in prop::collection::vec(line(), 0..6),
    ) {
        let few = grants(&rules(&created(&some.join("\n"), &Options::default())));
        let many = grants(&rules(&created(&[some, more].concat().join("\n"), &Options::default())));
        for (place, verb, what, name) in few {
            let all = (place.clone(), verb.clone(), what.clone(), None);
            prop_assert!(many.contains(&all) || many.contains(&(place, verb, what, name)));
        }
    }

    #[test]
    fn how_logs_are_cut_and_ordered_makes_no_difference(
        lines in prop::collection::vec(line(), 0..12),
        cut in 0usize..12,
    ) {
        let whole = text(&record_of("audit.log", 1, &lines.join("\n")));
        let (front, back) = lines.split_at(cut.min(lines.len()));
        let mut parts = record_of("b.log", 2, &back.join("\n"));
        parts.unite(record_of("a.log", 1, &front.join("\n")));
        parts.unite(record_of("a.log", 1, &front.join("\n")));
        prop_assert_eq!(text(&parts), whole);
    }

    #[test]
    fn what_was_made_needs_no_refinement_and_refinement_none_after_itself(
        lines in prop::collection::vec(line(), 1..10),
        used in prop::collection::vec(any::<bool>(), 10),
    ) {
        let all = lines.join("\n");
        let made = crate::support::text(&created(&all, &Options::default()));
        let (same, _) = refined(&made, &all, &Options::default());
        prop_assert_eq!(&same, &made);
        let some: Vec<_> = lines.iter().zip(used).filter(|(_, used)| *used).map(|(line, _)| line.clone()).collect();
        let (less, first) = refined(&made, &some.join("\n"), &Options::default());
        let (again, _) = refined(&less, &some.join("\n"), &Options::default());
        prop_assert_eq!(&again, &less, "first: {:?}", first.refused);
    }
}

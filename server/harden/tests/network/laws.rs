//! Laws that hold for any connections.

use crate::support::{created_of, deployment, record, record_of, refined};
use leastwise_evidence::{Record, Unite};
use leastwise_harden::{Options, Proposal};
use proptest::prelude::*;
use serde_yaml::Value;
use std::collections::BTreeSet;

fn shop() -> String {
    [deployment("shop", "cart"), deployment("shop", "web")].concat()
}

fn line() -> impl Strategy<Value = String> {
    let client = prop::sample::select(vec![
        "shop/web",
        "shop/cart",
        "jobs/import",
        "192.0.2.1",
        "node:10.0.0.1",
        "host",
    ]);
    let server =
        prop::sample::select(vec!["shop/web", "shop/cart", "jobs/import", "192.0.2.9", "api:10.0.0.2"]);
    let port = prop::sample::select(vec!["TCP 8080", "TCP 9090", "UDP 53", "SCTP 7"]);
    let mark = prop::sample::select(vec!["", "", " # dropped", " # audited"]);
    (client, server, port, mark)
        .prop_map(|(client, server, port, mark)| format!("{client} > {server} {port}{mark}"))
}

fn made(record: &Record) -> Proposal {
    created_of(&shop(), record, &Options::default())
}

fn texts(proposal: &Proposal) -> Vec<String> {
    proposal.created.iter().map(|made| made.text()).collect()
}

/// What the policies let through, one by one: whose policy, which direction, with whom, over which port.
fn grants(proposal: &Proposal) -> BTreeSet<String> {
    let mut grants = BTreeSet::new();
    for text in texts(proposal) {
        let policy: Value = serde_yaml::from_str(&text).unwrap();
        for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
            let rules = policy["spec"][direction].as_sequence().into_iter().flatten();
            for rule in rules {
                for peer in rule[peers].as_sequence().unwrap() {
                    for port in rule["ports"].as_sequence().unwrap() {
                        let name = &policy["metadata"]["name"];
                        grants.insert(format!("{name:?} {direction} {peer:?} {port:?}"));
                    }
                }
            }
        }
    }
    grants
}

proptest! {
    #[test]
    fn more_connections_never_take_a_grant_away(
        some in prop::collection::vec(line(), 0..10),
        more in prop::collection::vec(line(), 0..6),
    ) {
        let few = grants(&made(&record(&some.join("\n"))));
        let many = grants(&made(&record(&[some, more].concat().join("\n"))));
        prop_assert!(few.is_subset(&many), "{:?}", few.difference(&many).collect::<Vec<_>>());
    }

    #[test]
    fn how_logs_are_cut_ordered_and_doubled_makes_no_difference(
        lines in prop::collection::vec(line(), 0..10),
        cut in 0usize..10,
    ) {
        let whole = texts(&made(&record(&lines.join("\n"))));
        let (front, back) = lines.split_at(cut.min(lines.len()));
        let mut parts = record_of("b.json", 2, &back.join("\n"));
        parts.unite(record_of("a.json", 1, &front.join("\n")));
        parts.unite(record_of("a.json", 1, &front.join("\n")));
        prop_assert_eq!(texts(&made(&parts)), whole);
    }

    #[test]
    fn what_was_made_needs_no_refinement_and_refinement_none_after_itself(
        lines in prop::collection::vec(line(), 1..10),
        used in prop::collection::vec(any::<bool>(), 10),
    ) {
        let all = record(&lines.join("\n"));
        let made: String = texts(&made(&all)).iter().map(|text| format!("---\n{text}")).collect();
        let text = shop() + &made;
        prop_assert_eq!(&refined(&text, &all).0, &text);
        let some = lines.iter().zip(used).filter(|(_, used)| *used).map(|(line, _)| line.clone());
        let some = record(&some.collect::<Vec<_>>().join("\n"));
        let (less, first) = refined(&text, &some);
        let (again, _) = refined(&less, &some);
        prop_assert_eq!(&again, &less, "first: {:?}", first.refused);
    }
}

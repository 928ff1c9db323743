//! Whoever drafts a network policy need not be trusted: what does not hold is sent back with the connection that shows it.

use crate::support::{created, deployment, record, specs};
use leastwise_harden::{Manifests, NetworkPolicyDraft, Options, Proposal, create_drafted_network_policies};
use leastwise_yaml::{Document, parse};

/// By number, for `cart`: 0 TCP 8080 from `api`, 1 TCP 8080 from `web`, 2 TCP 9090 from `web`, 3 TCP 5432 to `db`.
const CONNECTIONS: &str = "shop/web > shop/cart TCP 8080
    shop/web > shop/cart TCP 9090
    shop/api > shop/cart TCP 8080
    shop/cart > shop/db TCP 5432";

fn shop() -> String {
    ["cart", "web", "api", "db"].map(|name| deployment("shop", name)).concat()
}

fn draft(name: &str, rules: &[&[usize]]) -> NetworkPolicyDraft {
    let rules = rules.iter().map(|rule| rule.to_vec()).collect();
    NetworkPolicyDraft { name: Some(name.to_owned()), rules }
}

/// What is made when this is the only draft of `cart`'s policy, and why it was sent back.
fn drafted(manifests: &str, draft: &NetworkPolicyDraft) -> (Proposal, Option<String>) {
    let stream = parse(manifests);
    let documents: Vec<&Document> = stream.documents().iter().map(|placed| &*placed.document).collect();
    let manifests = Manifests { documents, namespace: "default" };
    let mut sent_back = None;
    let proposal =
        create_drafted_network_policies(&record(CONNECTIONS), &manifests, &Options::default(), &mut |task| {
            (task.workload() == ("shop", "Deployment", "cart"))
                .then(|| task.judge(draft).map_err(|why| sent_back = Some(why)).ok())?
        });
    (proposal, sent_back)
}

#[track_caller]
fn is_sent_back(draft: &NetworkPolicyDraft, why: &str) {
    let (proposal, sent_back) = drafted(&shop(), draft);
    assert_eq!(sent_back.as_deref(), Some(why));
    let exact = created(&shop(), CONNECTIONS, &Options::default());
    assert_eq!(specs(&proposal), specs(&exact), "without a draft that holds, the exact policy stands");
    assert_eq!(proposal.statements, exact.statements);
}

#[test]
fn the_connections_have_numbers_and_tell_who_and_how_often() {
    let stream = parse(&shop());
    let documents: Vec<&Document> = stream.documents().iter().map(|placed| &*placed.document).collect();
    let manifests = Manifests { documents, namespace: "default" };
    let mut told = Vec::new();
    let record = record(CONNECTIONS);
    create_drafted_network_policies(&record, &manifests, &Options::default(), &mut |task| {
        if task.name() == "cart" {
            told = task.connections();
        }
        None
    });
    let words: Vec<_> =
        told.iter().map(|one| format!("{} {} {}", one.direction, one.port, one.peer)).collect();
    assert_eq!(
        words,
        [
            "Ingress TCP 8080 shop/Deployment/web",
            "Ingress TCP 9090 shop/Deployment/web",
            "Ingress TCP 8080 shop/Deployment/api",
            "Egress TCP 5432 shop/Deployment/db",
        ]
    );
    assert_eq!(told[0].because, "1 flow at 2026-03-01T08:00:00Z in flows.json");
}

#[test]
fn a_draft_that_allows_the_same_names_and_groups_it_otherwise() {
    let (proposal, sent_back) = drafted(&shop(), &draft("cart-from-web", &[&[0], &[1], &[2], &[3]]));
    assert_eq!(sent_back, None);
    let (name, spec) = specs(&proposal).into_iter().find(|(name, _)| name.starts_with("cart")).unwrap();
    assert_eq!(name, "cart-from-web");
    assert_eq!(spec.matches("- from:").count(), 3, "{spec}");
    let said = proposal.statements.iter().find(|said| said.path == "spec.ingress[2].from[0]").unwrap();
    assert_eq!(said.what, "TCP 8080 from shop/Deployment/api");
    assert_eq!(said.resource.name.as_deref(), Some("cart-from-web"));
}

#[test]
fn a_draft_that_allows_less_or_more_is_sent_back_with_the_connection_that_shows_it() {
    is_sent_back(
        &draft("cart", &[&[0], &[1], &[3]]),
        "it would not allow TCP 8080 from shop/Deployment/api to shop/Deployment/cart",
    );
    is_sent_back(
        &draft("cart", &[&[0, 1, 2], &[3]]),
        "it would also allow TCP 9090 from shop/Deployment/api to shop/Deployment/cart",
    );
}

#[test]
fn a_draft_that_is_none_is_sent_back() {
    for (rules, why) in [
        (&[&[0, 3][..]][..], "rule 1 mixes directions, of which each needs a rule of its own"),
        (&[&[0], &[9]], "rule 2 has a connection 10, and there is none of that number"),
        (&[&[]], "rule 1 is empty"),
    ] {
        is_sent_back(&draft("cart", rules), why);
    }
    let whole: &[&[usize]] = &[&[0], &[1], &[2], &[3]];
    is_sent_back(&draft("../cart", whole), "its name is not made of small letters, digits and hyphens");
}

#[test]
fn a_draft_takes_nobodys_name() {
    let policy = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: taken, namespace: \
                  shop}\nspec: {podSelector: {}, policyTypes: [Egress], egress: [{}]}\n";
    let (_, sent_back) = drafted(&format!("{}{policy}", shop()), &draft("taken", &[&[0], &[1], &[2], &[3]]));
    assert_eq!(sent_back.as_deref(), Some("there is a network policy called taken already"));
}

#[test]
fn a_draft_with_a_rule_for_each_of_many_connections_is_sent_back() {
    let peers: Vec<_> = (0..8).map(|number| format!("peer-{number}")).collect();
    let manifests: String =
        peers.iter().map(String::as_str).chain(["cart"]).map(|name| deployment("shop", name)).collect();
    let lines: String = peers.iter().map(|peer| format!("shop/{peer} > shop/cart TCP 8080\n")).collect();
    let stream = parse(&manifests);
    let documents: Vec<&Document> = stream.documents().iter().map(|placed| &*placed.document).collect();
    let manifests = Manifests { documents, namespace: "default" };
    let rules = (0..8).map(|place| vec![place]).collect();
    let draft = NetworkPolicyDraft { name: None, rules };
    let mut sent_back = None;
    create_drafted_network_policies(&record(&lines), &manifests, &Options::default(), &mut |task| {
        if task.name() == "cart" {
            sent_back = task.judge(&draft).err();
        }
        None
    });
    assert_eq!(sent_back.as_deref(), Some("it has 8 rules, and 1 would do"));
}

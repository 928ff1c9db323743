//! What is said of network policies. A connection is a line like `front -> cart TCP 8080`, with `dropped` behind it if it was, between workloads of the
//! namespace `shop` or an address outside.

use crate::{drawn, judged};
use leastwise_analysis::{actions, create, creations, harden, hover};
use leastwise_evidence::{
    Channel, Connection, ConnectionSeen, Endpoint, EndpointSeen, Format, Loss, Observations, PodEndpoint,
    PortOf, Protocol, Record, Side, Source, SourceId, Tally, Verdict, Workload,
};
use leastwise_text::{TextRange, TextSize, apply};

fn workload(name: &str) -> String {
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: shop}}\nspec:\n  replicas: \
         2\n  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    \
         spec: {{containers: [{{name: main, image: shop}}]}}\n"
    )
}

fn workloads() -> String {
    ["cart", "front", "legacy"].map(workload).concat()
}

fn policy(rules: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: cart, namespace: shop}}\nspec:\n  \
         podSelector: {{matchLabels: {{app: cart}}}}\n  policyTypes: [Ingress]\n  ingress:\n{rules}"
    )
}

/// A log of two weeks of every node, in which each connection shows in 700 flows.
fn record(lines: &str) -> Record {
    let mut record = Record::default();
    let id = SourceId([2; 16]);
    let mut tally = Tally { count: 700, ..Tally::default() };
    tally.extend("2026-03-01T08:00:00Z".parse().ok());
    tally.extend("2026-03-15T09:00:00Z".parse().ok());
    let source = Source {
        names: ["flows.log".to_owned()].into(),
        formats: [Format::Hubble].into(),
        complete: true,
        channels: [(Channel::Flows, tally)].into(),
        ..Source::default()
    };
    record.sources.insert(id, source);
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<_> = line.split_whitespace().collect();
        let is_dropped = words.last() == Some(&"dropped");
        let mut seen = Observations::default();
        seen.insert((id, None), tally);
        let seen =
            ConnectionSeen { seen, sides: [Side::Client, Side::Server].into(), ..ConnectionSeen::default() };
        let connection = Connection {
            client: end(words[0], &mut record),
            server: end(words[2], &mut record),
            protocol: if words[3] == "TCP" { Protocol::Tcp } else { Protocol::Udp },
            port: words[4].parse().ok(),
            port_of: PortOf::Server,
            verdict: if is_dropped { Verdict::Dropped } else { Verdict::Forwarded },
        };
        record.connections.insert(connection, seen);
    }
    record
}

fn end(name: &str, record: &mut Record) -> Endpoint {
    if let Ok(address) = name.parse() {
        return Endpoint::Address { address: Some(address), outside: true };
    }
    let endpoint = Endpoint::Pod(PodEndpoint {
        namespace: "shop".to_owned(),
        workload: Some(Workload { kind: "Deployment".to_owned(), name: name.to_owned() }),
        labels: [("app".to_owned(), name.to_owned())].into(),
    });
    let mut seen = EndpointSeen::default();
    for count in 1..=2 {
        seen.pods.insert(format!("{name}-{count}"));
        seen.pods_at_home.insert(format!("{name}-{count}"));
        seen.nodes.insert(format!("node-{count}"));
    }
    record.endpoints.insert(endpoint.clone(), seen);
    endpoint
}

#[track_caller]
fn is_drawn(rules: &str, connections: &str) {
    let plain: String =
        rules.split_inclusive('\n').filter(|line| !line.trim_start().starts_with('^')).collect();
    let file = judged(&policy(&plain), &workloads(), record(connections));
    let drawn = drawn(&file);
    let (_, own) = drawn.split_once("ingress:\n").unwrap();
    assert_eq!(own, rules);
}

#[test]
fn a_peer_or_port_that_nobody_used_is_found_at_its_place() {
    is_drawn(
        "  - from:
    - podSelector: {matchLabels: {app: front}}
    - podSelector: {matchLabels: {app: legacy}}
      ^^^^^^^^^^^ connection-unused: No connection with this peer was seen in 14 days, 2 replicas, 700 flows
    ports:
    - port: 8080
    - port: 9090
      ^^^^ connection-unused: Port \"TCP 9090\" was never used in 14 days, 2 replicas, 700 flows
  - from:
    ^^^^ connection-unused: Nothing of this rule (of Ingress) was ever used in 14 days, 2 replicas, 700 flows
    - ipBlock: {cidr: 203.0.113.0/24}
",
        "front -> cart TCP 8080",
    );
}

#[test]
fn what_was_dropped_and_still_would_be_is_told() {
    let rules = "  - from:\n    - podSelector: {matchLabels: {app: front}}\n    ports: [{port: 8080}, {port: 9090}]\n";
    let seen = "front -> cart TCP 8080\nfront -> cart TCP 9090 dropped\nlegacy -> cart TCP 8080 dropped\nlegacy -> front TCP 1 dropped";
    let file = judged(&policy(rules), &workloads(), record(seen));
    let drawn = drawn(&file);
    let told: Vec<_> = drawn.lines().filter(|line| line.contains("connection-denied")).collect();
    // The policy lets the first of them through by now, and the last is none of its pods.
    assert_eq!(
        told,
        [
            "^^^^ connection-denied: Dropped at the pods that the policy is for, and still would be: TCP 8080 from \
          shop/Deployment/legacy to shop/Deployment/cart: 700 flows from 2026-03-01T08:00:00Z to 2026-03-15T09:00:00Z in \
          flows.log"
        ]
    );
}

#[test]
fn what_stands_for_more_than_was_seen_says_what_was_seen() {
    is_drawn(
        "  - from:
    - podSelector: {}
      ^^^^^^^^^^^ connection-wider-than-used: Of those for whom this stands only shop/Deployment/front was seen in 14 days, 2 replicas, 700 flows
    ports:
    - port: 8000
      ^^^^ connection-wider-than-used: Of port \"TCP 8000-9000\" only \"TCP 8080\" was used in 14 days, 2 replicas, 700 flows
      endPort: 9000
",
        "front -> cart TCP 8080",
    );
    is_drawn(
        "  - ports:
    ^^^^^ connection-wider-than-used: The rule is for everybody, and only shop/Deployment/front was seen in 14 days, 2 replicas, 700 flows
    - port: 8080
  - from:
    ^^^^ connection-wider-than-used: The rule is for every port, and only TCP 8080 was used in 14 days, 2 replicas, 700 flows
    - podSelector: {matchLabels: {app: front}}
",
        "front -> cart TCP 8080",
    );
}

#[test]
fn a_peer_is_taken_away_and_the_rest_stays_as_it_is_written() {
    let text = policy(
        "  - from: # callers
    - podSelector: {matchLabels: {app: front}} # the shop
    - podSelector: {matchLabels: {app: legacy}}
    ports: [{port: 8080}, {port: 9090}]
",
    );
    let file = judged(&text, &workloads(), record("front -> cart TCP 8080"));
    let at = |word: &str| TextRange::empty(TextSize::of(&text[..text.find(word).unwrap()]));
    let without_peer = text.replace("    - podSelector: {matchLabels: {app: legacy}}\n", "");
    let watched = "in 14 days, 2 replicas, 700 flows";
    let offered = actions(&file, &[], at("podSelector: {matchLabels: {app: legacy"));
    assert_eq!(offered[0].title, format!("Remove the peer (unused {watched}) (may change behaviour)"));
    assert_eq!(apply(&text, &offered[0].edits).unwrap(), without_peer);
    let [tighten] = &harden(&file, at("ingress"))[..] else { panic!() };
    assert_eq!(tighten.title, format!("Tighten cart to what was used {watched} (may change behaviour)"));
    assert_eq!(apply(&text, &tighten.edits).unwrap(), without_peer.replace(", {port: 9090}", ""));
}

#[test]
fn hover_shows_the_connections_behind_a_peer_and_why_nothing_is_said() {
    let rules = "  - from: [{podSelector: {matchLabels: {app: front}}}]\n    ports: [{port: 8080}]\n";
    let text = policy(rules);
    let markdown = |record: Record, word: &str| {
        let file = judged(&text, &workloads(), record);
        let at = TextSize::of(&text[..text.find(word).unwrap()]) + TextSize::new(1);
        hover(&file, &[], at).map(|hover| hover.markdown).unwrap_or_default()
    };
    let seen = record("front -> cart TCP 8080");
    for place in ["front", "8080"] {
        assert_eq!(
            markdown(seen.clone(), place),
            "**Evidence** in 14 days, 2 replicas, 700 flows\n\n- `` TCP 8080 from shop/Deployment/front: 700 flows from \
             2026-03-01T08:00:00Z to 2026-03-15T09:00:00Z in flows.log ``"
        );
    }
    let mut lossy = seen;
    lossy.sources.values_mut().for_each(|source| {
        source.losses.insert(Loss::BufferOverflow, 3);
    });
    let why = markdown(lossy, "spec:");
    assert!(why.contains("events were lost"), "{why}");
}

/// Half of what a rule lets through may have gone unseen where only some replicas were.
#[test]
fn nothing_is_said_of_pods_that_were_not_all_seen() {
    let text = policy("  - from: [{podSelector: {matchLabels: {app: legacy}}}]\n");
    let elsewhere = workloads().replace("replicas: 2", "replicas: 3");
    let file = judged(&text, &elsewhere, record("front -> cart TCP 8080"));
    assert_eq!(file.shown().count(), 0);
}

#[test]
fn a_policy_is_made_for_a_workload_without_one() {
    let connections = "front -> cart TCP 8080";
    let file = judged(&workload("cart"), &workload("front"), record(connections));
    let [(_, creation)] = &creations(&file)[..] else { panic!("{:?}", creations(&file)) };
    assert_eq!(creation.title(), "Create NetworkPolicy from evidence");
    let made = create(&file, creation).unwrap();
    assert_eq!(made.file_name, "cart-network-policy.yaml");
    for part in ["kind: NetworkPolicy\n", "namespace: shop\n", "app: front\n", "port: 8080\n"] {
        assert!(made.text.contains(part), "{part} in {}", made.text);
    }
    let other = policy("  - {}\n");
    let file = judged(&workload("cart"), &format!("{other}{}", workload("front")), record(connections));
    assert_eq!(creations(&file), [], "there is one already");
}

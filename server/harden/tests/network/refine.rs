use crate::support::{deployment, record, refined, refusals};
use leastwise_evidence::Loss;
use leastwise_harden::Judgement;

fn with(spec: &str) -> String {
    let policy = format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: cart, namespace: shop}}\nspec:\n  podSelector: {{matchLabels: {{app: cart}}}}\n{spec}"
    );
    [policy, deployment("shop", "cart"), deployment("shop", "web"), deployment("shop", "admin")].concat()
}

const SEEN: &str = "shop/web > shop/cart TCP 8080";

/// The spec becomes this, nothing else changes, and a second time there is nothing to do.
#[track_caller]
fn becomes(before: &str, lines: &str, after: &str) {
    let (text, proposal) = refined(&with(before), &record(lines));
    assert_eq!(text, with(after), "refused: {}", refusals(&proposal));
    let (again, second) = refined(&text, &record(lines));
    assert_eq!((again, second.verdict), (text, Judgement::Equal), "a second time");
}

#[test]
fn rules_peers_and_ports_that_nobody_used_go() {
    becomes(
        "  ingress:
  # the shop front
  - from:
    - podSelector: {matchLabels: {app: web}} # front
    - podSelector: {matchLabels: {app: admin}}
    ports:
    - {port: http}
    - {port: 9090}
  - from:
    - ipBlock: {cidr: 10.0.0.0/8}
",
        SEEN,
        "  ingress:
  # the shop front
  - from:
    - podSelector: {matchLabels: {app: web}} # front
    ports:
    - {port: http}
",
    );
}

#[test]
fn what_is_open_to_all_becomes_those_who_came() {
    becomes(
        "  ingress:
  - ports:
    - {port: 8000, endPort: 9000}
",
        SEEN,
        "  ingress:
  - ports:
    - port: 8080
      protocol: TCP
    from:
    - podSelector:
        matchLabels:
          app: web
",
    );
}

#[test]
fn a_selector_that_chooses_the_same_pods_stays_as_its_author_wrote_it() {
    let spec = "  ingress:
  - from:
    - podSelector: {matchExpressions: [{key: app, operator: In, values: [web]}]}
    ports:
    - {port: 8080}
";
    becomes(spec, SEEN, spec);
}

/// A policy without `policyTypes` closes egress by its rules. Without rules it would open it.
#[test]
fn a_direction_that_lost_its_last_rule_stays_closed() {
    becomes(
        "  egress:
  - to:
    - podSelector: {matchLabels: {app: admin}}
",
        SEEN,
        "  egress: []
  policyTypes:
  - Ingress
  - Egress
",
    );
}

#[test]
fn lost_flows_and_unseen_nodes_make_silence_mean_little() {
    let text = with("  ingress:\n  - ports: [{port: 8080}, {port: 9090}]\n");
    let mut lossy = record(SEEN);
    lossy.sources.values_mut().for_each(|source| {
        source.losses.insert(Loss::BufferOverflow, 1);
    });
    let (after, proposal) = refined(&text, &lossy);
    assert_eq!(after, text);
    assert!(refusals(&proposal).contains("events were lost"));
    let mut remote = record(SEEN);
    remote.endpoints.values_mut().for_each(|seen| {
        (seen.nodes, seen.pods_at_home) = Default::default();
    });
    remote.connections.values_mut().for_each(|seen| seen.sides.clear());
    let (after, proposal) = refined(&text, &remote);
    assert_eq!(after, text);
    assert!(refusals(&proposal).contains("no node on which it runs was watched"));
}

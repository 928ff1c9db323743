//! Which connections policies allow, before and after.

use crate::support::all;
use leastwise_privilege::Applied;
use leastwise_privilege::network::{
    Connections, Difference, End, NeededConnection, Network, Protocol, compare,
};
use std::collections::BTreeMap;

fn compared(before: &str, after: &str) -> Difference {
    let (before, after) = (leastwise_yaml::parse(before), leastwise_yaml::parse(after));
    let (before, after) = (all(&before), all(&after));
    let network = |objects| Network::of(Applied { objects, namespace: "default" });
    compare(&network(&before), &network(&after))
}

fn shown(difference: &Difference) -> Vec<String> {
    let each = |sign: char| {
        move |(atom, origin): &(
            leastwise_privilege::network::ConnectionAtom,
            leastwise_privilege::rbac::Origin,
        )| {
            let name = origin.resource.name.as_deref().unwrap_or_default();
            format!(
                "{sign} {} -> {} {} {} ({name} {})",
                atom.from, atom.to, atom.protocol, atom.ports, origin.path
            )
        }
    };
    let lost = difference.lost.iter().map(each('-'));
    let gained = difference.gained.iter().map(each('+'));
    lost.chain(gained).chain(difference.undecided.iter().map(|why| format!("? {why}"))).collect()
}

#[track_caller]
fn check(before: &str, after: &str, expected: &[&str]) {
    assert_eq!(shown(&compared(before, after)), expected, "from\n{before}to\n{after}");
    let (there, back) = (compared(before, after), compared(after, before));
    let atoms = |list: &[(leastwise_privilege::network::ConnectionAtom, _)]| {
        list.iter()
            .map(|(atom, _): &(_, leastwise_privilege::rbac::Origin)| atom.clone())
            .collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(
        (atoms(&there.lost), atoms(&there.gained)),
        (atoms(&back.gained), atoms(&back.lost)),
        "no mirror"
    );
}

fn policy(spec: &str) -> String {
    named_policy("cart", spec)
}

fn named_policy(name: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}, namespace: shop}}\nspec: \
         {spec}\n"
    )
}

fn workload(name: &str, ports: &str) -> String {
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: shop}}\nspec:\n  \
         template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec: {{containers: [{{name: c, image: 'c:1', ports: \
         [{ports}]}}]}}\n"
    )
}

const CART: &str = "podSelector: {matchLabels: {app: cart}}";
const FROM_WEB: &str = "from: [{podSelector: {matchLabels: {app: web}}}]";

#[test]
fn a_first_policy_takes_away() {
    let both = workload("cart", "") + &workload("web", "");
    check(
        &both,
        &(both.clone() + &policy(&format!("{{{CART}, ingress: [{{{FROM_WEB}}}]}}"))),
        &[
            "- shop/Deployment/cart -> shop/Deployment/cart * 1-65535 (cart spec.podSelector)",
            "- shop/Pod/without such labels -> shop/Deployment/cart * 1-65535 (cart spec.podSelector)",
            "- other namespaces/Pod/* -> shop/Deployment/cart * 1-65535 (cart spec.podSelector)",
            "- 0.0.0.0/0 -> shop/Deployment/cart * 1-65535 (cart spec.podSelector)",
            "- ::/0 -> shop/Deployment/cart * 1-65535 (cart spec.podSelector)",
        ],
    );
}

#[test]
fn a_further_policy_adds() {
    let first = policy(&format!("{{{CART}, ingress: [{{{FROM_WEB}, ports: [{{port: 80}}]}}]}}"));
    let second = named_policy(
        "more",
        "{podSelector: {}, ingress: [{from: [{podSelector: {}}], ports: [{port: 80, endPort: 81}]}]}",
    );
    check(
        &first,
        &(first.clone() + &second),
        &[
            "- shop/Pod/* -> shop/Pod/without such labels SCTP 1-65535 (more spec.podSelector)",
            "- shop/Pod/* -> shop/Pod/without such labels TCP 1-79,82-65535 (more spec.podSelector)",
            "- shop/Pod/* -> shop/Pod/without such labels UDP 1-65535 (more spec.podSelector)",
            "- shop/Pod/* -> shop/Pod/app=web SCTP 1-65535 (more spec.podSelector)",
            "- shop/Pod/* -> shop/Pod/app=web TCP 1-79,82-65535 (more spec.podSelector)",
            "- shop/Pod/* -> shop/Pod/app=web UDP 1-65535 (more spec.podSelector)",
            "- other namespaces/Pod/* -> shop/Pod/without such labels * 1-65535 (more spec.podSelector)",
            "- other namespaces/Pod/* -> shop/Pod/app=web * 1-65535 (more spec.podSelector)",
            "- 0.0.0.0/0 -> shop/Pod/without such labels * 1-65535 (more spec.podSelector)",
            "- 0.0.0.0/0 -> shop/Pod/app=web * 1-65535 (more spec.podSelector)",
            "- ::/0 -> shop/Pod/without such labels * 1-65535 (more spec.podSelector)",
            "- ::/0 -> shop/Pod/app=web * 1-65535 (more spec.podSelector)",
            "+ shop/Pod/without such labels -> shop/Pod/app=cart TCP 80-81 (more spec.ingress[0])",
            "+ shop/Pod/app=cart -> shop/Pod/app=cart TCP 80-81 (more spec.ingress[0])",
            "+ shop/Pod/app=web -> shop/Pod/app=cart TCP 81 (more spec.ingress[0])",
        ],
    );
}

#[test]
fn wider_ports_are_told_by_their_rule() {
    let rule = |ports: &str| policy(&format!("{{{CART}, ingress: [{{{FROM_WEB}, ports: {ports}}}]}}"));
    check(
        &rule("[{port: 80}]"),
        &rule("[{port: 80}, {port: 443, protocol: UDP}]"),
        &["+ shop/Pod/app=web -> shop/Pod/app=cart UDP 443 (cart spec.ingress[0])"],
    );
    check(&rule("[{port: 80}, {port: 81}]"), &rule("[{port: 80, endPort: 81}]"), &[]);
    check(&rule("[{protocol: TCP}, {protocol: UDP}, {protocol: SCTP}]"), &rule("[]"), &[]);
}

#[test]
fn both_ends_must_allow() {
    let lets_in = |peer: &str| {
        policy(&format!(
            "{{{CART}, ingress: [{{from: [{{podSelector: {{matchLabels: {{app: {peer}}}}}}}]}}]}}"
        ))
    };
    let web_is_shut = named_policy("web", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}");
    check(
        &(lets_in("nobody") + &web_is_shut),
        &(lets_in("web") + &web_is_shut),
        &["- shop/Pod/app=nobody -> shop/Pod/app=cart * 1-65535 (cart spec.ingress[0])"],
    );
}

#[test]
fn names_of_ports_are_resolved_by_the_pods() {
    let rule =
        |port: &str| policy(&format!("{{{CART}, ingress: [{{{FROM_WEB}, ports: [{{port: {port}}}]}}]}}"));
    let cart = workload("cart", "{name: http, containerPort: 8080}");
    check(
        &(cart.clone() + &rule("8080")),
        &(cart.clone() + &rule("http")),
        &[
            "- shop/Pod/app=web -> shop/Pod/app=cart TCP 8080 (cart spec.ingress[0])",
            "+ shop/Pod/app=web -> shop/Pod/app=cart TCP http (cart spec.ingress[0])",
        ],
    );
}

#[test]
fn addresses_are_compared_as_sets() {
    let rule =
        |block: &str| policy(&format!("{{{CART}, policyTypes: [Egress], egress: [{{to: [{block}]}}]}}"));
    check(
        &rule("{ipBlock: {cidr: 10.0.0.0/8}}"),
        &rule("{ipBlock: {cidr: 10.0.0.0/8, except: [10.128.0.0/9]}}"),
        &["- shop/Pod/app=cart -> 10.128.0.0/9 * 1-65535 (cart spec.egress[0])"],
    );
    check(
        &rule("{ipBlock: {cidr: 10.0.0.0/9}}, {ipBlock: {cidr: 10.128.0.0/9}}"),
        &rule("{ipBlock: {cidr: 10.0.0.0/8}}"),
        &[],
    );
    check(
        &rule("{ipBlock: {cidr: '2001:db8::/32'}}"),
        &rule("{ipBlock: {cidr: '2001:db8::/31'}}"),
        &["+ shop/Pod/app=cart -> 2001:db9::/32 * 1-65535 (cart spec.egress[0])"],
    );
}

#[test]
fn namespaces_are_told_by_their_labels_and_their_name() {
    let rule = |selector: &str| {
        policy(&format!("{{{CART}, ingress: [{{from: [{{namespaceSelector: {selector}}}]}}]}}"))
    };
    check(
        &rule("{matchLabels: {kubernetes.io/metadata.name: bank}}"),
        &rule("{matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [bank, post]}]}"),
        &["+ post/Pod/* -> shop/Pod/app=cart * 1-65535 (cart spec.ingress[0])"],
    );
    let bank = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: bank, labels: {team: money}}\n";
    check(
        &(rule("{matchLabels: {kubernetes.io/metadata.name: bank}}") + bank),
        &(rule("{matchLabels: {team: money}}") + bank),
        &[
            "+ shop/Pod/* -> shop/Pod/app=cart * 1-65535 (cart spec.ingress[0])",
            "+ namespaces with team=money/Pod/* -> shop/Pod/app=cart * 1-65535 (cart spec.ingress[0])",
        ],
    );
}

#[test]
fn labels_of_a_workload_choose_its_policies() {
    let shut = policy("{podSelector: {matchLabels: {app: cart}}, policyTypes: [Ingress, Egress]}");
    let moved = workload("cart", "").replace("labels: {app: cart}", "labels: {app: free}");
    let gained = shown(&compared(&(workload("cart", "") + &shut), &(moved + &shut)));
    let from_labels = |way: &str| format!("+ {way} * 1-65535 (cart spec.template.metadata.labels)");
    assert!(gained.contains(&from_labels("other namespaces/Pod/* -> shop/Deployment/cart")), "{gained:#?}");
    assert!(gained.contains(&from_labels("shop/Deployment/cart -> other namespaces/Pod/*")), "{gained:#?}");
}

#[test]
fn what_is_not_understood_is_not_decided() {
    let cilium =
        "---\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: c, namespace: shop}\n";
    let cart = policy(&format!("{{{CART}}}"));
    check(
        cilium,
        &(cilium.to_owned() + &cart),
        &["? CiliumNetworkPolicy shop/c: its kind is not understood"],
    );
    check(&(cilium.to_owned() + &cart), &(cilium.to_owned() + &cart), &[]);
    for (spec, why) in [
        ("{podSelector: {{ .Values.a }}}", "spec.podSelector cannot be known"),
        ("{ingress: [{from: [{}]}]}", "spec.ingress[0].from[0] names no peer, which the API server refuses"),
        (
            "{ingress: [{ports: [{endPort: 80}]}]}",
            "spec.ingress[0].ports[0].endPort has no port to begin with",
        ),
        (
            "{ingress: [{ports: [{port: http, endPort: 80}]}]}",
            "spec.ingress[0].ports[0].endPort needs a port that is a number",
        ),
        ("{ingress: [{ports: [{port: 70000}]}]}", "spec.ingress[0].ports[0].port is no port"),
        (
            "{ingress: [{from: [{ipBlock: {cidr: 10.0.0.1}}]}]}",
            "spec.ingress[0].from[0].ipBlock.cidr is no block of addresses",
        ),
        (
            "{ingress: [{ports: [{protocol: ICMP}]}]}",
            "spec.ingress[0].ports[0].protocol is none of TCP, UDP and SCTP",
        ),
    ] {
        check("", &policy(spec), &[&format!("? NetworkPolicy shop/cart: {why}")]);
    }
}

#[test]
fn connections_between_workloads() {
    let text = workload("cart", "{name: http, containerPort: 8080}")
        + &workload("web", "")
        + &policy(&format!(
            "{{{CART}, policyTypes: [Ingress, Egress], ingress: [{{{FROM_WEB}, ports: [{{port: http}}]}}]}}"
        ));
    let stream = leastwise_yaml::parse(&text);
    let objects = all(&stream);
    let network = Network::of(Applied { objects: &objects, namespace: "default" });
    let connections = Connections::of(&network);
    let written: Vec<_> = connections
        .between_workloads()
        .unwrap()
        .iter()
        .map(|atom| format!("{} -> {} {} {}", atom.from, atom.to, atom.protocol, atom.ports))
        .collect();
    assert_eq!(
        written,
        [
            "shop/Deployment/web -> shop/Deployment/cart TCP 8080",
            "shop/Deployment/web -> shop/Deployment/web * 1-65535",
            "shop/Deployment/web -> 0.0.0.0/0 * 1-65535",
            "shop/Deployment/web -> ::/0 * 1-65535",
            "0.0.0.0/0 -> shop/Deployment/web * 1-65535",
            "::/0 -> shop/Deployment/web * 1-65535",
        ]
    );
    let cart = || End::Pod {
        namespace: "shop".into(),
        workload: Some(("Deployment".into(), "cart".into())),
        labels: BTreeMap::new(),
    };
    let pod = |namespace: &str, app: &str| End::Pod {
        namespace: namespace.into(),
        workload: None,
        labels: BTreeMap::from([("app".to_owned(), app.to_owned())]),
    };
    for (from, to, port, expected) in [
        (pod("shop", "web"), cart(), 8080, Some(true)),
        (pod("shop", "web"), cart(), 8081, Some(false)),
        (pod("bank", "web"), cart(), 8080, Some(false)),
        (cart(), pod("shop", "web"), 80, Some(false)),
        (End::Address("192.0.2.1".parse().unwrap()), pod("shop", "web"), 80, Some(true)),
        // Another pod with these labels may give the name to this port.
        (pod("shop", "web"), pod("shop", "cart"), 8081, None),
    ] {
        let needed = NeededConnection { from, to, protocol: Protocol::Tcp, port };
        assert_eq!(connections.allows(&needed), expected, "{needed:?}");
    }
}

#[test]
fn the_answer_in_one_word() {
    use leastwise_privilege::Verdict;
    let rule = |ports: &str| policy(&format!("{{{CART}, ingress: [{{{FROM_WEB}, ports: {ports}}}]}}"));
    for (before, after, expected) in [
        ("[{port: 80}, {port: 81}]", "[{port: 80}]", Verdict::Narrower),
        ("[{port: 80}]", "[{port: 80, protocol: TCP}]", Verdict::Equal),
        ("[{port: 80}]", "[]", Verdict::Broader),
        ("[{port: 80}]", "[{port: 81}]", Verdict::Incomparable),
        ("[{port: 80}]", "[{port: 0}]", Verdict::Undecided),
    ] {
        assert_eq!(compared(&rule(before), &rule(after)).verdict(), expected, "{before} {after}");
    }
}

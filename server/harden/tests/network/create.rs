use crate::support::{created, deployment, refusals, specs};
use leastwise_harden::{Judgement, Level, Options};

fn shop() -> String {
    [deployment("shop", "cart"), deployment("shop", "web")].concat()
}

/// The ingress rules of the policy for `cart`, from this one line on.
#[track_caller]
fn cart(lines: &str) -> String {
    let proposal = created(&shop(), lines, &Options::default());
    let found = specs(&proposal).into_iter().find(|(name, _)| name == "cart");
    found.unwrap_or_else(|| panic!("refused: {}", refusals(&proposal))).1
}

#[test]
fn both_ends_get_a_policy_for_the_direction_that_was_seen() {
    let proposal = created(&shop(), "shop/web > shop/cart TCP 8080", &Options::default());
    assert_eq!(proposal.verdict, Judgement::New);
    assert_eq!(
        specs(&proposal),
        [
            (
                "cart".to_owned(),
                "  podSelector:
    matchLabels:
      app: cart
  policyTypes:
  - Ingress
  ingress:
  - from:
    - podSelector:
        matchLabels:
          app: web
    ports:
    - port: 8080
      protocol: TCP
"
                .to_owned()
            ),
            (
                "web".to_owned(),
                "  podSelector:
    matchLabels:
      app: web
  policyTypes:
  - Egress
  egress:
  - to:
    - podSelector:
        matchLabels:
          app: cart
    ports:
    - port: 8080
      protocol: TCP
"
                .to_owned()
            ),
        ]
    );
    let first = &proposal.statements[0];
    assert_eq!((first.level, first.path.as_str()), (Level::Exact, "spec.ingress[0].from[0]"));
    assert_eq!(first.what, "TCP 8080 from shop/Deployment/web");
    let silent: Vec<_> = proposal.statements.iter().filter(|said| !said.applied).collect();
    assert!(
        silent.iter().all(|said| said.level == Level::Candidate),
        "a silent direction is for people to judge"
    );
}

/// A peer of another namespace is both: in the namespace, and with the labels. As two items it would be either.
#[test]
fn a_peer_of_another_namespace_is_one_item() {
    let spec = cart("jobs/import > shop/cart TCP 8080");
    assert!(spec.contains(
        "  - from:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: jobs
      podSelector:
        matchLabels:
          app: import
"
    ));
}

/// Ports of one peer are not ports of another: merged sets lose which belongs to whom.
#[test]
fn peers_share_a_rule_only_where_they_have_the_same_ports() {
    let spec = cart(
        "shop/web > shop/cart TCP 8080
         jobs/import > shop/cart TCP 8080
         jobs/import > shop/cart UDP 9000
         jobs/clean > shop/cart TCP 8080",
    );
    assert_eq!(spec.matches("- from:").count(), 2);
    assert!(!spec.contains("pod-template-hash"));
}

/// A /32 of an IPv6 address is a good part of the world.
#[test]
fn addresses_are_one_address_each() {
    let spec = cart("192.0.2.7 > shop/cart TCP 8080\n 2001:db8::7 > shop/cart TCP 8080");
    assert!(
        spec.contains("cidr: 192.0.2.7/32") && spec.contains("cidr: \"2001:db8::7/128\"")
            || spec.contains("cidr: 2001:db8::7/128"),
        "{spec}"
    );
}

/// Inspektor Gadget keeps the port of the Service, which no pod receives on.
#[test]
fn the_port_of_a_service_becomes_that_of_its_pods() {
    let service = "---\napiVersion: v1\nkind: Service\nmetadata: {name: cart, namespace: shop}\nspec: {clusterIP: 10.96.0.9, selector: {app: cart}, ports: [{port: 80, targetPort: http}]}\n";
    for server in ["svc:shop/cart", "unknown:10.96.0.9"] {
        let proposal =
            created(&(shop() + service), &format!("shop/web > {server} TCP 80"), &Options::default());
        let web = &specs(&proposal).into_iter().find(|(name, _)| name == "web").expect("a policy").1;
        assert!(web.contains("app: cart") && web.contains("port: 8080"), "{server}: {web}");
    }
}

/// A Service without selector gives `podSelector: {}` elsewhere: every pod of the namespace, and not the API server.
#[test]
fn what_cannot_be_told_is_refused_and_its_direction_left_open() {
    let bare = "---\napiVersion: v1\nkind: Service\nmetadata: {name: kubernetes, namespace: default}\nspec: {ports: [{port: 443}]}\n";
    for (server, why) in [
        ("svc:default/kubernetes", "selects no pods"),
        ("svc:shop/other", "is not among the manifests"),
        ("unknown:10.1.2.3", "nobody knows whose address"),
    ] {
        let lines = format!("shop/web > {server} TCP 443\n shop/web > shop/cart TCP 8080");
        let proposal = created(&(shop() + bare), &lines, &Options::default());
        assert!(refusals(&proposal).contains(why), "{}", refusals(&proposal));
        assert!(specs(&proposal).iter().all(|(name, _)| name != "web"), "it would be cut off from {server}");
        assert!(specs(&proposal).iter().any(|(name, _)| name == "cart"));
    }
}

/// Pods whose labels are all left out become `podSelector: {}` elsewhere.
#[test]
fn no_selector_is_ever_empty_or_chooses_others() {
    let proposal = created("", "shop/- > 192.0.2.1 TCP 443", &Options::default());
    assert!(proposal.created.is_empty());
    assert!(refusals(&proposal).contains("an empty selector chooses every pod"), "{}", refusals(&proposal));
    let twin = deployment("shop", "cart").replace("name: cart, namespace", "name: twin, namespace");
    let proposal = created(&(shop() + &twin), "shop/web > 192.0.2.1 TCP 443", &Options::default());
    assert_eq!(specs(&proposal).len(), 1, "only web, whose labels are its own");
}

/// Probes come from the node, which always reaches its pods; attempts and ICMP need nothing.
#[test]
fn what_needs_no_rule_gets_none() {
    let proposal = created(
        &shop(),
        "host > shop/cart TCP 8080\n shop/web > shop/cart TCP 22 # dropped\n shop/web > shop/cart ICMP 0",
        &Options::default(),
    );
    assert!(proposal.created.is_empty());
    assert!(refusals(&proposal).contains("it was only attempted"));
    assert!(refusals(&proposal).contains("network policies have no say over it"));
}

#[test]
fn names_are_asked_for_by_tcp_as_well_on_request() {
    let lines = "shop/web > kube-system/dns UDP 53";
    let exact = created(&shop(), lines, &Options::default());
    assert!(!specs(&exact)[0].1.contains("protocol: TCP"));
    assert!(exact.statements.iter().any(|said| said.level == Level::Implied && !said.applied));
    let implied = created(&shop(), lines, &Options { include_implied: true, ..Options::default() });
    assert!(specs(&implied)[0].1.contains("protocol: TCP"), "{}", specs(&implied)[0].1);
}

#[test]
fn a_workload_of_which_some_replicas_were_not_seen_stays_open() {
    let manifests = shop().replacen("spec:\n  selector", "spec:\n  replicas: 3\n  selector", 1);
    let proposal = created(&manifests, "shop/web > shop/cart TCP 8080", &Options::default());
    assert!(refusals(&proposal).contains("only 1 of its 3 replicas were seen"));
    assert_eq!(specs(&proposal).len(), 1);
}

/// Its address leads back to the pod that asks, which no policy can prevent: that is no reason to close its ingress.
#[test]
fn a_single_pod_behind_its_own_service_needs_no_rule_for_itself() {
    let back = "---\napiVersion: v1\nkind: Service\nmetadata: {name: back, namespace: shop}\nspec: {selector: {tier: back}, ports: [{port: 80, targetPort: http}]}\n";
    let of_tier = |name: &str| deployment("shop", name).replace("labels: {", "labels: {tier: back, ");
    let one = of_tier("cart") + &of_tier("stock") + back;
    let seen = "shop/cart > svc:shop/back TCP 80\n 192.0.2.1 > shop/stock TCP 8080";
    let proposal = created(&one, seen, &Options::default());
    let (name, cart) = specs(&proposal).remove(0);
    assert_eq!(name, "cart");
    assert_eq!(
        cart,
        "  podSelector:
    matchLabels:
      app: cart
  policyTypes:
  - Egress
  egress:
  - to:
    - podSelector:
        matchLabels:
          app: stock
    ports:
    - port: 8080
      protocol: TCP
"
    );
    assert!(refusals(&proposal).contains("a pod reaches itself whatever a policy says"));
    // How many pods a DaemonSet has is written nowhere: another one may have answered.
    let many = one.replace("kind: Deployment", "kind: DaemonSet");
    let (_, cart) = specs(&created(&many, seen, &Options::default())).remove(0);
    assert!(
        cart.contains(
            "  ingress:\n  - from:\n    - podSelector:\n        matchLabels:\n          app: cart\n"
        )
    );
}

/// What a Service leads to on a node has the address of some node, which no log shows. Its other pods are known: whoever
/// asks it is let in there, or a policy for what else they serve would keep them out.
#[test]
fn pods_behind_a_service_let_its_clients_in_though_another_runs_on_a_node() {
    let back = "---\napiVersion: v1\nkind: Service\nmetadata: {name: back, namespace: shop}\nspec: {selector: {tier: back}, ports: [{port: 80, targetPort: http}]}\n";
    let of_tier = |name: &str| deployment("shop", name).replace("labels: {", "labels: {tier: back, ");
    let on_node = of_tier("agent").replace("    spec:\n", "    spec:\n      hostNetwork: true\n");
    let manifests = shop() + &of_tier("stock") + &on_node + back;
    let seen = "shop/web > svc:shop/back TCP 80\n 192.0.2.1 > shop/stock TCP 8080";
    let proposal = created(&manifests, seen, &Options::default());
    let specs = specs(&proposal);
    assert_eq!(specs.len(), 1, "what web connects to is not wholly known: {}", refusals(&proposal));
    assert_eq!(
        specs[0].1,
        "  podSelector:
    matchLabels:
      app: stock
  policyTypes:
  - Ingress
  ingress:
  - from:
    - podSelector:
        matchLabels:
          app: web
    - ipBlock:
        cidr: 192.0.2.1/32
    ports:
    - port: 8080
      protocol: TCP
"
    );
    assert!(refusals(&proposal).contains("shop/Deployment/agent runs in the network of its node"));
}

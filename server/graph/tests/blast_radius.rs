//! What a workload may do, as a tree: one line a node, indented below what it hangs on; `+` was seen used, `-` was not, and
//! of what has neither nobody knows.

#![allow(clippy::expect_used, reason = "helpers of tests, which end where something is missing")]

use leastwise_evidence::Record;
use leastwise_graph::{BlastRadius, Node, blast_radius, workloads};
use leastwise_manifest::{Object, objects};
use leastwise_privilege::Applied;
use serde_json::{Value, json};
use std::fmt::Write;

const SHOP: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      serviceAccountName: cart
      containers:
      - name: cart
        image: cart:1
        securityContext: {privileged: true}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec:
  selector: {matchLabels: {app: orders}}
  template:
    metadata: {labels: {app: orders}}
    spec:
      containers: [{name: orders, image: orders:1}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: cart, namespace: shop}
rules:
- apiGroups: [""]
  resources: [pods, secrets]
  verbs: [get, list]
- apiGroups: [apps]
  resources: [deployments]
  resourceNames: [cart]
  verbs: [patch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: cart, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: cart}
subjects: [{kind: ServiceAccount, name: cart}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cart, namespace: shop}
spec:
  podSelector: {matchLabels: {app: cart}}
  policyTypes: [Ingress, Egress]
  egress:
  - to: [{podSelector: {matchLabels: {app: orders}}}]
    ports: [{port: 80}, {port: 443}]
  - to: [{ipBlock: {cidr: 192.0.2.0/24}}]
    ports: [{port: 5432}]
"#;

/// Which channels were heard, and what was seen.
fn record(channels: &[&str], requests: &[Value], connections: Value) -> Record {
    let channels: Vec<_> = channels.iter().map(|channel| json!({"channel": channel, "count": 9})).collect();
    let endpoint = |name: &str| json!({"kind": "pod", "namespace": "shop", "workload": {"kind": "Deployment", "name": name}});
    let form = json!({
        "leastwise_evidence": 1,
        "sources": [{
            "id": "01".repeat(16), "names": ["log"], "formats": [], "bytes": 1, "complete": true,
            "windows": [{"count": 9, "first": "2026-03-01T08:00:00Z", "last": "2026-03-14T08:00:00Z"}],
            "channels": channels,
        }],
        "requests": requests,
        "endpoints": [endpoint("cart"), endpoint("orders")],
        "connections": connections,
    });
    serde_json::from_value(form).expect("a record")
}

fn request(verb: &str, resource: &str) -> Value {
    json!({
        "subject": "system:serviceaccount:shop:cart", "namespace": "shop", "apiGroup": "", "resource": resource,
        "verb": verb, "decision": "allowed", "seen": [{"source": 0, "count": 3}],
    })
}

fn drawn<T>(manifests: &str, record: Option<&Record>, draw: impl FnOnce(BlastRadius) -> T) -> T {
    let stream = leastwise_yaml::parse(manifests);
    let objects: Vec<Object<'_>> =
        stream.documents().iter().flat_map(|placed| objects(&placed.document)).collect();
    let all = workloads(Applied { objects: &objects, namespace: "default" });
    draw(blast_radius(all.first().expect("a workload"), &objects, "default", record).expect("it is there"))
}

fn tree(radius: BlastRadius) -> String {
    fn write(radius: &BlastRadius, node: &Node, depth: usize, text: &mut String) {
        let mark = |used| match used {
            Some(true) => "+",
            Some(false) => "-",
            None => "",
        };
        let parts =
            node.parts.iter().map(|part| format!(" {}{}", mark(part.used), part.text)).collect::<String>();
        let colon = if parts.is_empty() { "" } else { ":" };
        let risk = if node.risk.is_some() { " (!)" } else { "" };
        let (indent, used) = ("  ".repeat(depth), mark(node.used));
        writeln!(text, "{indent}{used}{}{colon}{parts}{risk}", node.label).expect("memory");
        for edge in radius.edges.iter().filter(|edge| edge.from == node.id) {
            write(radius, &radius.nodes[edge.to], depth + 1, text);
        }
    }
    let mut text = String::from("\n");
    write(&radius, &radius.nodes[0], 0, &mut text);
    text
}

#[test]
fn without_evidence_nobody_knows_what_is_used() {
    assert_eq!(
        drawn(SHOP, None, tree),
        "
shop/Deployment/cart
  ServiceAccount shop/cart
    Role shop/cart in shop
      pods: get list
      secrets: get list (!)
      deployments.apps cart: patch (!)
  may connect to
    shop/Deployment/orders: TCP 80 TCP 443
    192.0.2.0/24: TCP 5432
  lets in
  on its node
    the pod gets a token of its service account, unless that withholds it
    cart runs privileged, with all devices and capabilities of the node
    cart may write to its root file system
    cart runs as the image's user, who may be root
    the pod has the node's users: root in it is root of the node
"
    );
}

#[test]
fn what_was_not_seen_used_is_told_from_what_was_by_verb_and_port() {
    let seen = record(
        &["audit", "flows"],
        &[request("list", "pods")],
        json!([{"from": 0, "to": 1, "protocol": "TCP", "port": 443, "verdict": "forwarded",
                "seen": [{"source": 0, "count": 2}]}]),
    );
    let text = drawn(SHOP, Some(&seen), tree);
    for line in [
        "+ServiceAccount shop/cart",
        "+pods: -get +list",
        "-secrets: -get -list (!)",
        "-deployments.apps cart: -patch (!)",
        "+shop/Deployment/orders: -TCP 80 +TCP 443",
        "-192.0.2.0/24: -TCP 5432",
    ] {
        assert!(text.contains(&format!(" {line}\n")), "{line} is missing:{text}");
    }
}

#[test]
fn where_no_log_of_a_kind_was_read_its_silence_says_nothing() {
    let seen = record(&["audit"], &[request("list", "pods")], json!([]));
    let text = drawn(SHOP, Some(&seen), tree);
    assert!(text.contains("  shop/Deployment/orders: TCP 80 TCP 443\n"), "{text}");
}

#[test]
fn a_workload_without_policies_may_connect_to_every_pod_and_address() {
    let only = SHOP.split("---").next().expect("the first document");
    let text = drawn(only, None, tree);
    for line in [
        "every other pod of shop: every port",
        "every pod of other namespaces: every port",
        "every IPv4 address: every port",
    ] {
        assert_eq!(text.matches(line).count(), 2, "{line}, out and in:{text}");
    }
}

#[test]
fn the_drawing_says_of_each_box_what_it_is_and_is_well_formed() {
    let name = "<b>&\u{1b}[31m";
    let hostile = SHOP
        .replace("name: orders, namespace", &format!("name: {name:?}, namespace").replace("\\u{1b}", "\\e"));
    let seen = record(&["audit"], &[request("list", "pods")], json!([]));
    let svg = drawn(&hostile, Some(&seen), |radius| radius.svg().expect("memory"));
    let mut reader = quick_xml::Reader::from_str(&svg);
    let mut boxes = 0;
    loop {
        match reader.read_event().expect("well-formed") {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Start(start) if start.name().as_ref() == "g" => {
                boxes += usize::from(
                    start.attributes().flatten().any(|attribute| attribute.key.as_ref() == "aria-label"),
                );
            }
            _ => {}
        }
    }
    assert_eq!(boxes, 16, "{svg}");
    assert!(svg.contains("secrets: get (not seen used), list (not seen used). Take care:"), "{svg}");
    assert!(!svg.contains('\u{1b}') && !svg.contains("<b>"), "{svg}");
}

#[test]
fn the_capabilities_of_a_container_are_one_node() {
    let manifests = SHOP.replace("{privileged: true}", "{capabilities: {drop: [ALL], add: [CHOWN, KILL]}}");
    let text = drawn(&manifests, None, tree);
    assert!(text.contains("    cart holds capabilities: CHOWN KILL\n"), "{text}");
}

#[test]
fn a_long_list_is_folded_in_the_drawing_and_whole_in_the_data() {
    let many: String = (0..40).map(|number| format!("things{number}, ")).collect();
    let manifests = SHOP.replace("[pods, secrets]", &format!("[pods, secrets, {many}]"));
    drawn(&manifests, None, |radius| {
        let svg = radius.svg().expect("memory");
        assert!(svg.contains("and 30 more"), "{svg}");
        assert!(svg.contains("secrets"), "what reaches far is always drawn");
        assert!(radius.nodes.iter().any(|node| node.label == "things39"));
        assert!(radius.dot().contains("things39"));
    });
}

#[test]
fn the_graph_for_graphviz_quotes_names() {
    let manifests = SHOP.replace(
        "name: cart, namespace: shop}\nspec:\n  selector",
        "name: 'a\"b', namespace: shop}\nspec:\n  selector",
    );
    let dot = drawn(&manifests, None, |radius| radius.dot());
    assert!(dot.contains(r#"n0 [label="shop/Deployment/a\"b"]"#), "{dot}");
}

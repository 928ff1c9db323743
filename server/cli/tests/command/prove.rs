//! `leastwise prove`: what a change newly allows, with its place and an exit code.

use crate::leastwise::Folder;
use serde_json::Value;

const BINDING: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: cart, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: cart}
subjects:
- {kind: ServiceAccount, name: cart}
";

fn role(resources: &str) -> String {
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: cart, namespace: shop}}\nrules:\n- \
         apiGroups: [\"\"]\n  resources: {resources}\n  verbs: [get, list]\n"
    )
}

fn change(before: &str, after: &str) -> Folder {
    Folder::of(&[
        ("before/role.yaml", &role(before)),
        ("before/binding.yaml", BINDING),
        ("after/role.yaml", &role(after)),
        ("after/binding.yaml", BINDING),
    ])
}

#[test]
fn a_gain_is_told_with_its_place() {
    let ran = change("[pods]", "[pods, secrets]").run("prove before after");
    let expected = "this change newly allows:\n  get, list secrets in shop, to ServiceAccount shop/cart, by \
                    after/role.yaml:6\n\nbroader: more is allowed than before\n";
    assert_eq!((ran.out.as_str(), ran.code), (expected, Some(1)), "{}", ran.err);
}

#[test]
fn a_loss_is_no_fault() {
    let ran = change("[pods, secrets]", "[pods]").run("prove before after");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("no longer allowed:\n  get, list secrets in shop"), "{}", ran.out);
    assert_eq!(
        change("[pods]", "[pods]").run("prove before after").out,
        "equal: the same is allowed as before\n"
    );
}

#[test]
fn programs_get_every_atom() {
    let ran = change("[pods]", "[pods, secrets]").run("prove before after --format json");
    let answer: Value = serde_json::from_str(&ran.out).unwrap();
    let expected = serde_json::json!({
        "kind": "rbac",
        "subject": "ServiceAccount shop/cart",
        "namespace": "shop",
        "apiGroup": "",
        "resource": "secrets",
        "verb": "get",
        "object": {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "namespace": "shop",
            "name": "cart",
        },
        "path": "rules[0].resources[1]",
        "filename": "after/role.yaml",
        "location": {"row": 6, "column": 21},
    });
    assert_eq!((&answer["verdict"], &answer["gained"][0]), (&"broader".into(), &expected));
    assert_eq!(answer["gained"].as_array().unwrap().len(), 2);
    for key in ["lost", "needed_but_lost", "assumptions"] {
        assert_eq!(answer[key], serde_json::json!([]), "{key}");
    }
}

#[test]
fn what_cannot_be_read_is_not_taken_for_nothing() {
    let broken = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [\n";
    let folder = Folder::of(&[
        ("before.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"),
        ("after.yaml", broken),
    ]);
    let ran = folder.run("prove before.yaml after.yaml");
    assert!(ran.out.contains("after.yaml:"), "{}", ran.out);
    assert!(matches!(ran.code, Some(1 | 3)), "{ran:?}");
    assert_eq!(folder.run("prove before.yaml missing.yaml").code, Some(2));
}

const SHOP: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
      - {name: cart, image: \"cart:1\", ports: [{name: http, containerPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: \"web:1\"}]}
";

fn policy(ports: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: cart, namespace: shop}}\nspec:\n  \
         podSelector: {{matchLabels: {{app: cart}}}}\n  policyTypes: [Ingress, Egress]\n  ingress:\n  - from: \
         [{{podSelector: {{matchLabels: {{app: web}}}}}}]\n    ports: {ports}\n"
    )
}

#[test]
fn new_connections_are_told() {
    let folder = Folder::of(&[
        ("before/shop.yaml", SHOP),
        ("before/policy.yaml", &policy("[{port: http}]")),
        ("after/shop.yaml", SHOP),
        ("after/policy.yaml", &policy("[{port: http}, {port: 9090}]")),
    ]);
    let ran = folder.run("prove before after");
    let told = "connections from shop/Deployment/web, shop/Pod/app=web to shop/Deployment/cart, shop/Pod/app=cart \
                on TCP 9090, by after/policy.yaml:8\n";
    assert!(ran.out.contains(told), "{}", ran.out);
    assert_eq!(ran.code, Some(1));
    let answer: Value = serde_json::from_str(&folder.run("prove before after --format json").out).unwrap();
    let atom = answer["gained"]
        .as_array()
        .unwrap()
        .iter()
        .find(|atom| atom["from"] == "shop/Deployment/web")
        .unwrap();
    assert_eq!((&atom["kind"], &atom["ports"]), (&"network".into(), &"9090".into()), "{atom:#}");
}

/// A flow of Hubble: a pod of `web` opens a connection to one of `cart`.
fn flow(port: u16) -> String {
    let pod = |app: &str| {
        serde_json::json!({
            "namespace": "shop", "pod_name": format!("{app}-5d4f8-abcde"),
            "labels": [format!("k8s:app={app}"), "k8s:io.kubernetes.pod.namespace=shop"],
        })
    };
    serde_json::json!({
        "flow": {
            "time": "2026-11-01T00:00:00Z", "verdict": "FORWARDED", "is_reply": false, "event_type": {"type": 4},
            "IP": {"source": "10.0.0.1", "destination": "10.0.0.2", "ipVersion": "IPv4"},
            "l4": {"TCP": {"source_port": 40000, "destination_port": port, "flags": {"SYN": true}}},
            "source": pod("web"), "destination": pod("cart"), "node_name": "one",
        },
        "node_name": "one", "time": "2026-11-01T00:00:00Z",
    })
    .to_string()
}

#[test]
fn needed_connections_must_stay_allowed() {
    let folder = Folder::of(&[
        ("before/shop.yaml", SHOP),
        ("before/policy.yaml", &policy("[{port: 8080}, {port: 9090}]")),
        ("after/shop.yaml", SHOP),
        ("after/policy.yaml", &policy("[{port: 8080}]")),
        ("kept.json", &flow(8080)),
        ("lost.json", &flow(9090)),
    ]);
    let ran = folder.run("prove before after --evidence kept.json");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.ends_with("narrower: less is allowed than before, and nothing more\n"), "{}", ran.out);
    let ran = folder.run("prove before after --evidence lost.json");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let lost = "needed, and no longer allowed:\n  connections from shop/Pod/app=web to shop/Pod/app=cart on TCP 9090\n";
    assert!(ran.out.contains(lost), "{}", ran.out);
    let ran = folder.run("prove before after --format json --evidence lost.json");
    let answer: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        answer["needed_but_lost"],
        serde_json::json!([{
            "kind": "network", "from": "shop/Pod/app=web", "to": "shop/Pod/app=cart", "protocol": "TCP", "ports": "9090",
        }])
    );
}

#[test]
fn connections_are_listed() {
    let folder = Folder::of(&[("shop.yaml", SHOP), ("policy.yaml", &policy("[{port: http}]"))]);
    let ran = folder.run("connections shop.yaml policy.yaml");
    let expected = "\
shop/Deployment/web to shop/Deployment/cart on TCP 8080
shop/Deployment/web to shop/Deployment/web on every port
shop/Deployment/web to 0.0.0.0/0 on every port
shop/Deployment/web to ::/0 on every port
0.0.0.0/0 to shop/Deployment/web on every port
::/0 to shop/Deployment/web on every port
";
    assert_eq!((ran.out.as_str(), ran.code), (expected, Some(0)), "{}", ran.err);
    let atoms: Value = serde_json::from_str(&folder.run("connections . --format json").out).unwrap();
    let first = serde_json::json!({
        "from": "shop/Deployment/web",
        "to": "shop/Deployment/cart",
        "protocol": "TCP",
        "ports": "8080",
    });
    assert_eq!(atoms[0], first);
    folder
        .write("cilium.yaml", b"apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: c}\n");
    let ran = folder.run("connections .");
    assert_eq!((ran.code, ran.out.as_str()), (Some(3), ""), "{}", ran.err);
}

/// An event of an audit log: the service account `cart` was allowed to get an object.
fn audited(resource: &str) -> String {
    serde_json::json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "auditID": resource,
        "stage": "ResponseComplete", "verb": "get",
        "requestURI": format!("/api/v1/namespaces/shop/{resource}/a"),
        "user": {"username": "system:serviceaccount:shop:cart", "groups": ["system:authenticated"]},
        "objectRef": {"resource": resource, "namespace": "shop", "name": "a", "apiVersion": "v1"},
        "responseStatus": {"code": 200},
        "requestReceivedTimestamp": "2026-11-01T00:00:00.000000Z",
        "annotations": {"authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": ""},
    })
    .to_string()
}

#[test]
fn what_was_needed_must_stay_allowed() {
    let folder = change("[pods, secrets]", "[pods]");
    folder.write("audit.log", format!("{}\n{}\n", audited("pods"), audited("configmaps")).as_bytes());
    let ran = folder.run("prove before after --evidence audit.log");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let elsewhere = "needed, and allowed by nothing in the files on either side:\n  get configmaps \"a\" in shop, by \
                     ServiceAccount shop/cart\n";
    assert!(ran.out.contains(elsewhere), "{}", ran.out);

    folder.write("more.log", audited("secrets").as_bytes());
    let ran = folder.run("prove before after --evidence audit.log --evidence more.log");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let lost = "needed, and no longer allowed:\n  get secrets \"a\" in shop, by ServiceAccount shop/cart\n";
    assert!(ran.out.contains(lost), "{}", ran.out);
    let ran = folder.run("prove before after --evidence more.log --format json");
    let answer: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        (&answer["verdict"], &answer["needed_but_lost"][0]["resource"]),
        (&"narrower".into(), &"secrets".into())
    );
    assert_eq!(folder.run("prove before after --evidence missing.log").code, Some(2));
}

#[test]
fn names_have_no_effect_on_the_terminal() {
    let folder = change("[pods]", "[\"pods\\e[2J\"]");
    let ran = folder.run("prove before after");
    assert!(ran.out.contains("pods\\u{1b}[2J") && !ran.out.contains('\u{1b}'), "{}", ran.out);
}

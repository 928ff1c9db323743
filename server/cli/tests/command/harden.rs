//! `leastwise harden`: manifests from what was seen, and tighter ones.

use crate::leastwise::Folder;
use serde_json::{Value, json};

/// A record of two requests of one service account.
fn record() -> String {
    let request = |verb: &str, decision: &str| {
        json!({
            "subject": "system:serviceaccount:shop:cart", "namespace": "shop", "apiGroup": "", "resource": "pods",
            "verb": verb, "decision": decision, "basis": "logged",
            "seen": [{"source": 0, "count": 3, "first": "2026-03-01T08:00:00Z", "last": "2026-03-01T09:00:00Z"}],
        })
    };
    json!({
        "leastwise_evidence": 1,
        "sources": [{
            "id": "01".repeat(16), "names": ["audit.log"], "formats": ["audit"], "bytes": 1, "complete": true,
            "windows": [], "channels": [{"channel": "audit", "count": 6}],
        }],
        "requests": [request("list", "allowed"), request("delete", "denied")],
    })
    .to_string()
}

const ROLE: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: cart, namespace: shop}
rules:
- apiGroups: [\"\"]
  resources: [pods]
  verbs: [list, delete] # both
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: cart, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: cart}
subjects:
- {kind: ServiceAccount, name: cart}
";

fn folder() -> Folder {
    Folder::of(&[("seen.json", &record()), ("role.yaml", ROLE)])
}

#[test]
fn a_role_is_printed_and_its_reasons_stand_beside_it() {
    let ran = folder().run("harden --create role --evidence seen.json --service-account shop:cart");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.starts_with("apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n"), "{}", ran.out);
    assert_eq!(
        ran.err,
        "Role shop/cart\n  exact list pods: 3 requests from 2026-03-01T08:00:00Z to 2026-03-01T09:00:00Z in audit.log\n\
         not judged or not needed:\n  ServiceAccount shop/cart: delete pods in shop: it was only ever forbidden: 3 \
         requests from 2026-03-01T08:00:00Z to 2026-03-01T09:00:00Z in audit.log\nnew: it grants what is stated above \
         and nothing else\n"
    );
}

#[test]
fn programs_get_objects_statements_and_the_certificate() {
    let ran = folder().run("harden --create role --evidence seen.json --format json");
    let answer: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(answer["manifests"][0]["rules"][0]["verbs"], json!(["list"]));
    assert_eq!(answer["manifests"][1]["kind"], "RoleBinding");
    assert_eq!(answer["statements"][0]["level"], "exact");
    assert_eq!(answer["statements"][0]["path"], "rules[0].verbs[0]");
    assert_eq!(answer["verdict"], "new");
    assert_eq!(answer["refused"].as_array().map(Vec::len), Some(1));
    assert_eq!(answer["certificate"]["sources"][0]["names"], json!(["audit.log"]));
}

#[test]
fn a_role_is_tightened_as_a_diff_and_in_place() {
    let folder = folder();
    let ran = folder.run("harden --refine role role.yaml --evidence seen.json");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.contains("-  verbs: [list, delete] # both\n+  verbs: [list] # both\n"), "{}", ran.out);
    assert_eq!(folder.read("role.yaml"), ROLE, "only shown");
    let ran = folder.run("harden --refine role role.yaml --evidence seen.json --write");
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""), "{}", ran.err);
    assert_eq!(folder.read("role.yaml"), ROLE.replace("[list, delete]", "[list]"));
    let ran = folder.run("harden --refine role role.yaml --evidence seen.json --format json");
    let answer: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&answer["verdict"], &answer["manifests"]), (&json!("equal"), &json!([])), "a second time");
}

#[test]
fn what_cannot_be_read_is_no_proposal() {
    let ran = folder().run("harden --create role --evidence none.json");
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert!(ran.err.contains("none.json"), "{}", ran.err);
}

/// Tetragon's log of a neighbour and of a container that ran as one user without capabilities.
fn tetragon() -> String {
    let exec = |namespace: &str, name: &str, second: u8| {
        let pod = json!({
            "namespace": namespace, "name": format!("{name}-1"), "workload": name, "workload_kind": "Deployment",
            "container": {"name": name, "pid": 1, "image": {"name": format!("docker.io/library/{name}:1")}}
        });
        let process = json!({
            "pid": 7, "uid": 1000, "binary": format!("/bin/{name}"), "flags": "execve clone", "cap": {},
            "process_credentials": {"gid": 1000}, "pod": pod, "in_init_tree": true
        });
        json!({"process_exec": {"process": process}, "node_name": "n1", "time": format!("2026-03-01T08:00:0{second}Z")})
            .to_string()
    };
    format!("{}\n{}\n", exec("kube-system", "logger", 1), exec("shop", "web", 2))
}

const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: web:1 # ours
";

#[test]
fn a_workload_is_tightened_to_what_its_containers_did() {
    let folder = Folder::of(&[("tetragon.json", &tetragon()), ("web.yaml", WEB)]);
    let ran = folder
        .run("harden --refine workload web.yaml -e tetragon.json --workload shop/Deployment/web --write");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.err.starts_with(
            "Deployment shop/web\n  exact drop all capabilities: no process of it had any: 1 replica watched from the \
             start, 1 process event at 2026-03-01T08:00:02Z in tetragon.json; no end was seen\n"
        ),
        "{}",
        ran.err
    );
    assert_eq!(
        folder.read("web.yaml"),
        format!(
            "{WEB}        securityContext:\n          capabilities:\n            drop:\n            - ALL\n          \
             runAsUser: 1000\n          runAsNonRoot: true\n          runAsGroup: 1000\n          \
             allowPrivilegeEscalation: false\n"
        )
    );
    let again = folder.run("harden --refine workload web.yaml -e tetragon.json --format json");
    let answer: Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!(answer["verdict"], "equal");
    assert_eq!(answer["statements"][0]["level"], "candidate", "the seccomp profile is for people to decide");
}

/// A client stops at its first refusal, so the log of a first run shows little else.
#[test]
fn what_was_forbidden_is_granted_and_marked_on_request() {
    let ran = folder()
        .run("harden --create role --evidence seen.json --service-account shop:cart --include-denied");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.contains("- delete") && ran.out.contains("- list"), "{}", ran.out);
    assert!(ran.err.contains("candidate delete pods: 3 requests"), "{}", ran.err);
    assert!(ran.err.contains("it was forbidden, and is granted because that was asked for"), "{}", ran.err);
}

#[test]
fn a_window_that_is_too_short_takes_nothing_away() {
    let folder = folder();
    let ran = folder.run("harden --refine role role.yaml --evidence seen.json --minimum-window 7d");
    assert_eq!(ran.out, "", "no difference: {}", ran.err);
    assert!(ran.err.contains("were watched, and 7 days are asked for"), "{}", ran.err);
    let ran = folder.run("harden --refine role role.yaml --evidence seen.json --minimum-window soon");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("a time is a number with"), "{}", ran.err);
}

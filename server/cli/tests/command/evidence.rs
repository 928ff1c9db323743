//! `leastwise evidence`: logs in, one record out.

use crate::leastwise::Folder;
use serde_json::Value;

/// Somebody whose name would clear the screen gets a pod.
const EVENT: &str = r#"{"auditID": "1", "stage": "ResponseComplete", "verb": "get", "user": {"username": "eve\u001b[2J\u009b2J"},
"requestURI": "/api/v1/namespaces/shop/pods/cart", "objectRef": {"resource": "pods", "namespace": "shop", "name": "cart"},
"responseStatus": {"code": 200}, "annotations": {"authorization.k8s.io/decision": "allow"},
"requestReceivedTimestamp": "2026-01-01T00:00:00Z"}"#;

fn line() -> String {
    EVENT.replace('\n', "") + "\n"
}

#[test]
fn logs_become_one_record_on_standard_output_or_in_a_file() {
    let folder = Folder::of(&[("logs/audit.log", &line())]);
    let ran = folder.run("evidence logs");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let record: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(record["leastwise_evidence"], 1);
    assert_eq!(record["requests"][0]["namespace"], "shop");
    assert!(ran.err.contains("1 events from 2026-01-01T00:00:00Z"), "{}", ran.err);
    assert!(ran.err.contains("the audit policy is not known"), "{}", ran.err);
    assert!(!ran.out.contains(['\u{1b}', '\u{9b}']), "{}", ran.out);

    let written = folder.run("evidence logs/audit.log -o record.json");
    assert_eq!((written.code, written.out.as_str()), (Some(0), ""));
    let again = folder.run_with("evidence record.json - --output again.json", line().as_bytes());
    assert_eq!(again.code, Some(0), "{}", again.err);
    let counts = |name: &str| {
        let record: Value = serde_json::from_str(&folder.read(name)).unwrap();
        record["requests"][0]["seen"].clone()
    };
    assert_eq!(counts("again.json"), counts("record.json"), "the same bytes are the same source");
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_is_kept() {
    let folder = Folder::of(&[("audit.log", &(line() + "{\"auditID\": \u{1b}[2J\n"))]);
    let ran = folder.run("evidence audit.log missing.log");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("error: audit.log:2: expected value, at byte 13\n"), "{}", ran.err);
    assert!(ran.err.contains("error: missing.log: "), "{}", ran.err);
    assert!(!ran.err.contains('\u{1b}'));
    assert!(ran.out.contains("\"resource\":\"pods\""));
}

const ROLE: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: cart, namespace: shop}
rules:
- apiGroups: [\"\"]
  resources: [pods]
  verbs: [get, delete]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: cart, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: cart}
subjects:
- {kind: User, apiGroup: rbac.authorization.k8s.io, name: eve}
";

fn eves_line() -> String {
    line().replace(r"eve\u001b[2J\u009b2J", "eve")
}

/// By a flag or by the setting: what a role grants and nobody used is found on its characters.
#[test]
fn check_says_what_nobody_used() {
    let folder = Folder::of(&[("role.yaml", ROLE), ("audit.log", &eves_line())]);
    let select = "--select grant-unused --format json";
    assert_eq!(folder.run(&format!("check role.yaml {select}")).out.trim(), "[]");
    let by_flag = folder.run(&format!("check role.yaml --evidence audit.log {select}"));
    assert_eq!(by_flag.code, Some(1), "{}", by_flag.err);
    let found: Value = serde_json::from_str(&by_flag.out).unwrap();
    assert_eq!(found[0]["location"], serde_json::json!({"row": 7, "column": 16}));
    assert_eq!(found[0]["end_location"], serde_json::json!({"row": 7, "column": 22}));
    assert_eq!(found[0]["path"], "rules[0].verbs[1]");
    assert_eq!(found[0]["message"], "Verb \"delete\" was never used in these logs, 1 request");
    assert_eq!(found[0]["fix"]["verdict"], "narrower");

    let folder = Folder::of(&[
        ("role.yaml", ROLE),
        ("logs/audit.log", &eves_line()),
        (".leastwise.yaml", "evidence: [logs/audit.log]\n"),
    ]);
    let by_setting = folder.run(&format!("check role.yaml {select}"));
    assert_eq!((by_setting.out, by_setting.code), (by_flag.out, Some(1)));
    let fixed = folder.run("fix role.yaml --select grant-unused --unsafe");
    assert_eq!(folder.read("role.yaml"), ROLE, "{}", fixed.out);
}

#[test]
fn a_repository_names_evidence_of_its_own_only_and_bad_files_cost_nothing_else() {
    let folder = Folder::of(&[
        ("shop/role.yaml", ROLE),
        ("audit.log", &eves_line()),
        ("shop/.leastwise.yaml", "evidence: [../audit.log, missing.log]\nselect: [rbac]\n"),
    ]);
    let ran = folder.run("check shop/role.yaml --select grant-unused");
    assert!(ran.err.contains(".leastwise.yaml:1:12: evidence must lie in this folder"), "{}", ran.err);
    assert!(ran.err.contains("evidence missing.log: "), "{}", ran.err);
    assert!(!ran.out.contains("grant-unused"), "{}", ran.out);
}

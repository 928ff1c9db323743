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

//! The SQL that makes the record of an audit log in DuckDB, against the reader. It runs where DuckDB is installed.

use crate::generator;
use crate::logs::record;
use crate::peer;
use leastwise_evidence::Record;
use serde_json::json;

/// Events with every trap that the statement has to know, among which no two share an id but stages of one request.
fn traps() -> String {
    let object = |resource: &str, subresource: &str, name: &str| {
        json!({"resource": resource, "subresource": subresource,
        "namespace": "shop", "name": name})
    };
    let user = |name: &str| json!({"username": name});
    let to_account = json!({"username": "system:serviceaccount:shop:cart", "groups": ["system:serviceaccounts",
        "system:serviceaccounts:shop", "system:authenticated", "extra-group"]});
    let to_user = json!({"username": "bob", "uid": "u", "groups": ["dev"], "extra": {"scopes": ["a", "b"]}});
    let mut lines = String::new();
    for (number, mut event) in [
        json!({"verb": "get", "objectRef": object("pods", "exec", "p"), "responseStatus": {"code": 101}, "stage": "ResponseStarted"}),
        json!({"verb": "patch", "objectRef": object("configmaps", "", "c"), "responseStatus": {"code": 201}}),
        json!({"verb": "create", "objectRef": object("pods", "", "made"), "responseStatus": {"code": 201}}),
        json!({"verb": "create", "objectRef": object("pods", "eviction", "p"), "responseStatus": {"code": 201}}),
        json!({"verb": "create", "objectRef": object("namespaces", "", "shop"), "responseStatus": {"code": 201}}),
        json!({"verb": "get", "objectRef": object("namespaces", "", "gone"), "responseStatus": {"code": 404}}),
        json!({"verb": "patch", "objectRef": object("namespaces", "", "shop"), "responseStatus": {"code": 201}}),
        json!({"verb": "get", "objectRef": object("pods", "attach", "p"), "responseStatus": {"code": 403},
            "annotations": {"authorization.k8s.io/decision": "allow"}}),
        json!({"verb": "deletecollection", "objectRef": object("pods", "", "")}),
        json!({"verb": "get", "requestURI": "/logs/a%20b?x=1"}),
        json!({"verb": "get", "requestURI": "/version/"}),
        json!({"verb": "get", "objectRef": object("secrets", "", "s"), "responseStatus": {"code": 403}}),
        json!({"verb": "get", "objectRef": object("secrets", "", "s"), "responseStatus": {"code": 429}}),
        json!({"verb": "get", "objectRef": object("secrets", "", "s"), "responseStatus": {"code": 401}}),
        json!({"verb": "list", "objectRef": {"resource": "pods"}, "impersonatedUser": to_account}),
        json!({"verb": "list", "objectRef": {"resource": "pods"}, "impersonatedUser": to_user}),
        json!({"verb": "list", "objectRef": {"resource": "pods"}, "stage": "RequestReceived"}),
    ]
    .into_iter()
    .enumerate()
    {
        event["auditID"] = number.to_string().into();
        event["level"] = "Metadata".into();
        event["user"] = user("carol");
        event["requestReceivedTimestamp"] = format!("2026-01-01T00:00:{number:02}.500000Z").into();
        for (key, value) in [("stage", json!("ResponseComplete")), ("responseStatus", json!({"code": 200}))] {
            if event.get(key).is_none() {
                event[key] = value;
            }
        }
        lines += &format!("{event}\n");
    }
    let completed = lines.lines().next().unwrap_or_default().replace("ResponseStarted", "ResponseComplete");
    lines + &completed + "\n"
}

#[test]
fn duckdb_makes_the_same_record_of_the_same_log() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("traps.log", traps()), ("generated.log", generator::audit(7, 1 << 20))] {
        let path = folder.path().join(name);
        std::fs::write(&path, &text).unwrap();
        let Some(json) = peer::record(&path) else {
            return;
        };
        let mut theirs: Record = serde_json::from_str(json.trim()).unwrap();
        let mut ours = record(&text);
        for source in theirs.sources.values_mut().chain(ours.sources.values_mut()) {
            source.names.clear();
        }
        assert_eq!(theirs, ours, "{name}");
    }
}

//! The containers and clouds that wrap audit events, and what each of them leaves out.

use crate::logs::{record, requests};
use leastwise_evidence::{Caution, Format, Record};
use serde_json::{Value, json};

fn event(id: &str, verb: &str) -> Value {
    json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "auditID": id,
        "stage": "ResponseComplete", "requestURI": "/api/v1/pods", "verb": verb, "user": {"username": "carol"},
        "objectRef": {"resource": "pods", "apiVersion": "v1"}, "responseStatus": {"code": 200},
        "annotations": {"authorization.k8s.io/decision": "allow"}
    })
}

const EXPECTED: [&str; 2] = ["carol list pods in the cluster x1", "carol watch pods in the cluster x1"];

fn cautions(record: &Record) -> Vec<Caution> {
    record.sources.values().flat_map(|source| source.cautions.clone()).collect()
}

#[test]
fn every_container_of_events_gives_the_same_atoms() {
    let (list, watch) = (event("1", "list"), event("2", "watch"));
    let event_list = json!({"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": [list, watch]});
    let v1_list = json!({"kind": "List", "apiVersion": "v1", "metadata": {}, "items": [list, watch]});
    let array = json!([list, watch]);
    let yaml = |value: &Value| serde_yaml::to_string(value).unwrap();
    for (name, text) in [
        ("lines", format!("{list}\n{watch}\n")),
        ("lines with CRLF", format!("{list}\r\n\r\n{watch}")),
        ("a byte order mark", format!("\u{feff}{list}\n{watch}\n")),
        ("no line ends", format!("{list}{watch}")),
        ("written over lines", format!("{list:#}\n{watch:#}")),
        ("EventList", event_list.to_string()),
        ("EventList over lines", format!("{event_list:#}")),
        ("EventLists as lines", format!("{event_list}\n{event_list}\n")),
        ("List", v1_list.to_string()),
        ("array", array.to_string()),
        ("array over lines", format!("{array:#}")),
        ("YAML documents", format!("---\n{}---\n{}", yaml(&list), yaml(&watch))),
        ("YAML EventList", yaml(&event_list)),
        (
            "lines of a container runtime",
            format!("2026-01-01T00:00:00Z stdout F {list}\n2026-01-01T00:00:00Z stdout F {watch}"),
        ),
    ] {
        let record = record(&text);
        assert_eq!(requests(&record), EXPECTED, "{name}");
    }
}

#[test]
fn amazon_puts_the_event_into_a_message_and_promises_nothing() {
    let entry = |id: &str, verb: &str| json!({"logStreamName": "kube-apiserver-audit-0", "timestamp": 1, "message": event(id, verb).to_string()});
    let text = json!({"timestamp": 1, "message": "I0101 starting"});
    for wrapped in [
        json!({"events": [entry("1", "list"), text, entry("2", "watch")]}),
        json!({"messageType": "DATA_MESSAGE", "logGroup": "/aws/eks/shop/cluster",
            "logEvents": [entry("1", "list"), entry("2", "watch")]}),
        json!([entry("1", "list"), entry("2", "watch")]),
    ] {
        let record = record(&wrapped.to_string());
        assert_eq!(requests(&record), EXPECTED, "{wrapped}");
        assert!(cautions(&record).contains(&Caution::BestEffort), "{wrapped}");
    }
}

#[test]
fn azure_puts_the_event_into_a_string() {
    let entry = |category: &str, id: &str, verb: &str| {
        let properties =
            json!({"log": event(id, verb).to_string() + "\n", "stream": "stdout", "pod": "kube-apiserver-0"});
        json!({"category": category, "operationName": "x", "properties": properties})
    };
    let lines = format!("{}\n{}\n", entry("kube-audit", "1", "list"), entry("kube-audit", "2", "watch"));
    let hub =
        json!({"records": [entry("kube-audit", "1", "list"), entry("kube-audit", "2", "watch")]}).to_string();
    for text in [lines, hub] {
        let record = record(&text);
        assert_eq!(requests(&record), EXPECTED);
        assert!(!cautions(&record).contains(&Caution::ReadsLeftOut));
    }
    let admin = record(&entry("kube-audit-admin", "2", "watch").to_string());
    assert_eq!(requests(&admin), ["carol watch pods in the cluster x1"]);
    assert!(cautions(&admin).contains(&Caution::ReadsLeftOut), "absence of reads proves nothing here");
}

#[test]
fn a_row_of_azure_has_columns() {
    let row = |objects_are_text: bool| {
        let object = |value: Value| if objects_are_text { Value::String(value.to_string()) } else { value };
        json!({
            "TimeGenerated": "2026-01-01T00:00:00Z", "AuditId": "1", "Level": "Metadata", "Stage": "ResponseComplete",
            "RequestUri": "/api/v1/pods", "Verb": "list", "User": object(json!({"username": "carol"})),
            "ObjectRef": object(json!({"resource": "pods", "apiVersion": "v1"})), "ImpersonatedUser": null,
            "ResponseStatus": object(json!({"code": 200})), "Type": "AKSAuditAdmin",
            "Annotations": object(json!({"authorization.k8s.io/decision": "allow"}))
        })
    };
    for objects_are_text in [false, true] {
        let record = record(&json!([row(objects_are_text)]).to_string());
        assert_eq!(requests(&record), ["carol list pods in the cluster x1"]);
        assert!(cautions(&record).contains(&Caution::ReadsLeftOut));
    }
}

fn google(method: &str, resource: &str, change: Value) -> String {
    let mut entry = json!({
        "insertId": format!("{method}{resource}"), "timestamp": "2026-01-01T00:00:00.5Z",
        "logName": "projects/p/logs/cloudaudit.googleapis.com%2Factivity", "resource": {"type": "k8s_cluster"},
        "labels": {"authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": ""},
        "protoPayload": {
            "@type": "type.googleapis.com/google.cloud.audit.AuditLog", "serviceName": "k8s.io",
            "methodName": method, "resourceName": resource, "status": {},
            "authenticationInfo": {"principalEmail": "carol@example.com"},
            "authorizationInfo": [{"granted": true, "permission": method, "resource": resource}]
        }
    });
    for (key, value) in change.as_object().unwrap_or(&serde_json::Map::new()) {
        entry[key] = value.clone();
    }
    entry.to_string()
}

#[test]
fn google_says_it_in_other_words() {
    for (method, resource, expected) in [
        ("io.k8s.core.v1.pods.list", "core/v1/namespaces/shop/pods", "list pods in shop"),
        ("io.k8s.core.v1.pods.list", "core/v1/pods", "list pods in the cluster"),
        ("io.k8s.core.v1.pods.get", "core/v1/namespaces/shop/pods/cart-0", "get pods cart-0 in shop"),
        (
            "io.k8s.core.v1.pods.exec.create",
            "core/v1/namespaces/shop/pods/cart-0/exec",
            "create pods/exec cart-0 in shop",
        ),
        ("io.k8s.core.v1.pods.create", "core/v1/namespaces/shop/pods/cart-0", "create pods in shop"),
        ("io.k8s.core.v1.nodes.get", "core/v1/nodes/n1", "get nodes n1 in the cluster"),
        ("io.k8s.core.v1.namespaces.get", "core/v1/namespaces/shop", "get namespaces shop in shop"),
        (
            "io.k8s.core.v1.namespaces.finalize.update",
            "core/v1/namespaces/shop/finalize",
            "update namespaces/finalize shop in shop",
        ),
        (
            "io.k8s.authorization.rbac.v1.clusterroles.get",
            "rbac.authorization.k8s.io/v1/clusterroles/admin",
            "get rbac.authorization.k8s.io/clusterroles admin in the cluster",
        ),
        (
            "io.k8s.apps.v1.deployments.scale.patch",
            "apps/v1/namespaces/shop/deployments/cart/scale",
            "patch apps/deployments/scale cart in shop",
        ),
        ("io.k8s.get", "healthz", "get /healthz"),
    ] {
        let record = record(&google(method, resource, json!({})));
        assert_eq!(requests(&record), [format!("carol@example.com {expected} x1")]);
        assert_eq!(record.sources.values().next().unwrap().formats, [Format::GoogleAudit].into());
    }
}

#[test]
fn google_says_what_was_forbidden_and_what_is_none_of_kubernetes() {
    let (method, resource) = ("io.k8s.core.v1.secrets.list", "core/v1/namespaces/shop/secrets");
    let labels = json!({"labels": {"authorization.k8s.io/decision": "forbid"}});
    assert_eq!(
        requests(&record(&google(method, resource, labels))),
        ["carol@example.com list secrets in shop denied x1"]
    );
    let without_labels = json!({"labels": null});
    assert_eq!(
        requests(&record(&google(method, resource, without_labels))),
        ["carol@example.com list secrets in shop x1"]
    );
    let other =
        google(method, resource, json!({"protoPayload": {"serviceName": "container.googleapis.com"}}));
    let record = record(&other);
    assert!(record.requests.is_empty());
    assert_eq!(record.sources.values().next().unwrap().irrelevant, 1);
}

#[test]
fn a_long_request_of_google_counts_once() {
    let operation = |first: bool| json!({"operation": {"id": "o", "first": first, "last": !first}});
    let (method, resource) = ("io.k8s.core.v1.pods.watch", "core/v1/namespaces/shop/pods");
    let text = format!(
        "{}\n{}\n",
        google(method, resource, operation(true)),
        google(method, resource, operation(false))
    );
    assert_eq!(requests(&record(&text)), ["carol@example.com watch pods in shop x1"]);
}

#[test]
fn many_requests_without_a_read_are_a_log_without_reads() {
    let text: String = (0..100).map(|id| event(&id.to_string(), "patch").to_string() + "\n").collect();
    assert!(cautions(&record(&text)).contains(&Caution::NoReads));
    let with_read = text + &event("r", "list").to_string();
    assert!(!cautions(&record(&with_read)).contains(&Caution::NoReads));
}

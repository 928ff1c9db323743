//! Kubernetes audit logs, and what is easily got wrong about them.

use crate::logs::{record, requests};
use leastwise_evidence::{Caution, Grant, Undecided};
use serde_json::{Value, json};

/// An event that `carol` got the pod `cart-0` of `shop`, changed by what is given.
fn event(change: Value) -> String {
    let mut event = json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "auditID": "1",
        "stage": "ResponseComplete", "requestURI": "/api/v1/namespaces/shop/pods/cart-0", "verb": "get",
        "user": {"username": "carol", "groups": ["system:authenticated"]},
        "objectRef": {"resource": "pods", "namespace": "shop", "name": "cart-0", "apiVersion": "v1"},
        "responseStatus": {"metadata": {}, "code": 200},
        "requestReceivedTimestamp": "2026-01-01T00:00:00.000000Z", "stageTimestamp": "2026-01-01T00:00:01.000000Z",
        "annotations": {"authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": ""}
    });
    for (key, value) in change.as_object().unwrap_or(&serde_json::Map::new()) {
        event[key] = value.clone();
    }
    format!("{event}\n")
}

fn of(events: &[Value]) -> Vec<String> {
    requests(&record(&events.iter().cloned().map(event).collect::<String>()))
}

#[test]
fn one_allowed_event_is_one_atom() {
    assert_eq!(of(&[json!({})]), ["carol get pods cart-0 in shop x1"]);
    assert_eq!(of(&[json!({}), json!({"auditID": "2"})]), ["carol get pods cart-0 in shop x2"]);
}

#[test]
fn a_request_counts_once_whatever_its_stages() {
    let watch = |stage: &str, id: &str| {
        let object = json!({"resource": "pods", "namespace": "shop"});
        json!({"stage": stage, "verb": "watch", "objectRef": object, "auditID": id})
    };
    let stages = ["RequestReceived", "ResponseStarted", "ResponseComplete"];
    let forwards: Vec<_> = stages.iter().map(|stage| watch(stage, "1")).collect();
    let backwards: Vec<_> = stages.iter().rev().map(|stage| watch(stage, "1")).collect();
    assert_eq!(of(&forwards), ["carol watch pods in shop x1"]);
    assert_eq!(of(&backwards), ["carol watch pods in shop x1"]);
    assert_eq!(
        of(&[watch("ResponseStarted", "1"), watch("ResponseStarted", "2")]),
        ["carol watch pods in shop x2"]
    );
    assert_eq!(of(&[watch("Panic", "1"), watch("Panic", "1")]), ["carol watch pods in shop x1"]);
    let annotations =
        json!({"authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": "another"});
    assert_eq!(
        of(&[json!({}), json!({"annotations": annotations})]),
        ["carol get pods cart-0 in shop x1"],
        "the reason belongs to the answer"
    );
}

#[test]
fn exec_that_only_began_was_allowed() {
    let object = json!({"resource": "pods", "subresource": "exec", "namespace": "shop", "name": "cart-0"});
    let started = json!({"stage": "ResponseStarted", "verb": "create", "objectRef": object,
        "responseStatus": {"code": 101}});
    assert_eq!(of(&[started]), ["carol create pods/exec cart-0 in shop x1"]);
}

#[test]
fn a_request_that_was_only_received_says_nothing() {
    let received = json!({"stage": "RequestReceived", "responseStatus": null, "annotations": null});
    let record = record(&event(received));
    assert!(record.requests.is_empty());
    let source = record.sources.values().next().unwrap();
    assert_eq!(source.undecided[&Undecided::NoAnswer], 1);
}

#[test]
fn two_servers_may_log_the_same_id_about_different_things() {
    let object = json!({"resource": "subjectaccessreviews", "apiGroup": "authorization.k8s.io"});
    let other = json!({"user": {"username": "system:serviceaccount:m:metrics"}, "verb": "create", "objectRef": object});
    assert_eq!(
        of(&[json!({}), json!({}), other]),
        [
            "carol get pods cart-0 in shop x1",
            "system:serviceaccount:m:metrics create authorization.k8s.io/subjectaccessreviews in the cluster x1"
        ]
    );
}

#[test]
fn the_decision_counts_more_than_the_code() {
    let with = |decision: &str, code: u16| json!({"annotations": {"authorization.k8s.io/decision": decision}, "responseStatus": {"code": code}});
    let (allowed, denied) =
        (["carol get pods cart-0 in shop x1"], ["carol get pods cart-0 in shop denied x1"]);
    assert_eq!(
        of(&[with("allow", 403)]),
        allowed,
        "a quota or admission forbade what the authorizer had allowed"
    );
    assert_eq!(of(&[with("forbid", 403)]), denied);
    for code in [404, 409, 422, 500, 503] {
        assert_eq!(of(&[with("allow", code)]), allowed, "the permission was used before the request failed");
    }
}

#[test]
fn without_a_decision_the_code_decides_where_it_can() {
    let with = |code: u16| json!({"annotations": {}, "responseStatus": {"code": code}});
    assert_eq!(of(&[with(200)]), ["carol get pods cart-0 in shop x1"]);
    assert_eq!(of(&[with(404)]), ["carol get pods cart-0 in shop x1"]);
    assert_eq!(of(&[with(403)]), ["carol get pods cart-0 in shop denied x1"]);
    for (code, undecided) in
        [(401, Undecided::NotAuthenticated), (429, Undecided::NotAuthorized), (500, Undecided::NotAuthorized)]
    {
        let record = record(&event(with(code)));
        assert!(record.requests.is_empty(), "{code}");
        assert_eq!(record.sources.values().next().unwrap().undecided[&undecided], 1, "{code}");
    }
}

#[test]
fn only_ever_forbidden_is_attempted_and_not_needed() {
    let denied =
        json!({"annotations": {"authorization.k8s.io/decision": "forbid"}, "responseStatus": {"code": 403}});
    assert_eq!(of(&[denied]), ["carol get pods cart-0 in shop denied x1"]);
}

#[test]
fn the_reason_names_the_binding() {
    let reason = |text: &str| {
        let decision = ("authorization.k8s.io/decision", "allow");
        let annotations = json!({decision.0: decision.1, "authorization.k8s.io/reason": text});
        let record = record(&event(json!({"annotations": annotations})));
        let seen = record.requests.into_values().next().unwrap();
        seen.granted_by.into_iter().next()
    };
    let grant = |binding_kind: &str, namespace: Option<&str>, role_kind: &str, subject: (&str, &str)| Grant {
        binding_kind: binding_kind.into(),
        binding_namespace: namespace.map(Into::into),
        binding: "read".into(),
        role_kind: role_kind.into(),
        role: "reader".into(),
        subject_kind: subject.0.into(),
        subject: subject.1.into(),
    };
    assert_eq!(
        reason(r#"RBAC: allowed by RoleBinding "read/shop" of Role "reader" to ServiceAccount "cart/shop""#),
        Some(grant("RoleBinding", Some("shop"), "Role", ("ServiceAccount", "cart/shop")))
    );
    assert_eq!(
        reason(r#"RBAC: allowed by ClusterRoleBinding "read" of ClusterRole "reader" to Group "a \"b\"""#),
        Some(grant("ClusterRoleBinding", None, "ClusterRole", ("Group", "a \"b\"")))
    );
    assert_eq!(reason(""), None, "system:masters is let through without a binding");
    assert_eq!(reason("RBAC: allowed by RoleBinding \"read"), None);
}

#[test]
fn impersonation_needs_two_permissions_of_two_subjects() {
    let to = |user: Value| json!({"impersonatedUser": user});
    let alice = json!({"username": "alice", "groups": ["dev", "system:authenticated"], "uid": "u",
        "extra": {"scopes": ["a", "b"]}});
    assert_eq!(
        of(&[to(alice)]),
        [
            "alice get pods cart-0 in shop x1",
            "carol impersonate groups dev in the cluster Impersonation x1",
            "carol impersonate users alice in the cluster Impersonation x1",
            "carol impersonate authentication.k8s.io/uids u in the cluster Impersonation x1",
            "carol impersonate authentication.k8s.io/userextras/scopes a in the cluster Impersonation x1",
            "carol impersonate authentication.k8s.io/userextras/scopes b in the cluster Impersonation x1",
        ]
    );
    let account = json!({"username": "system:serviceaccount:shop:cart",
        "groups": ["system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"]});
    assert_eq!(
        of(&[to(account)]),
        [
            "carol impersonate serviceaccounts cart in shop Impersonation x1",
            "system:serviceaccount:shop:cart get pods cart-0 in shop x1",
        ]
    );
}

#[test]
fn a_create_has_no_name_for_the_authorizer_unless_it_is_of_a_subresource() {
    let create =
        |object: Value| json!({"verb": "create", "objectRef": object, "responseStatus": {"code": 201}});
    let pod = json!({"resource": "pods", "namespace": "shop", "name": "cart-x7"});
    assert_eq!(of(&[create(pod.clone())]), ["carol create pods in shop x1"]);
    let record = record(&event(create(pod)));
    let seen = record.requests.values().next().unwrap();
    assert_eq!(seen.created.iter().collect::<Vec<_>>(), ["cart-x7"], "the name is not lost");

    for (resource, subresource) in [("pods", "exec"), ("pods", "eviction"), ("serviceaccounts", "token")] {
        let object =
            json!({"resource": resource, "subresource": subresource, "namespace": "shop", "name": "cart"});
        assert_eq!(of(&[create(object)]), [format!("carol create {resource}/{subresource} cart in shop x1")]);
    }
}

#[test]
fn answering_an_update_or_patch_with_201_needed_create_with_the_name() {
    for verb in ["patch", "update"] {
        assert_eq!(
            of(&[json!({"verb": verb, "responseStatus": {"code": 201}})]),
            [
                "carol create pods cart-0 in shop CreatedByUpdate x1".to_owned(),
                format!("carol {verb} pods cart-0 in shop x1"),
            ]
        );
        assert_eq!(of(&[json!({"verb": verb})]), [format!("carol {verb} pods cart-0 in shop x1")]);
    }
}

#[test]
fn a_list_bound_to_a_name_keeps_it() {
    let uri = "/api/v1/namespaces/shop/pods?fieldSelector=metadata.name%3Dcart-0";
    assert_eq!(of(&[json!({"verb": "list", "requestURI": uri})]), ["carol list pods cart-0 in shop x1"]);
}

#[test]
fn deletecollection_has_no_name() {
    let object = json!({"resource": "pods", "namespace": "shop"});
    assert_eq!(
        of(&[json!({"verb": "deletecollection", "objectRef": object})]),
        ["carol deletecollection pods in shop x1"]
    );
}

#[test]
fn all_namespaces_and_one_namespace_are_different_scopes() {
    let all = json!({"verb": "list", "objectRef": {"resource": "pods"}});
    let one = json!({"verb": "list", "objectRef": {"resource": "pods", "namespace": "shop"}, "auditID": "2"});
    assert_eq!(of(&[all, one]), ["carol list pods in the cluster x1", "carol list pods in shop x1"]);
}

/// Where there is no such namespace, there is no Role in it that could allow anything.
#[test]
fn a_namespace_lies_in_itself_unless_there_is_none() {
    let of_namespace = |verb: &str, code: u16| {
        let object = json!({"resource": "namespaces", "namespace": "shop", "name": "shop"});
        of(&[json!({"objectRef": object, "verb": verb, "responseStatus": {"code": code}})])
    };
    assert_eq!(of_namespace("get", 200), ["carol get namespaces shop in shop x1"]);
    assert_eq!(of_namespace("get", 404), ["carol get namespaces shop in the cluster x1"]);
    assert_eq!(of_namespace("create", 201), ["carol create namespaces in the cluster x1"]);
    assert_eq!(
        of_namespace("patch", 201),
        [
            "carol create namespaces shop in the cluster CreatedByUpdate x1",
            "carol patch namespaces shop in the cluster x1",
        ]
    );
}

#[test]
fn subresources_and_groups_stay_apart() {
    let with = |resource: &str, subresource: Option<&str>, group: &str, id: u32| {
        let object = json!({"resource": resource, "subresource": subresource, "apiGroup": group, "namespace": "shop",
            "name": "cart"});
        json!({"objectRef": object, "auditID": id.to_string()})
    };
    assert_eq!(
        of(&[
            with("deployments", None, "apps", 1),
            with("deployments", Some("scale"), "apps", 2),
            with("ingresses", None, "extensions", 3),
            with("ingresses", None, "networking.k8s.io", 4),
        ]),
        [
            "carol get apps/deployments cart in shop x1",
            "carol get apps/deployments/scale cart in shop x1",
            "carol get extensions/ingresses cart in shop x1",
            "carol get networking.k8s.io/ingresses cart in shop x1",
        ]
    );
}

#[test]
fn a_path_has_no_query_and_keeps_its_slash() {
    let of_path = |uri: &str| of(&[json!({"objectRef": null, "requestURI": uri})]);
    assert_eq!(of_path("/version?timeout=32s"), ["carol get /version x1"]);
    assert_eq!(of_path("/version/"), ["carol get /version/ x1"]);
    assert_eq!(of_path("/logs/a%20b%2"), ["carol get /logs/a b%2 x1"]);
    let head = json!({"objectRef": null, "requestURI": "/healthz", "verb": "head"});
    assert_eq!(of(&[head]), ["carol head /healthz x1"]);
}

#[test]
fn a_websocket_needs_create_on_newer_servers() {
    for subresource in ["exec", "attach", "portforward"] {
        let object =
            json!({"resource": "pods", "subresource": subresource, "namespace": "shop", "name": "cart-0"});
        assert_eq!(
            of(&[json!({"objectRef": object})]),
            [
                format!("carol create pods/{subresource} cart-0 in shop WebsocketUpgrade x1"),
                format!("carol get pods/{subresource} cart-0 in shop x1"),
            ]
        );
    }
    let log = json!({"resource": "pods", "subresource": "log", "namespace": "shop", "name": "cart-0"});
    assert_eq!(of(&[json!({"objectRef": log})]), ["carol get pods/log cart-0 in shop x1"]);

    // What was allowed to read and then forbidden may have been forbidden for want of `create`.
    let exec = json!({"resource": "pods", "subresource": "exec", "namespace": "shop", "name": "cart-0"});
    let said = json!({"authorization.k8s.io/decision": "allow"});
    let refused = json!({"objectRef": exec, "responseStatus": {"code": 403}, "annotations": said});
    assert_eq!(of(&[refused]), ["carol get pods/exec cart-0 in shop x1"]);
}

#[test]
fn verbs_of_every_kind_are_kept() {
    for verb in ["impersonate", "bind", "escalate", "approve", "sign", "attest", "use", "proxy", "watch"] {
        assert_eq!(of(&[json!({"verb": verb})]), [format!("carol {verb} pods cart-0 in shop x1")]);
    }
}

#[test]
fn a_bound_token_names_its_pod() {
    let extra = json!({"authentication.kubernetes.io/pod-name": ["cart-0"],
        "authentication.kubernetes.io/pod-uid": ["u"]});
    let user = json!({"username": "system:serviceaccount:shop:cart", "extra": extra});
    let record = record(&event(json!({"user": user})));
    assert_eq!(record.requests.values().next().unwrap().pods.iter().collect::<Vec<_>>(), ["shop/cart-0"]);
}

#[test]
fn a_source_says_when_it_saw_what() {
    let record = record(&[event(json!({})), event(json!({"level": "Request", "auditID": "2"}))].concat());
    let source = record.sources.values().next().unwrap();
    assert_eq!(
        source
            .audited
            .iter()
            .map(|((level, stage), count)| format!("{level} {stage} {count}"))
            .collect::<Vec<_>>(),
        ["Metadata ResponseComplete 1", "Request ResponseComplete 1"]
    );
    assert!(source.complete && source.cautions.contains(&Caution::UnknownCoverage));
    assert_eq!(source.total().first.map(|time| time.to_string()).as_deref(), Some("2026-01-01T00:00:00Z"));
}

#[test]
fn a_clock_that_runs_backwards_is_noted() {
    let skewed = json!({"stageTimestamp": "2025-12-31T23:00:00Z"});
    let record = record(&event(skewed));
    assert!(record.sources.values().next().unwrap().cautions.contains(&Caution::ClockSkew));
    assert_eq!(requests(&record), ["carol get pods cart-0 in shop x1"], "and costs nothing");
}

//! The authorizer's answers, each of which follows from its source.

use super::{Grants, Idle, Match, Objects, idle, is_effective_in_role, matches_resource, matches_url};
use leastwise_manifest::{objects, role};

/// What is made of the only rule of a role.
fn with_rule<T>(rule: &str, read: impl FnOnce(Grants<'_, '_>, Vec<Idle<'_>>) -> T) -> T {
    let text = format!("apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nrules:\n- {rule}\n");
    let stream = leastwise_yaml::parse(&text);
    let objects = objects(&stream.documents()[0].document);
    let role = role(&objects[0]).unwrap();
    read(Grants::of(&role.rules[0]), idle(&role.rules[0]))
}

/// For which objects the rule grants `verb group resource`; none where something does not match.
fn objects_for(rule: &str, verb: &str, group: &str, resource: &str) -> Objects {
    with_rule(rule, |grants, _| {
        grants.permission(verb, group, resource).map_or(Objects::None, |named| named.objects)
    })
}

#[test]
fn resources_match_by_the_four_forms_and_no_other() {
    for (item, resource, expected) in [
        ("*", "pods", Some(Match::Wildcard)),
        ("*", "pods/log", Some(Match::Wildcard)),
        ("pods", "pods", Some(Match::Exact)),
        ("pods/log", "pods/log", Some(Match::Exact)),
        ("*/scale", "deployments/scale", Some(Match::Wildcard)),
        ("pods", "pods/log", None),
        ("pods/log", "pods", None),
        ("pods/*", "pods", None),
        ("pods/*", "pods/log", None),
        ("*/*", "pods/log", None),
        ("*/scale", "scale", None),
        ("*/scale", "deployments/upscale", None),
        ("po*", "pods", None),
        ("Pods", "pods", None),
    ] {
        assert_eq!(matches_resource(item, resource), expected, "{item} on {resource}");
    }
}

#[test]
fn urls_match_whole_or_by_what_stands_before_the_last_stars() {
    for (item, url, expected) in [
        ("/healthz", "/healthz", Some(Match::Exact)),
        ("*", "/healthz", Some(Match::Wildcard)),
        ("/api/*", "/api/v1", Some(Match::Wildcard)),
        ("/api**", "/apis", Some(Match::Wildcard)),
        ("/api/*", "/api", None),
        ("/healthz", "/healthz/etcd", None),
        ("/*/healthz", "/a/healthz", None),
    ] {
        assert_eq!(matches_url(item, url), expected, "{item} on {url}");
    }
    with_rule("{nonResourceURLs: [/metrics, '/me*'], verbs: [get]}", |grants, _| {
        let item = grants.url("/metrics").unwrap();
        assert_eq!((item.place, item.by), (0, Match::Exact));
        assert!(grants.url("/meter").unwrap().is_wildcard());
    });
}

#[test]
fn a_permission_needs_verb_group_and_resource_of_one_rule() {
    let rule = "{apiGroups: ['*', ''], resources: [configmaps, '*'], verbs: ['*', get]}";
    with_rule(rule, |grants, _| {
        let named = grants.permission("get", "", "configmaps").unwrap();
        // Exact items are preferred to wildcards, wherever they stand.
        assert_eq!((named.verb.place, named.group.place, named.resource.place), (1, 1, 0));
        let named = grants.permission("list", "apps", "deployments/scale").unwrap();
        assert_eq!((named.verb.place, named.group.place, named.resource.place), (0, 0, 1));
        assert!(named.verb.is_wildcard() && named.group.is_wildcard() && named.resource.is_wildcard());
    });
    let rule = "{apiGroups: [apps], resources: [deployments], verbs: [get]}";
    assert_eq!(objects_for(rule, "get", "apps", "deployments"), Objects::Every);
    assert_eq!(objects_for(rule, "get", "", "deployments"), Objects::None);
    assert_eq!(objects_for(rule, "list", "apps", "deployments"), Objects::None);
    assert_eq!(objects_for(rule, "get", "apps", "deployments/scale"), Objects::None);
}

#[test]
fn names_narrow_what_a_request_can_name() {
    let named = "{apiGroups: [''], resources: [secrets, pods/exec], verbs: ['*'], resourceNames: [a]}";
    for (verb, resource, expected) in [
        ("get", "secrets", Objects::Named),
        ("update", "secrets", Objects::Named),
        ("list", "secrets", Objects::Named),
        ("create", "secrets", Objects::None),
        ("deletecollection", "secrets", Objects::None),
        ("create", "pods/exec", Objects::Named),
    ] {
        assert_eq!(objects_for(named, verb, "", resource), expected, "{verb} {resource}");
    }
    // The empty name is the name of a request that has none.
    let empty = "{apiGroups: [''], resources: [secrets], verbs: ['*'], resourceNames: ['']}";
    assert_eq!(objects_for(empty, "create", "", "secrets"), Objects::Every);
    assert_eq!(objects_for(empty, "get", "", "secrets"), Objects::Named);
    let hidden =
        "{apiGroups: [''], resources: [secrets], verbs: ['*'], resourceNames: ['{{ .Values.name }}']}";
    assert_eq!(objects_for(hidden, "get", "", "secrets"), Objects::Unknown);
    let nothing = "{apiGroups: [''], resources: [secrets], verbs: ['*'], resourceNames: }";
    assert_eq!(objects_for(nothing, "create", "", "secrets"), Objects::Every);
}

#[test]
fn what_is_hidden_grants_nothing() {
    let rule =
        "{apiGroups: [''], resources: ['{{ .Values.resource }}', pods], verbs: ['{{ .Values.verb }}']}";
    assert_eq!(objects_for(rule, "get", "", "pods"), Objects::None);
    with_rule(rule, |_, idle| assert_eq!(idle, []));
}

#[test]
fn parts_that_grant_nothing_are_told_with_the_reason() {
    let why = |rule: &str| {
        with_rule(rule, |_, idle| {
            let shown = idle.iter().map(|idle| format!("{} at {}: {:?}", idle.resource, idle.path, idle.why));
            shown.collect::<Vec<_>>().join("; ")
        })
    };
    assert_eq!(
        why("{apiGroups: [''], resources: [pods, pods/*], verbs: [get]}"),
        "pods/* at rules[0].resources[1]: NoPattern"
    );
    assert_eq!(
        why("{apiGroups: [''], resources: [pods/log], verbs: [delete, deletecollection]}"),
        "pods/log at rules[0].resources[0]: OtherVerbs([\"delete\", \"deletecollection\"], [\"get\"])"
    );
    assert_eq!(
        why("{apiGroups: ['', batch], resources: [deployments, deployments/scale, pods], verbs: [get]}"),
        "deployments at rules[0].resources[0]: OtherGroup([\"apps\"]); \
         deployments/scale at rules[0].resources[1]: OtherGroup([\"apps\"])"
    );
    for fine in [
        "{apiGroups: [''], resources: [pods/log, pods/exec], verbs: [get, delete]}",
        "{apiGroups: [''], resources: [pods/log], verbs: ['*']}",
        "{apiGroups: [''], resources: [pods/log], verbs: ['{{ .Values.verb }}']}",
        "{apiGroups: [extensions], resources: [deployments], verbs: [get]}",
        "{apiGroups: [metrics.k8s.io], resources: [pods], verbs: [get]}",
        "{apiGroups: ['*'], resources: [deployments], verbs: [get]}",
        "{apiGroups: ['{{ .Values.group }}'], resources: [deployments], verbs: [get]}",
        "{apiGroups: [''], resources: [widgets, nodes/metrics], verbs: [get]}",
        "{apiGroups: [''], resources: [serviceaccounts], verbs: [impersonate]}",
        "{apiGroups: [events.k8s.io], resources: [events], verbs: [delete]}",
    ] {
        assert_eq!(why(fine), "", "{fine}");
    }
}

#[test]
fn a_role_grants_nothing_outside_of_its_namespace() {
    assert!(is_effective_in_role("get", "", "pods"));
    assert!(is_effective_in_role("get", "example.com", "widgets"));
    assert!(!is_effective_in_role("get", "", "nodes/proxy"));
    assert!(!is_effective_in_role("escalate", "rbac.authorization.k8s.io", "clusterroles"));
    assert!(is_effective_in_role("bind", "rbac.authorization.k8s.io", "clusterroles"));
    assert!(is_effective_in_role("get", "", "namespaces") && !is_effective_in_role("list", "", "namespaces"));
}

//! Roles and the names in their rules.

use crate::document;
use leastwise_manifest::{Names, PolicyRule, objects, role};

/// Each rule's names in a list: the known ones with their paths, and `…` where there may be more.
fn names(text: &str, list: for<'r, 'd> fn(&'r PolicyRule<'d>) -> &'r Names<'d>) -> Vec<String> {
    let document = document(text);
    let objects = objects(&document);
    let role = role(&objects[0]).expect("a role");
    let rules = role.rules.iter().map(|rule| {
        let names = list(rule);
        let known = names.known.iter().map(|(name, place)| format!("{name} ({})", names.at(*place)));
        let mut shown: Vec<_> = known.collect();
        shown.extend(names.open.then(|| "…".to_owned()));
        shown.join(" ")
    });
    rules.collect()
}

#[test]
fn names_stand_where_they_are_written() {
    let text = "
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata: {name: r}
        rules:
        - apiGroups: ['']
          resources: [pods, pods/log]
          verbs:
          - get
          - '*'
        - nonResourceURLs: [/healthz]
          verbs: [get]
        ";
    assert_eq!(
        names(text, |rule| &rule.verbs),
        ["get (rules[0].verbs[0]) * (rules[0].verbs[1])", "get (rules[1].verbs[0])"]
    );
    assert_eq!(names(text, |rule| &rule.api_groups), [" (rules[0].apiGroups[0])", ""]);
    assert_eq!(names(text, |rule| &rule.non_resource_urls), ["", "/healthz (rules[1].nonResourceURLs[0])"]);
    let document = document(text);
    let objects = objects(&document);
    let role = role(&objects[0]).unwrap();
    assert!(role.is_cluster_role());
    let verbs = &role.rules[0].verbs;
    assert!(verbs.contains("*") && !verbs.contains("list"));
    assert_eq!(
        verbs.find("*").map(|place| verbs.at(place).to_string()).as_deref(),
        Some("rules[0].verbs[1]")
    );
    assert!(role.rules[0].resource_names.is_empty() && !role.rules[0].is_open() && !role.open);
}

#[test]
fn a_list_is_open_where_it_is_hidden_or_no_list() {
    for (verbs, expected) in [
        ("[get, {{ .Values.verb }}]", "get (rules[0].verbs[0]) …"),
        ("{{ .Values.verbs }}", "…"),
        ("get", "…"),
        ("{get: true}", "…"),
        ("null", ""),
        ("[]", ""),
        ("[get, null, 1]", "get (rules[0].verbs[0]) 1 (rules[0].verbs[2])"),
    ] {
        let text = format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nrules:\n- resources: [pods]\n  verbs: {verbs}\n"
        );
        assert_eq!(names(&text, |rule| &rule.verbs), [expected], "{verbs}");
    }
    let merged = "
        apiVersion: rbac.authorization.k8s.io/v1
        kind: Role
        rules:
        - resources: [pods]
          {{- toYaml .Values.verbs | nindent 2 }}
        ";
    assert_eq!(names(merged, |rule| &rule.verbs), ["…"]);
}

#[test]
fn a_role_is_one_by_its_group_and_kind() {
    let is_role = |version: &str, kind: &str| {
        let document = document(&format!("apiVersion: {version}\nkind: {kind}\n"));
        let objects = objects(&document);
        role(&objects[0]).map(|role| role.is_cluster_role())
    };
    assert_eq!(is_role("rbac.authorization.k8s.io/v1", "Role"), Some(false));
    assert_eq!(is_role("rbac.authorization.k8s.io/v1beta1", "ClusterRole"), Some(true));
    assert_eq!(is_role("{{ .Values.version }}", "Role"), Some(false));
    assert_eq!(is_role("rbac.authorization.k8s.io/v1", "RoleBinding"), None);
    assert_eq!(is_role("iam.example/v1", "Role"), None);
}

#[test]
fn rules_that_are_null_or_hidden_are_none() {
    for rules in ["rules:", "rules: []", "rules: {{ .Values.rules }}", ""] {
        let text = format!("apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n{rules}\n");
        assert_eq!(names(&text, |rule| &rule.verbs), [""; 0], "{rules}");
        let document = document(&text);
        assert_eq!(role(&objects(&document)[0]).unwrap().open, rules.contains("{{"), "{rules}");
    }
}

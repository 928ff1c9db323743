//! Roles and bindings: what a change of them grants or takes away, and that this is exact.

use crate::support::{check, compared};
use leastwise_privilege::Verdict;
use proptest::prelude::*;

fn role(kind: &str, rules: &[&str]) -> String {
    let rules: String = rules.iter().map(|rule| format!("- {rule}\n")).collect();
    let rules = if rules.is_empty() { "rules: []\n".to_owned() } else { format!("rules:\n{rules}") };
    format!("apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: r}}\n{rules}")
}

fn binding(role: &str, subjects: &str) -> String {
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: b, namespace: shop}}\n\
         roleRef: {{kind: ClusterRole, name: {role}}}\nsubjects: {subjects}\n"
    )
}

#[test]
fn what_is_taken_out_of_a_rule_is_lost_with_its_place() {
    let before = "{apiGroups: [''], resources: [pods, pods/log], verbs: [get, delete], resourceNames: [a]}";
    let after = "{apiGroups: [''], resources: [pods], verbs: [get], resourceNames: [a]}";
    check(
        &role("Role", &[before, "{nonResourceURLs: ['/api/*'], verbs: [get]}"]),
        &role("Role", &[after, "{nonResourceURLs: [/api/v1, '/api/v2*'], verbs: [get]}"]),
        "
        narrower
        - r allows delete pods \"a\" (rules[0].resources[0])
        - r allows get, delete pods/log \"a\" (rules[0].resources[1])
        - r allows get /api/* (rules[1].nonResourceURLs[0])
        ",
    );
}

#[test]
fn each_way_to_write_the_same_is_equal() {
    let together = "{apiGroups: ['', apps], resources: [pods, deployments], verbs: [get, list]}";
    let apart = [
        "{apiGroups: [apps], resources: [pods, deployments], verbs: [list, get]}",
        "{apiGroups: [''], resources: [deployments, pods, pods], verbs: [get, list]}",
        "{apiGroups: [''], resources: [pods/*], verbs: ['*']}",
    ];
    check(&role("Role", &[together]), &role("Role", &apart), "equal\n");
    check(
        &role("ClusterRole", &["{apiGroups: ['*'], resources: ['*'], verbs: ['*']}", together]),
        &role("ClusterRole", &["{apiGroups: ['*'], resources: ['*', '*/scale'], verbs: ['*']}"]),
        "equal\n",
    );
}

#[test]
fn every_verb_that_is_known_is_not_every_verb() {
    let all = "[create, get, list, watch, update, patch, delete, deletecollection]";
    check(
        &role("Role", &[&format!("{{apiGroups: [''], resources: [pods], verbs: {all}}}")]),
        &role("Role", &["{apiGroups: [''], resources: [pods], verbs: ['*']}"]),
        "
        broader
        + r allows * pods (rules[0].resources[0])
        ",
    );
}

#[test]
fn a_role_that_goes_loses_all_and_one_that_moves_is_both() {
    let rule = "{apiGroups: [apps], resources: [deployments], verbs: [get]}";
    check(&role("Role", &[rule]), "", "narrower\n- r allows get deployments.apps (rules[0].resources[0])\n");
    check(
        &role("Role", &[rule]),
        &role("ClusterRole", &[rule]),
        "
        incomparable
        - r allows get deployments.apps (rules[0].resources[0])
        + r allows get deployments.apps (rules[0].resources[0])
        ",
    );
}

#[test]
fn what_a_template_hides_is_the_same_where_it_is_written_alike() {
    let hidden = "{apiGroups: [''], resources: ['{{ .Values.resource }}'], verbs: [get]}";
    let known = "{apiGroups: [''], resources: [pods], verbs: [get, list]}";
    let less = "{apiGroups: [''], resources: [pods], verbs: [get]}";
    check(
        &role("Role", &[hidden, known]),
        &role("Role", &[less, hidden]),
        "narrower\n? a hidden rule of Role r may grant what is lost\n",
    );
    check(
        &role("Role", &[hidden, known]),
        &role("Role", &[known]),
        "narrower\n? some rules of Role r cannot be known\n",
    );
    let other = "{apiGroups: [''], resources: ['{{ .Values.other }}'], verbs: [get]}";
    check(
        &role("Role", &[hidden]),
        &role("Role", &[other]),
        "undecided\n? some rules of Role r cannot be known\n",
    );
}

#[test]
fn labels_count_where_a_cluster_role_may_be_gathered() {
    let labelled = |kind: &str, labels: &str| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: r, labels: {labels}}}\nrules: []\n"
        )
    };
    check(&labelled("Role", "{a: b}"), &labelled("Role", "{a: c}"), "equal\n");
    check(
        &labelled("ClusterRole", "{a: b}"),
        &labelled("ClusterRole", "{a: c}"),
        "undecided\n? the meaning of metadata.labels.a in ClusterRole r is not judged\n",
    );
}

#[test]
fn subjects_hold_the_role_of_their_binding() {
    check(
        &binding("view", "[{kind: ServiceAccount, name: web, namespace: shop}, {kind: Group, name: staff}]"),
        &binding("view", "[{kind: Group, name: staff, apiGroup: rbac.authorization.k8s.io}]"),
        "
        narrower
        - b grants ClusterRole view to ServiceAccount shop/web (subjects[0])
        ",
    );
    check(
        &binding("view", "[{kind: Group, name: staff}]"),
        &binding("edit", "[{kind: Group, name: staff}]"),
        "
        incomparable
        - b grants ClusterRole view to Group staff (subjects[0])
        + b grants ClusterRole edit to Group staff (subjects[0])
        ",
    );
    check(
        &binding("view", "[{kind: Group, name: staff}, {kind: Group, name: '{{ .Values.group }}'}]"),
        &binding("view", "[{kind: Group, name: '{{ .Values.group }}'}]"),
        "
        narrower
        ? some subjects of RoleBinding shop/b cannot be known
        ",
    );
    check(
        &binding("'{{ .Values.role }}'", "[]"),
        &binding("view", "[]"),
        "undecided\n? the role that RoleBinding shop/b grants cannot be known\n",
    );
}

/// A rule as the test knows it: verbs, groups, resources and names.
type Rule = (Vec<&'static str>, Vec<&'static str>, Vec<&'static str>, Vec<&'static str>);

const RESOURCES: [&str; 6] = ["pods", "pods/log", "nodes", "*", "*/log", "pods/*"];

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let some =
        |all: &'static [&'static str], least: usize| prop::sample::subsequence(all, least..=2.min(all.len()));
    let rule = (
        some(&["get", "create", "*"], 1),
        some(&["", "apps", "*"], 1),
        some(&RESOURCES, 1),
        some(&["a", "b"], 0),
    );
    prop::collection::vec(rule, 0..4)
}

/// The authorizer's own words, request by request.
fn allows(rules: &[Rule], verb: &str, group: &str, resource: &str, name: &str) -> bool {
    let has = |list: &[&str], wanted: &str| list.contains(&wanted) || list.contains(&"*");
    let subresource = resource.split_once('/').map(|(_, subresource)| format!("*/{subresource}"));
    rules.iter().any(|(verbs, groups, resources, names)| {
        has(verbs, verb)
            && has(groups, group)
            && (has(resources, resource)
                || subresource.as_ref().is_some_and(|any| resources.contains(&any.as_str())))
            && (names.is_empty() || names.contains(&name))
    })
}

/// Whether one set of rules allows a request that the other does not, among all that the rules can tell apart and
/// some that nobody has thought of.
fn allows_more(one: &[Rule], other: &[Rule]) -> bool {
    let mut requests = Vec::new();
    for verb in ["get", "create", "new"] {
        for group in ["", "apps", "new"] {
            for resource in
                ["pods", "pods/log", "nodes", "nodes/log", "new", "new/log", "pods/new", "new/new"]
            {
                for name in ["", "a", "b", "new"] {
                    requests.push((verb, group, resource, name));
                }
            }
        }
    }
    requests.iter().any(|(verb, group, resource, name)| {
        allows(one, verb, group, resource, name) && !allows(other, verb, group, resource, name)
    })
}

fn written(rules: &[Rule]) -> String {
    let list = |items: &[&str]| items.iter().map(|item| format!("'{item}'")).collect::<Vec<_>>().join(", ");
    let rules: Vec<_> = rules
        .iter()
        .map(|(verbs, groups, resources, names)| {
            format!(
                "{{apiGroups: [{}], resources: [{}], verbs: [{}], resourceNames: [{}]}}",
                list(groups),
                list(resources),
                list(verbs),
                list(names)
            )
        })
        .collect();
    role("ClusterRole", &rules.iter().map(String::as_str).collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_verdict_is_that_of_trying_every_request(before in rules(), after in rules()) {
        let expected = match (allows_more(&after, &before), allows_more(&before, &after)) {
            (false, false) => Verdict::Equal,
            (false, true) => Verdict::Narrower,
            (true, false) => Verdict::Broader,
            (true, true) => Verdict::Incomparable,
        };
        prop_assert_eq!(compared(&written(&before), &written(&after)).verdict, expected);
    }
}

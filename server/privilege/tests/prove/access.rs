//! What subjects may ask of the API server, before and after.

use crate::support::{RBAC, all, check, proved};
use leastwise_privilege::rbac::{Access, RbacAtom, Subject, Target};
use leastwise_privilege::{Applied, Needed, NeededRequest};

fn role(name: &str, rules: &str) -> String {
    format!(
        "---\napiVersion: {RBAC}\nkind: Role\nmetadata: {{name: {name}, namespace: shop}}\nrules: [{rules}]\n"
    )
}

fn cluster_role(name: &str, rules: &str) -> String {
    format!("---\napiVersion: {RBAC}\nkind: ClusterRole\nmetadata: {{name: {name}}}\nrules: [{rules}]\n")
}

fn binding(role: &str, subjects: &str) -> String {
    format!(
        "---\napiVersion: {RBAC}\nkind: RoleBinding\nmetadata: {{name: b, namespace: shop}}\nroleRef: {role}\n\
         subjects: [{subjects}]\n"
    )
}

fn cluster_binding(role: &str, subjects: &str) -> String {
    format!(
        "---\napiVersion: {RBAC}\nkind: ClusterRoleBinding\nmetadata: {{name: c}}\n\
         roleRef: {{kind: ClusterRole, name: {role}}}\nsubjects: [{subjects}]\n"
    )
}

const READER: &str = "{kind: Role, name: reader}";
const CART: &str = "{kind: ServiceAccount, name: cart, namespace: shop}";
const PODS: &str = "{apiGroups: [''], resources: [pods], verbs: [get]}";
const SECRETS: &str = "{apiGroups: [''], resources: [secrets], verbs: [get]}";

#[test]
fn a_wider_role_gives_more_to_who_holds_it() {
    check(
        &(role("reader", PODS) + &binding(READER, CART)),
        &(role("reader", &format!("{PODS}, {SECRETS}")) + &binding(READER, CART)),
        "
        broader
        + ServiceAccount shop/cart: get secrets in shop (Role reader rules[1].resources[0])
        ",
    );
}

#[test]
fn a_role_that_nobody_is_seen_to_hold_counts_for_whoever_does() {
    check(
        &role("reader", PODS),
        &role("reader", SECRETS),
        "
        incomparable
        - whoever holds Role shop/reader: get pods in shop (Role reader rules[0].resources[0])
        + whoever holds Role shop/reader: get secrets in shop (Role reader rules[0].resources[0])
        ",
    );
}

#[test]
fn a_permission_may_move_from_one_role_to_another() {
    let other = binding("{kind: Role, name: other}", CART).replace("name: b,", "name: d,");
    check(
        &(role("reader", &format!("{PODS}, {SECRETS}")) + &binding(READER, CART)),
        &(role("reader", PODS) + &binding(READER, CART) + &role("other", SECRETS) + &other),
        "equal",
    );
}

#[test]
fn a_new_binding_is_where_the_difference_stands() {
    check(
        &(role("reader", PODS) + &binding(READER, CART)),
        &(role("reader", PODS) + &binding(READER, &format!("{CART}, {{kind: User, name: jane}}"))),
        "
        broader
        + User jane: get pods in shop (RoleBinding b subjects[1])
        ",
    );
}

#[test]
fn a_cluster_role_reaches_as_far_as_its_binding() {
    let reader = cluster_role("reader", PODS);
    check(
        &(reader.clone() + &cluster_binding("reader", CART)),
        &(reader + &binding("{kind: ClusterRole, name: reader}", CART)),
        "
        narrower
        - ServiceAccount shop/cart: get pods in cluster (ClusterRoleBinding c subjects[0])
        ",
    );
}

#[test]
fn what_belongs_to_no_namespace_is_not_granted_in_one() {
    let nodes =
        "{apiGroups: [''], resources: [nodes], verbs: [get]}, {nonResourceURLs: [/metrics], verbs: [get]}";
    let bound = binding("{kind: ClusterRole, name: reader}", CART);
    check(
        &(cluster_role("reader", PODS) + &bound),
        &(cluster_role("reader", &format!("{PODS}, {nodes}")) + &bound),
        "equal",
    );
}

#[test]
fn accounts_have_what_their_groups_have() {
    let reader = role("reader", PODS);
    let accounts = "{kind: Group, name: 'system:serviceaccounts:shop'}";
    check(
        &(reader.clone() + &binding(READER, accounts)),
        &(reader + &binding(READER, &format!("{CART}, {accounts}"))),
        "equal",
    );
}

#[test]
fn the_masters_may_do_everything_already() {
    let masters = "{kind: Group, name: 'system:masters'}";
    check("", &cluster_binding("cluster-admin", masters), "equal");
}

#[test]
fn the_role_that_allows_everything_is_known_without_its_text() {
    let wild = "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}, {nonResourceURLs: ['*'], verbs: ['*']}";
    check(
        &(cluster_role("mine", wild) + &cluster_binding("mine", CART)),
        &(cluster_role("mine", wild) + &cluster_binding("cluster-admin", CART)),
        "equal",
    );
}

#[test]
fn roles_that_are_not_there_are_compared_by_name() {
    check(
        &cluster_binding("view", CART),
        &cluster_binding("edit", CART),
        "
        broader
        + ServiceAccount shop/cart: all that ClusterRole edit grants in cluster (ClusterRoleBinding c subjects[0])
        ",
    );
    check(
        &cluster_binding("custom", CART),
        &cluster_binding("other", CART),
        "
        incomparable
        - ServiceAccount shop/cart: all that ClusterRole custom grants in cluster (ClusterRoleBinding c subjects[0])
        + ServiceAccount shop/cart: all that ClusterRole other grants in cluster (ClusterRoleBinding c subjects[0])
        ",
    );
}

#[test]
fn gathered_roles_grant_what_those_grant_that_they_gather() {
    let gatherer = format!(
        "---\napiVersion: {RBAC}\nkind: ClusterRole\nmetadata: {{name: all}}\nrules: [{SECRETS}]\naggregationRule: \
         {{clusterRoleSelectors: [{{matchLabels: {{team: shop}}}}]}}\n"
    );
    let part = |labels: &str| {
        cluster_role("part", PODS).replace("name: part", &format!("name: part, labels: {labels}"))
    };
    check(
        &(gatherer.clone() + &part("{team: bank}") + &cluster_binding("all", CART)),
        &(gatherer + &part("{team: shop}") + &cluster_binding("all", CART)),
        "
        broader
        + ServiceAccount shop/cart: get pods in cluster (ClusterRole part rules[0].resources[0])
        ",
    );
    let into_view = |rules| {
        cluster_role("part", rules).replace(
            "name: part",
            "name: part, labels: {rbac.authorization.k8s.io/aggregate-to-view: 'true'}",
        )
    };
    check(
        &into_view(PODS),
        &into_view(&format!("{PODS}, {SECRETS}")),
        "
        broader
        + whoever holds ClusterRole admin: get secrets in cluster (ClusterRole part rules[1].resources[0])
        + whoever holds ClusterRole edit: get secrets in cluster (ClusterRole part rules[1].resources[0])
        + whoever holds ClusterRole part: get secrets in cluster (ClusterRole part rules[1].resources[0])
        + whoever holds ClusterRole view: get secrets in cluster (ClusterRole part rules[1].resources[0])
        ",
    );
}

#[test]
fn templates_that_are_alike_are_taken_for_alike() {
    let hidden = role("reader", &format!("{PODS}, {{{{ .Values.rules }}}}"));
    check(&(hidden.clone() + &binding(READER, CART)), &(hidden + &binding(READER, CART)), "equal");
}

fn atom(
    subject: Subject,
    namespace: Option<&str>,
    resource: &str,
    verb: &str,
    name: Option<&str>,
) -> RbacAtom {
    let target = Target::Resource {
        group: String::new(),
        resource: resource.to_owned(),
        verb: verb.to_owned(),
        name: name.map(str::to_owned),
    };
    RbacAtom { subject, namespace: namespace.map(str::to_owned), target }
}

#[test]
fn requests_are_allowed_as_the_authorizer_allows_them() {
    let named = "{apiGroups: [''], resources: [configmaps], resourceNames: [a], verbs: [get, create, list]}";
    let text = role("reader", &format!("{PODS}, {named}")) + &binding(READER, CART);
    let stream = leastwise_yaml::parse(&text);
    let objects = all(&stream);
    let access = Access::of(Applied { objects: &objects, namespace: "default" });
    let cart = || Subject::user("system:serviceaccount:shop:cart");
    for (asked, expected) in [
        (atom(cart(), Some("shop"), "pods", "get", Some("x")), true),
        (atom(cart(), Some("bank"), "pods", "get", Some("x")), false),
        (atom(cart(), None, "pods", "get", Some("x")), false),
        (atom(cart(), Some("shop"), "pods/log", "get", Some("x")), false),
        (atom(cart(), Some("shop"), "configmaps", "get", Some("a")), true),
        (atom(cart(), Some("shop"), "configmaps", "get", Some("b")), false),
        (atom(cart(), Some("shop"), "configmaps", "list", None), false),
        (atom(cart(), Some("shop"), "configmaps", "create", None), false),
        (atom(Subject::user("jane"), Some("shop"), "pods", "get", Some("x")), false),
    ] {
        assert_eq!(access.allows(&asked, &[]), Some(expected), "{asked:?}");
    }
}

#[test]
fn what_is_needed_must_stay_allowed() {
    let cart = Subject::user("system:serviceaccount:shop:cart");
    let request = |resource: &str| NeededRequest {
        atom: atom(cart.clone(), Some("shop"), resource, "get", Some("x")),
        groups: Vec::new(),
    };
    let needed =
        Needed { requests: vec![request("pods"), request("secrets"), request("nodes")], ..Needed::default() };
    let before = role("reader", &format!("{PODS}, {SECRETS}")) + &binding(READER, CART);
    let after = role("reader", PODS) + &binding(READER, CART);
    let proof = proved(&before, &after, &needed);
    let words = |grants: &[leastwise_privilege::NeededGrant]| {
        grants.iter().map(|grant| grant.what()).collect::<Vec<_>>()
    };
    assert_eq!(words(&proof.needed_but_lost), ["get secrets \"x\" in shop, by ServiceAccount shop/cart"]);
    assert_eq!(words(&proof.needed_from_elsewhere), ["get nodes \"x\" in shop, by ServiceAccount shop/cart"]);
}

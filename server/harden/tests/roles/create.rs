use crate::support::{created, record, rules, text, whats};
use leastwise_harden::{Judgement, Level, Manifests, Options, Proposal, Whose, create_roles};

#[track_caller]
fn makes(lines: &str, expected: &[&str]) -> Proposal {
    let proposal = created(lines, &Options::default());
    assert_eq!(rules(&proposal), expected);
    proposal
}

#[test]
fn a_role_and_its_binding_stand_where_the_requests_were_made() {
    let proposal = created(
        "shop/cart get configmaps settings @shop
         shop/cart update configmaps settings @shop",
        &Options::default(),
    );
    assert_eq!(
        text(&proposal),
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: cart
  namespace: shop
rules:
- apiGroups:
  - ""
  resources:
  - configmaps
  resourceNames:
  - settings
  verbs:
  - get
  - update
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: cart
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: cart
subjects:
- kind: ServiceAccount
  name: cart
  namespace: shop
"#
    );
    assert_eq!(proposal.verdict, Judgement::New);
    let first = &proposal.statements[0];
    assert_eq!(
        (first.level, first.applied, first.what.as_str(), first.path.as_str()),
        (Level::Exact, true, "get configmaps \"settings\"", "rules[0].verbs[0]")
    );
    assert_eq!(first.because, "1 request at 2026-03-01T08:00:00Z in audit.log");
}

/// audit2rbac grants what its demonstration's `alice` was refused three times.
#[test]
fn what_was_only_ever_forbidden_is_named_and_not_granted() {
    let proposal = makes(
        "alice list configmaps @default # denied
         alice list pods @default # denied
         bob list pods @default",
        &["default/bob: list pods"],
    );
    let refused: Vec<_> = proposal.refused.iter().map(|refused| refused.what.as_str()).collect();
    assert_eq!(refused, ["User alice: list configmaps in default", "User alice: list pods in default"]);
}

/// audit2rbac makes two names all names, two namespaces the cluster, and `update` also `get` and `patch`.
#[test]
fn nothing_is_generalised() {
    makes(
        "ns1/sa update configmaps a @ns1
         ns1/sa update configmaps b @ns1
         ns1/sa get configmaps a @ns2",
        &["ns1/sa: update configmaps named a,b", "ns2/ns1:sa: get configmaps named a"],
    );
}

/// The second one would take the place of the first.
#[test]
fn roles_of_a_user_and_an_account_of_the_same_name_have_names_of_their_own() {
    makes(
        "shop/cart get pods @shop\n cart get secrets db @shop",
        &["shop/cart: get secrets named db", "shop/cart-2: get pods"],
    );
}

/// Audicia puts requests for the whole cluster in a Role of the account's namespace, which does not grant them.
#[test]
fn requests_for_the_whole_cluster_need_a_cluster_role() {
    let proposal = makes("ns1/sa1 list pods @*\n ns1/sa1 list nodes @*", &["ns1:sa1: list nodes,pods"]);
    let kinds: Vec<_> = proposal.created.iter().map(|made| made.resource.kind.as_str()).collect();
    assert_eq!(kinds, ["ClusterRole", "ClusterRoleBinding"]);
}

/// auditgen gives `create` the name of what was created, which no request to create ever has.
#[test]
fn an_object_is_created_without_a_name_but_by_an_update_with_one() {
    makes(
        "ci/robot create pods @ci
         ci/robot create pods/exec runner @ci
         ci/robot patch configmaps state @ci
         ci/robot create configmaps state @ci # created by update",
        &[
            "ci/robot: create,patch configmaps named state",
            "ci/robot: create pods",
            "ci/robot: create pods/exec named runner",
        ],
    );
}

/// Audicia rewrites the group `extensions` to `apps`, drops verbs that are not among eight, and others join groups.
#[test]
fn groups_are_never_joined_and_every_verb_counts() {
    makes(
        "a/b get deployments.apps x @a
         a/b get pods x @a
         a/b get ingresses.extensions x @a
         a/b impersonate users jane @* # impersonated
         a/b use podsecuritypolicies.policy open @*",
        &[
            "a/b: get pods named x",
            "a/b: get of apps deployments named x",
            "a/b: get of extensions ingresses named x",
            "a:b: impersonate users named jane",
            "a:b: use of policy podsecuritypolicies named open",
        ],
    );
}

#[test]
fn subresources_are_resources_of_their_own() {
    makes(
        "a/b get pods/log x @a
         a/b update deployments.apps/scale x @a",
        &["a/b: get pods/log named x", "a/b: update of apps deployments/scale named x"],
    );
}

#[test]
fn what_every_cluster_grants_to_everybody_is_left_out() {
    let lines = "a/b get /version
                 a/b get /apis/apps/v1
                 a/b get /openid/v1/jwks
                 a/b create selfsubjectaccessreviews.authorization.k8s.io @*
                 a/b get /metrics
                 a/b post /version";
    makes(lines, &["a:b: get /metrics", "a:b: post /version"]);
    let options = Options { keep_discovery: true, ..Options::default() };
    assert_eq!(rules(&created(lines, &options)).len(), 3);
}

#[test]
fn names_of_controllers_are_marked_and_dropped_on_request() {
    let lines = "a/b get pods cart-7d4b9c6f5-x8k2p @a
                 a/b get pods db-0 @a
                 a/b get leases.coordination.k8s.io lock @a
                 a/b update leases.coordination.k8s.io lock @a
                 a/b create leases.coordination.k8s.io @a";
    let proposal = makes(
        lines,
        &[
            "a/b: get pods named cart-7d4b9c6f5-x8k2p,db-0",
            "a/b: create of coordination.k8s.io leases",
            "a/b: get,update of coordination.k8s.io leases named lock",
        ],
    );
    assert!(proposal.statements[0].because.ends_with("the name looks made up by a controller"));
    let robust = created(lines, &Options { robust: true, ..Options::default() });
    assert_eq!(
        rules(&robust),
        [
            "a/b: get pods",
            "a/b: create of coordination.k8s.io leases",
            "a/b: get,update of coordination.k8s.io leases named lock",
        ]
    );
    assert_eq!(robust.statements[0].level, Level::Implied);
}

#[test]
fn what_a_protocol_needs_is_named_and_added_on_request() {
    let lines = "a/b watch pods @a\n a/b create events @a\n a/b update leases.coordination.k8s.io lock @a";
    let proposal = created(lines, &Options::default());
    let implied = proposal.statements.iter().filter(|statement| !statement.applied);
    assert_eq!(
        whats(implied),
        [
            "ServiceAccount a/b: patch events in a",
            "ServiceAccount a/b: list pods in a",
            "ServiceAccount a/b: create leases.coordination.k8s.io in a",
        ]
    );
    assert!(proposal.applied().all(|statement| statement.level == Level::Exact));
    let with = created(lines, &Options { include_implied: true, ..Options::default() });
    assert_eq!(
        rules(&with),
        [
            "a/b: create,patch events",
            "a/b: list,watch pods",
            "a/b: create of coordination.k8s.io leases",
            "a/b: update of coordination.k8s.io leases named lock",
        ]
    );
}

#[test]
fn who_writes_bindings_may_have_needed_what_no_log_shows() {
    let proposal = makes(
        "a/b create rolebindings.rbac.authorization.k8s.io @a",
        &["a/b: create of rbac.authorization.k8s.io rolebindings"],
    );
    assert_eq!(proposal.refused[0].what, "ServiceAccount a/b: bind");
    assert_eq!(proposal.statements[0].risk, Some("it changes who may do what"));
}

#[test]
fn a_namespace_by_its_name_needs_a_role_in_it_only() {
    makes("a/b get namespaces a @a", &["a/b: get namespaces named a"]);
}

#[test]
fn only_those_who_are_asked_for_get_a_role() {
    let lines = "a/b get pods x @a\n c/d get pods x @c\n system:kube-scheduler list pods @*";
    assert_eq!(
        rules(&created(lines, &Options::default())).len(),
        2,
        "users of Kubernetes itself have their own"
    );
    let whose = Whose::ServiceAccount { namespace: "c".into(), name: "d".into() };
    assert_eq!(rules(&created(lines, &Options { whose, ..Options::default() })), ["c/d: get pods named x"]);
    let whose = Whose::User("system:kube-scheduler".into());
    assert_eq!(rules(&created(lines, &Options { whose, ..Options::default() })).len(), 1);
}

#[test]
fn a_workload_has_the_role_of_its_service_account() {
    let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: c}\nspec:\n  template:\n    \
                spec: {serviceAccountName: d, containers: [{name: web, image: web}]}\n";
    let stream = leastwise_yaml::parse(text);
    let documents = stream.documents().iter().map(|placed| &*placed.document).collect();
    let manifests = Manifests { documents, namespace: "default" };
    let workload = |name: &str| Options {
        whose: Whose::Workload { namespace: "c".into(), kind: "Deployment".into(), name: name.into() },
        ..Options::default()
    };
    let record = record("a/b get pods x @a\n c/d get pods x @c");
    assert_eq!(rules(&create_roles(&record, &manifests, &workload("web"))), ["c/d: get pods named x"]);
    let unknown = create_roles(&record, &manifests, &workload("other"));
    assert!(unknown.created.is_empty());
    assert!(unknown.refused[0].because.contains("not among the manifests"));
}

#[test]
fn a_silent_log_makes_nothing_and_says_so() {
    let proposal = makes("", &[]);
    assert_eq!(proposal.refused[0].because, "none of the 1 logs has any");
    assert_eq!(proposal.verdict, Judgement::Equal);
}

/// A client stops at its first refusal, so the log of a first run shows little else.
#[test]
fn what_was_forbidden_is_granted_and_marked_on_request() {
    let lines = "shop/cart list pods @shop\n shop/cart delete pods a @shop # denied";
    assert_eq!(rules(&created(lines, &Options::default())).len(), 1, "nothing but the list");
    let made = created(lines, &Options { include_denied: true, ..Options::default() });
    assert!(text(&made).contains("- delete"), "{}", text(&made));
    let delete = made.statements.iter().find(|said| said.what.starts_with("delete pods")).expect("said");
    assert_eq!((delete.level, delete.applied), (Level::Candidate, true), "{delete:?}");
    assert!(
        delete.because.contains("it was forbidden, and is granted because that was asked for"),
        "{}",
        delete.because
    );
}

/// `/api*` and `/openapi*` as prefixes are more than `system:discovery` grants, and without `/livez` it is less.
#[test]
fn what_discovery_grants_is_left_out_and_nothing_that_looks_like_it() {
    let left_out =
        ["/api", "/api/v1", "/apis", "/apis/apps/v1", "/livez", "/readyz", "/openapi/v2", "/version"];
    for path in left_out {
        assert!(created(&format!("alice get {path}"), &Options::default()).created.is_empty(), "{path}");
    }
    for path in ["/apiserver", "/swagger.json", "/openapi.json", "/healthz/ping", "/livezz"] {
        let made = text(&created(&format!("alice get {path}"), &Options::default()));
        assert!(made.contains(&format!("- {path}\n")), "{path}: {made}");
    }
}

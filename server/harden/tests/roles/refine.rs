use crate::support::{record, refined, refined_by, whats};
use leastwise_evidence::{Caution, Loss};
use leastwise_harden::{Judgement, Level, Options};

const BOUND: &str = "---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: cart, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: cart}
subjects:
- {kind: ServiceAccount, name: cart, namespace: shop}
";

fn role(rules: &str) -> String {
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: cart, namespace: shop}}\nrules:\n{rules}{BOUND}"
    )
}

/// The rules become these, the rest stays as it is, and a second time there is nothing to do.
#[track_caller]
fn becomes(before: &str, lines: &str, after: &str) -> leastwise_harden::Proposal {
    let (text, proposal) = refined(&role(before), lines, &Options::default());
    assert_eq!(text, role(after), "refused: {:?}", proposal.refused);
    let (again, second) = refined(&text, lines, &Options::default());
    assert_eq!(again, text, "a second time");
    assert_eq!(second.verdict, Judgement::Equal);
    proposal
}

#[test]
fn verbs_and_resources_that_nobody_used_go_and_the_rest_keeps_its_shape() {
    let proposal = becomes(
        "# what the cart reads
- apiGroups: [\"\"]
  resources: [pods, services]
  verbs: [get, list, delete] # all of them
- apiGroups: [\"\"]
  resources:
  - configmaps
  - secrets   # not any more
  verbs: [get]
",
        "shop/cart get pods @shop
         shop/cart list pods @shop
         shop/cart get services @shop
         shop/cart list services @shop
         shop/cart get configmaps @shop",
        "# what the cart reads
- apiGroups: [\"\"]
  resources: [pods, services]
  verbs: [get, list] # all of them
- apiGroups: [\"\"]
  resources:
  - configmaps
  verbs: [get]
",
    );
    assert_eq!(whats(&proposal.statements), ["take away verb \"delete\"", "take away resource \"secrets\""]);
    assert!(proposal.statements.iter().all(|said| said.applied && said.level == Level::Candidate));
    assert_eq!(proposal.statements[0].path, "rules[0].verbs[2]");
    assert_eq!(
        proposal.statements[0].because,
        "none of 5 requests at 2026-03-01T08:00:00Z in audit.log of those who hold the role used it"
    );
    assert_eq!(proposal.verdict, Judgement::Narrower);
}

#[test]
fn a_rule_that_nobody_used_goes() {
    becomes(
        "- apiGroups: [\"\"]
  resources: [pods]
  verbs: [get]
- apiGroups: [batch] # for the old importer
  resources: [jobs]
  verbs: [create]
",
        "shop/cart get pods @shop",
        "- apiGroups: [\"\"]
  resources: [pods]
  verbs: [get]
",
    );
}

#[test]
fn a_wildcard_becomes_what_it_was_used_for() {
    becomes(
        "- apiGroups: [\"*\"]
  resources: [\"*\"]
  verbs: [\"*\"]
",
        "shop/cart get pods @shop\n shop/cart list pods @shop",
        "- apiGroups: [\"\"]
  resources: [\"pods\"]
  verbs: [\"get\", \"list\"]
",
    );
}

#[test]
fn objects_are_named_where_only_named_ones_were_used() {
    becomes(
        "- apiGroups: [\"\"]
  resources: [secrets]
  verbs: [get]
",
        "shop/cart get secrets db @shop",
        "- apiGroups: [\"\"]
  resources: [secrets]
  verbs: [get]
  resourceNames:
  - db
",
    );
}

#[test]
fn what_stays_is_split_where_it_is_no_product() {
    becomes(
        "- apiGroups: [\"\"]
  resources: [pods, services]
  verbs: [get, list]
",
        "shop/cart get pods @shop\n shop/cart list pods @shop\n shop/cart get services @shop",
        "- apiGroups: [\"\"]
  resources: [pods]
  verbs: [get, list]
- apiGroups:
  - \"\"
  resources:
  - services
  verbs:
  - get
",
    );
}

/// A resource that a group does not have is nothing to take away.
#[test]
fn groups_may_share_a_rule_where_that_grants_nothing_more() {
    let rules = "- apiGroups: [\"\", apps]
  resources: [pods, deployments]
  verbs: [get]
";
    let proposal = becomes(rules, "shop/cart get pods @shop\n shop/cart get deployments.apps @shop", rules);
    assert!(proposal.statements.is_empty());
}

#[test]
fn what_no_log_shows_stays_with_those_who_may_have_needed_it() {
    let rules = "- apiGroups: [rbac.authorization.k8s.io]
  resources: [rolebindings]
  verbs: [create]
- apiGroups: [rbac.authorization.k8s.io]
  resources: [roles]
  resourceNames: [reader]
  verbs: [bind]
";
    let proposal = becomes(rules, "shop/cart create rolebindings.rbac.authorization.k8s.io @shop", rules);
    assert_eq!(proposal.refused[0].what, "Role shop/cart: bind");
    becomes(
        "- apiGroups: [rbac.authorization.k8s.io]
  resources: [roles]
  verbs: [get, bind]
",
        "shop/cart get roles.rbac.authorization.k8s.io @shop",
        "- apiGroups: [rbac.authorization.k8s.io]
  resources: [roles]
  verbs: [get]
",
    );
}

/// Whoever writes an object may name an owner for it: the API server then asks for `update` of the owner's finalizers,
/// which `*` grants as well as `widgets/finalizers` does.
#[test]
fn all_resources_keep_their_finalizers_for_those_who_write_objects() {
    let proposal = becomes(
        "- apiGroups: [example.com]
  resources: [\"*\"]
  verbs: [update]
",
        "shop/cart update widgets.example.com db @shop",
        "- apiGroups: [example.com]
  resources: [\"*/finalizers\"]
  verbs: [update]
- apiGroups:
  - example.com
  resources:
  - widgets
  resourceNames:
  - db
  verbs:
  - update
",
    );
    assert_eq!(proposal.refused[0].what, "Role shop/cart: update */finalizers.example.com");
    becomes(
        "- apiGroups: [example.com]
  resources: [\"*\"]
  verbs: [update, get]
",
        "shop/cart get widgets.example.com @shop",
        "- apiGroups: [example.com]
  resources: [\"widgets\"]
  verbs: [get]
",
    );
}

/// Who asks a kubelet or an exporter is in no log: they ask the API server whether they may answer, in their own name.
#[test]
fn what_other_servers_ask_about_stays_where_some_were_seen_to_ask() {
    let text = "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: metrics}
rules:
- {apiGroups: [\"\"], resources: [nodes/metrics, nodes, pods], verbs: [get]}
- {nonResourceURLs: [/metrics, /logs], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: metrics}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: metrics}
subjects:
- {kind: ServiceAccount, name: metrics, namespace: kube-system}
";
    let both = "resources: [nodes/metrics, nodes, pods], verbs: [get]}
- {nonResourceURLs: [/metrics, /logs], verbs: [get]}";
    let urls = "- {nonResourceURLs: [/metrics, /logs], verbs: [get]}\n";
    for (asks, after) in [
        ("", text.replace(both, "resources: [pods], verbs: [get]}")),
        (
            "system:node:a",
            text.replace("nodes/metrics, nodes, pods", "nodes/metrics, pods").replace(urls, ""),
        ),
        ("ops/exporter", text.replace("nodes/metrics, nodes, pods", "pods")),
    ] {
        let asks = match asks {
            "" => String::new(),
            who => format!("\n {who} create subjectaccessreviews.authorization.k8s.io @*"),
        };
        let lines = format!("kube-system/metrics get pods @*{asks}");
        let (is, proposal) = refined(text, &lines, &Options::default());
        assert_eq!(is, after, "{asks}: {:?}", proposal.refused);
        let is_said = proposal.refused.iter().any(|refused| refused.because.contains("servers ask whether"));
        assert_eq!(is_said, !asks.is_empty());
    }
}

#[test]
fn what_is_needed_and_not_granted_is_named_and_never_added() {
    let rules = "- apiGroups: [\"\"]
  resources: [pods]
  verbs: [get]
";
    let proposal = becomes(rules, "shop/cart get pods @shop\n shop/cart get secrets db @shop", rules);
    assert_eq!(
        whats(&proposal.statements),
        [
            "ServiceAccount shop/cart: get secrets \"db\" in shop is needed, and nothing among the manifests grants it"
        ]
    );
    assert!(!proposal.statements[0].applied);
}

#[track_caller]
fn is_refused(text: &str, lines: &str, why: &str) {
    let (after, proposal) = refined(text, lines, &Options::default());
    assert_eq!(after, text);
    assert!(
        proposal.refused.iter().any(|refused| refused.because.contains(why)),
        "{why:?} is not among {:?}",
        proposal.refused
    );
}

#[test]
fn roles_that_cannot_be_judged_stay_as_they_are() {
    let rules = "- {apiGroups: [\"\"], resources: [pods], verbs: [get, list]}\n";
    is_refused(&role(rules), "other/one get pods x @shop", "none of its holders was seen");
    let unbound = role(rules).split("---").next().unwrap().to_owned();
    is_refused(&unbound, "shop/cart get pods x @shop", "nobody is known to hold it");
    let templated = "- {apiGroups: [\"\"], resources: [pods], verbs: [get, \"{{ .Values.verb }}\"]}\n";
    is_refused(&role(templated), "shop/cart get pods x @shop", "a template hides some of its rules");
    let aggregated = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: all}\naggregationRule: {}\nrules: []\n";
    is_refused(aggregated, "shop/cart get pods x @shop", "gathered from other roles");
    let part = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: part\n  labels: {rbac.authorization.k8s.io/aggregate-to-view: \"true\"}\nrules:\n- {apiGroups: [\"\"], resources: [pods], verbs: [get]}\n";
    is_refused(part, "shop/cart get pods x @shop", "gathered into other roles");
}

#[test]
fn lost_events_make_silence_mean_little() {
    let text = role("- {apiGroups: [\"\"], resources: [pods], verbs: [get, delete]}\n");
    let mut record = record("shop/cart get pods @shop");
    record.sources.values_mut().for_each(|source| {
        source.losses.insert(Loss::BufferOverflow, 3);
    });
    let (after, proposal) = refined_by(&text, &record, &Options::default());
    assert_eq!(after, text);
    assert!(proposal.refused[0].because.contains("events were lost"));
    let options = Options { despite_loss: true, ..Options::default() };
    assert_ne!(refined_by(&text, &record, &options).0, text);
}

#[test]
fn logs_without_reads_say_nothing_about_reads() {
    let text = role("- {apiGroups: [\"\"], resources: [pods], verbs: [get, delete, create]}\n");
    let mut record = record("shop/cart create pods @shop");
    record.sources.values_mut().for_each(|source| {
        source.cautions.insert(Caution::ReadsLeftOut);
    });
    let (after, proposal) = refined_by(&text, &record, &Options::default());
    assert_eq!(after, role("- {apiGroups: [\"\"], resources: [pods], verbs: [get, create]}\n"));
    assert_eq!(proposal.refused[0].what, "Role shop/cart: get pods");
}

#[test]
fn a_cluster_role_is_needed_where_its_bindings_grant_it() {
    let text = "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules:
- {apiGroups: [\"\"], resources: [pods, secrets], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects:
- {kind: Group, apiGroup: rbac.authorization.k8s.io, name: \"system:serviceaccounts:shop\"}
";
    let lines = "shop/cart get pods @shop
                 shop/cart get secrets @other";
    let (after, _) = refined(text, lines, &Options::default());
    assert_eq!(after, text.replace("[pods, secrets]", "[pods]"));
}

#[test]
fn a_window_that_is_too_short_takes_nothing_away() {
    let text = role("- {apiGroups: [\"\"], resources: [pods], verbs: [list, delete]}\n");
    let week = std::time::Duration::from_secs(7 * 86_400);
    let options = Options { minimum_window: Some(week), ..Options::default() };
    let (after, proposal) = refined(&text, "shop/cart list pods @shop", &options);
    assert_eq!(after, text);
    let left: Vec<_> = proposal.statements.iter().filter(|said| !said.applied).collect();
    assert!(!left.is_empty() && left.iter().all(|said| said.because.contains("and 7 days are asked for")));
}

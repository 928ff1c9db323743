//! Mistakes that other tools are known to make, each with the test that holds ours to the opposite. Tests without a
//! path lie in this file, `roles`, `network` and `exact` are folders beside it, `evidence` is `server/evidence/tests`.
//!
//! | Mistake | Test |
//! |---|---|
//! | what was only ever forbidden is granted | `roles/create.rs`: `what_was_only_ever_forbidden_is_named_and_not_granted` |
//! | two names become all, two namespaces the cluster, `update` also `get` and `patch` | `roles/create.rs`: `nothing_is_generalised` |
//! | a path keeps its query | `evidence/audit.rs`: `a_path_has_no_query_and_keeps_its_slash` |
//! | `create` gets a `resourceNames` that no create can match | `roles/create.rs`: `an_object_is_created_without_a_name_but_by_an_update_with_one` |
//! | the discovery role is taken for wider than it is, or lacks paths | `roles/create.rs`: `what_discovery_grants_is_left_out_and_nothing_that_looks_like_it` |
//! | a watch counts twice | `evidence/audit.rs`: `a_request_counts_once_whatever_its_stages` |
//! | impersonation and decisions are not looked at | `evidence/audit.rs`: `impersonation_needs_two_permissions_of_two_subjects`, `the_decision_counts_more_than_the_code` |
//! | requests for the cluster are put into a Role | `roles/create.rs`: `requests_for_the_whole_cluster_need_a_cluster_role` |
//! | groups are rewritten, rare verbs dropped | `roles/create.rs`: `groups_are_never_joined_and_every_verb_counts`; `evidence/audit.rs`: `verbs_of_every_kind_are_kept` |
//! | Google's `pods.exec.create` becomes a resource `exec` | `evidence/wrappers.rs`: `google_says_it_in_other_words` |
//! | one request makes a whole rule used, names and subresources count for nothing | `roles/refine.rs`: `verbs_and_resources_that_nobody_used_go_and_the_rest_keeps_its_shape`, `objects_are_named_where_only_named_ones_were_used` |
//! | the port of a Service is taken for that of its pods | `network/create.rs`: `the_port_of_a_service_becomes_that_of_its_pods` |
//! | a Service without selector becomes every pod | `network/create.rs`: `what_cannot_be_told_is_refused_and_its_direction_left_open` |
//! | pods without lasting labels become every pod | `network/create.rs`: `no_selector_is_ever_empty_or_chooses_others` |
//! | an IPv6 address becomes a /32, or a block that is not canonical | `network/create.rs`: `addresses_are_one_address_each` |
//! | a selector asks for `controller-uid` or `job-name` | `src/network/labels.rs`: `labels_of_one_run_or_replica_do_not_last` |
//! | a peer that nobody knows becomes a rule for everybody | `a_peer_that_nobody_knows_never_becomes_everybody` |
//! | a port that is not said is compared without its protocol | `every_port_of_another_protocol_is_not_the_port_that_is_needed` |
//! | clients without a Service vanish | `clients_need_no_service` |
//! | pods are told by their names up to a digit | `exact/requests`, `exact/connections`: names with hashes of letters |
//! | ports and directions of a pair are merged | `network/create.rs`: `peers_share_a_rule_only_where_they_have_the_same_ports`, `each_direction_keeps_its_own_port` |

use crate::support::{created, deployment, record, refined, refusals, specs};
use leastwise_harden::Options;

fn shop() -> String {
    [deployment("shop", "cart"), deployment("shop", "web")].concat()
}

#[test]
fn a_peer_that_nobody_knows_never_becomes_everybody() {
    let proposal = created(
        &shop(),
        "unknown:10.1.2.3 > shop/cart TCP 8080\n shop/web > shop/cart TCP 8080",
        &Options::default(),
    );
    assert!(specs(&proposal).iter().all(|(name, _)| name != "cart"), "it would be closed to 10.1.2.3");
    assert!(
        refusals(&proposal).contains("nobody knows whose address 10.1.2.3 is"),
        "{}",
        refusals(&proposal)
    );
}

#[test]
fn every_port_of_another_protocol_is_not_the_port_that_is_needed() {
    let policy = |ports: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: cart, namespace: shop}}\nspec:\n  \
             podSelector: {{matchLabels: {{app: cart}}}}\n  ingress:\n  - from:\n    - podSelector: {{matchLabels: {{app: \
             web}}}}\n    ports:\n{ports}{}",
            shop()
        )
    };
    let before = policy("    - {protocol: UDP}\n    - {protocol: TCP, port: 8080}\n");
    let (after, proposal) = refined(&before, &record("shop/web > shop/cart TCP 8080"));
    assert_eq!(after, policy("    - {protocol: TCP, port: 8080}\n"), "{}", refusals(&proposal));
}

#[test]
fn clients_need_no_service() {
    let proposal = created(&shop(), "shop/worker > shop/cart TCP 8080", &Options::default());
    let cart = specs(&proposal).into_iter().find(|(name, _)| name == "cart").expect("a policy").1;
    assert!(cart.contains("app: worker"), "{cart}");
}

#[test]
fn each_direction_keeps_its_own_port() {
    let lines = "shop/web > shop/cart TCP 8080\n shop/cart > shop/web TCP 9090";
    let proposal = created(&shop(), lines, &Options::default());
    let cart = specs(&proposal).into_iter().find(|(name, _)| name == "cart").expect("a policy").1;
    let (ingress, egress) = cart.split_once("egress:").expect("both directions");
    assert!(ingress.contains("8080") && !ingress.contains("9090"), "{cart}");
    assert!(egress.contains("9090") && !egress.contains("8080"), "{cart}");
}

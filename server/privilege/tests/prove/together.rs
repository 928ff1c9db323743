//! Objects of several families, compared together.

use crate::support::{RBAC, check, proved};
use leastwise_privilege::Needed;

fn deployment(account: &str) -> String {
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: cart, namespace: shop}}\nspec:\n  \
         template:\n    spec: {{serviceAccountName: {account}, containers: [{{name: c, image: 'c:1'}}]}}\n"
    )
}

fn bound(account: &str, resources: &str) -> String {
    format!(
        "---\napiVersion: {RBAC}\nkind: Role\nmetadata: {{name: {account}, namespace: shop}}\nrules: [{{apiGroups: \
         [''], resources: {resources}, verbs: [get]}}]\n---\napiVersion: {RBAC}\nkind: RoleBinding\nmetadata: {{name: \
         {account}, namespace: shop}}\nroleRef: {{kind: Role, name: {account}}}\nsubjects: [{{kind: ServiceAccount, \
         name: {account}}}]\n"
    )
}

#[test]
fn an_account_is_as_much_as_it_may_do() {
    let roles = bound("strong", "[pods, secrets]") + &bound("weak", "[pods]");
    check(
        &(deployment("strong") + &roles),
        &(deployment("weak") + &roles),
        "
        narrower
        - acts as the service account strong (Deployment cart spec.template.spec.serviceAccountName)
        ",
    );
    let twin = bound("twin", "[pods]");
    check(&(deployment("weak") + &roles + &twin), &(deployment("twin") + &roles + &twin), "equal");
}

#[test]
fn data_of_applications_grants_nothing() {
    let map = |value: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, namespace: shop}}\ndata: {{a: {value}}}\n"
        )
    };
    check(&map("b"), &map("c"), "equal");
    let assumptions = proved(&map("b"), &map("c"), &Needed::default()).comparison.assumptions;
    assert_eq!(
        assumptions,
        ["what else changes in objects of kind ConfigMap lets nobody ask, connect or run anything"]
    );
}

#[test]
fn kinds_that_nobody_knows_are_not_decided() {
    let made = |size: u32| {
        format!("apiVersion: example.com/v1\nkind: Thing\nmetadata: {{name: a}}\nspec: {{size: {size}}}\n")
    };
    check(&made(1), &made(2), "undecided\n? the meaning of spec.size in Thing a is not judged");
    check(&made(1), &made(1), "equal");
}

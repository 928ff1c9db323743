//! What the objects of a workspace say about each other.

use crate::unindent;
use leastwise_manifest::{Workspace, objects};

/// Gives a source's text to the workspace; whether that changed anything for others.
fn update(workspace: &mut Workspace, source: &str, text: &str) -> bool {
    let stream = leastwise_yaml::parse(&unindent(text));
    let objects: Vec<_> = stream.documents().iter().flat_map(|placed| objects(&placed.document)).collect();
    workspace.update(source, &objects)
}

#[test]
fn service_accounts_are_found_by_namespace_and_name() {
    let mut workspace = Workspace::default();
    assert!(update(
        &mut workspace,
        "accounts.yaml",
        "
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: cart, namespace: shop}
        automountServiceAccountToken: no
        ---
        apiVersion: v1
        kind: List
        items:
        - {apiVersion: v1, kind: ServiceAccount, metadata: {name: till}, automountServiceAccountToken: true}
        - {apiVersion: v1, kind: ServiceAccount, metadata: {name: hidden}, automountServiceAccountToken: '{{ . }}'}
        - {apiVersion: v1, kind: ServiceAccount, metadata: {}}
        - {apiVersion: iam.example/v1, kind: ServiceAccount, metadata: {name: other}}
        ",
    ));
    let token =
        |namespace, name| workspace.service_account(namespace, name).map(|account| account.automount_token);
    assert_eq!(token(Some("shop"), "cart"), Some(Some(false)));
    assert_eq!(token(None, "till"), Some(Some(true)));
    assert_eq!(token(None, "hidden"), Some(None));
    assert_eq!(token(None, "cart"), None, "no namespace is not just any namespace");
    assert_eq!(token(Some("shop"), "till"), None);
    assert_eq!(token(None, "other"), None);
}

#[test]
fn a_source_replaces_what_it_said_and_says_whether_that_matters() {
    let account = |automount: bool| {
        format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: cart}}\nautomountServiceAccountToken: {automount}\n"
        )
    };
    let mut workspace = Workspace::default();
    assert!(
        !update(&mut workspace, "a.yaml", "apiVersion: v1\nkind: Pod\n"),
        "pods inherit nothing from pods"
    );
    assert!(update(&mut workspace, "a.yaml", &account(true)));
    assert!(!update(&mut workspace, "a.yaml", &format!("# a comment\n{}", account(true))));
    assert!(update(&mut workspace, "a.yaml", &account(false)));
    assert_eq!(workspace.service_account(None, "cart").unwrap().automount_token, Some(false));
    assert!(update(&mut workspace, "a.yaml", ""));
    assert!(workspace.service_account(None, "cart").is_none());
}

#[test]
fn of_two_sources_the_first_by_name_wins() {
    let mut workspace = Workspace::default();
    for (source, automount) in [("b.yaml", true), ("a.yaml", false), ("c.yaml", true)] {
        let text = format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: cart}}\nautomountServiceAccountToken: {automount}\n"
        );
        update(&mut workspace, source, &text);
    }
    assert_eq!(workspace.service_account(None, "cart").unwrap().automount_token, Some(false));
}

//! The objects of a workspace, and who is to be asked again.

use crate::{document, unindent};
use leastwise_manifest::{Declarations, Declared, Namespace, View, Workspace, objects};

/// Gives a source's text to the workspace; whether that changed anything for others.
fn update(workspace: &mut Workspace, source: &str, text: &str) -> bool {
    workspace.update(Declarations::of(source, &leastwise_yaml::parse(&unindent(text))))
}

fn account(automount: bool) -> String {
    format!(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: cart}}\nautomountServiceAccountToken: {automount}\n"
    )
}

#[test]
fn objects_are_found_by_kind_namespace_and_name() {
    let mut workspace = Workspace::default();
    assert!(update(
        &mut workspace,
        "accounts.yaml",
        "
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: cart, namespace: shop}
        ---
        apiVersion: v1
        kind: List
        items:
        - {apiVersion: v1, kind: ServiceAccount, metadata: {name: till}}
        - {apiVersion: v1, kind: ServiceAccount, metadata: {name: hidden, namespace: '{{ .Release.Namespace }}'}}
        - {apiVersion: v1, kind: ConfigMap, metadata: {name: till}}
        ",
    ));
    let view = View::new(&workspace);
    let is_known = |home, name| view.named("ServiceAccount", home, name).is_some();
    assert!(is_known(Namespace::Named("shop"), "cart"));
    assert!(is_known(Namespace::Unsaid, "till"), "objects without a namespace are applied together");
    assert!(!is_known(Namespace::Unsaid, "cart"), "no namespace is not just any namespace");
    assert!(!is_known(Namespace::Named("shop"), "till"));
    assert!(!is_known(Namespace::Named("shop"), "hidden"));

    let may_be = |home, name| view.may_have("ServiceAccount", home, name);
    assert!(may_be(Namespace::Named("shop"), "till"), "it may be applied to any namespace");
    assert!(may_be(Namespace::Named("shop"), "hidden"));
    assert!(!may_be(Namespace::Named("other"), "cart"));
    assert!(!may_be(Namespace::Named("shop"), "nobody"));
    assert_eq!(view.of_kind("ServiceAccount").count(), 3);
    assert_eq!(view.of_kind("ConfigMap").count(), 1);
}

#[test]
fn workloads_of_every_kind_are_one_topic() {
    let mut workspace = Workspace::default();
    update(
        &mut workspace,
        "all.yaml",
        "
        apiVersion: v1
        kind: Pod
        metadata: {name: one}
        spec: {containers: [{image: a}]}
        ---
        # A comment
        apiVersion: example.com/v1
        kind: Shop
        metadata: {name: two}
        spec: {template: {spec: {containers: [{image: b}]}}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: three}
        ",
    );
    let view = View::new(&workspace);
    let workloads: Vec<_> = view.workloads().map(|one| (one.object().name(), one.row)).collect();
    assert_eq!(workloads, [(Some("one"), 0), (Some("two"), 4)]);
}

#[test]
fn an_object_is_the_same_wherever_it_is_declared() {
    let mut workspace = Workspace::default();
    update(&mut workspace, "a.yaml", &account(true));
    let view = View::new(&workspace);
    let declared = view.of_kind("ServiceAccount").next().expect("it was declared");
    for (text, is_same) in [
        (account(false), true),
        (account(true).replace("cart", "till"), false),
        (account(true).replace("name: cart", "name: cart, namespace: shop"), false),
    ] {
        let document = document(&text);
        assert_eq!(declared.is_same(&objects(&document)[0]), is_same, "{text}");
    }
}

#[test]
fn a_source_replaces_what_it_said_and_says_whether_that_matters() {
    let mut workspace = Workspace::default();
    assert!(!update(&mut workspace, "a.yaml", "apiVersion: example/v1\nkind: Unheard\n"));
    assert!(update(&mut workspace, "a.yaml", &account(true)));
    assert!(!update(&mut workspace, "a.yaml", &format!("# a comment\n{}", account(true))));
    assert!(update(&mut workspace, "a.yaml", &account(false)));
    assert!(update(&mut workspace, "a.yaml", ""));
    assert_eq!(View::new(&workspace).of_kind("ServiceAccount").count(), 0);
}

#[test]
fn who_asked_for_a_kind_is_asked_again_when_it_changes() {
    let mut workspace = Workspace::default();
    update(&mut workspace, "a.yaml", &account(true));
    let view = View::new(&workspace);
    assert_eq!(view.of_kind("ServiceAccount").count() + view.of_kind("Service").count(), 1);
    let consulted = view.consulted();
    assert!(consulted.is_current(&workspace));

    let mut other = workspace.clone();
    update(&mut other, "b.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n");
    assert!(consulted.is_current(&other), "nobody asked for ConfigMaps");
    update(&mut other, "b.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: x}\n");
    assert!(!consulted.is_current(&other), "that there was none was an answer, too");
    assert!(consulted.is_current(&workspace));
}

#[test]
fn who_runs_a_workload_is_known_of_all_its_containers() {
    let mut workspace = Workspace::default();
    update(
        &mut workspace,
        "web.yaml",
        "
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          serviceAccountName: shop
          securityContext: {runAsUser: 1}
          containers:
          - name: web
          - {name: proxy, securityContext: {runAsUser: 2}}
          initContainers:
          - {name: init, securityContext: {runAsUser: \"{{ .Values.user }}\"}}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: mapped}
        spec:
          hostUsers: false
          securityContext: {runAsUser: 1}
          containers: [{name: web}]
        ",
    );
    let view = View::new(&workspace);
    let runs_as: Vec<_> = view.workloads().map(|one| one.runs_as().clone()).collect();
    assert_eq!(runs_as[0].service_accounts, ["shop"]);
    assert_eq!(runs_as[0].users, [1, 2]);
    assert_eq!(runs_as[1].service_accounts, ["default"]);
    assert_eq!(runs_as[1].users, [0; 0]);
}

#[test]
fn what_may_be_the_same_object_is_no_other() {
    let web = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: []}\n";
    let mut workspace = Workspace::default();
    update(&mut workspace, "web.yaml", web);
    let view = View::new(&workspace);
    let declared = view.workloads().next().unwrap();
    for (metadata, is_other) in [
        ("{name: web, namespace: shop}", false),
        ("{name: web}", false),
        ("{name: web, namespace: \"{{ .Values.namespace }}\"}", false),
        ("{name: \"{{ .Values.name }}\", namespace: shop}", false),
        ("{name: proxy, namespace: shop}", true),
        ("{name: web, namespace: other}", true),
    ] {
        let text = web.replace("{name: web, namespace: shop}", metadata);
        let stream = leastwise_yaml::parse(&text);
        let object = &objects(&stream.documents()[0].document)[0];
        assert_eq!(declared.is_other(object), is_other, "{metadata}");
    }
    let job = web.replace("kind: Pod", "kind: Job");
    let stream = leastwise_yaml::parse(&job);
    assert!(declared.is_other(&objects(&stream.documents()[0].document)[0]));
}

#[test]
fn who_asked_for_names_of_workloads_is_asked_again_only_when_those_change() {
    let pod = |name: &str, image: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{containers: [{{image: {image}}}]}}\n"
        )
    };
    let mut workspace = Workspace::default();
    update(&mut workspace, "a.yaml", &pod("web", "a"));
    let view = View::new(&workspace);
    assert_eq!(view.workload_names().count(), 1);
    let consulted = view.consulted();
    assert!(update(&mut workspace, "a.yaml", &pod("web", "b")));
    assert!(consulted.is_current(&workspace));
    update(&mut workspace, "a.yaml", &pod("api", "b"));
    assert!(!consulted.is_current(&workspace));
}

#[test]
fn workloads_whose_pods_cannot_be_seen_are_told_apart() {
    let mut workspace = Workspace::default();
    let hidden = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  template:\n    {{- include \"pod\" . | nindent 4 }}\n";
    update(&mut workspace, "a.yaml", hidden);
    update(
        &mut workspace,
        "b.yaml",
        "apiVersion: example.com/v1\nkind: Deployment\nmetadata: {name: other}\n",
    );
    let view = View::new(&workspace);
    assert_eq!(view.workloads().count(), 0);
    let names: Vec<_> = view.hidden_workloads().map(Declared::name).collect();
    assert_eq!(names, [Some("web")]);
    assert!(view.may_hide_pods(Namespace::Named("shop")));
    assert!(!view.may_hide_pods(Namespace::Named("other")));
}

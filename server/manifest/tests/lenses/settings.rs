//! What a field says, in three values: set, unset and unknown.

use crate::document;
use leastwise_manifest::{Setting, boolean, integer, objects, pod_specs, string};
use std::fmt::Debug;

fn answer<T: Debug>(setting: Setting<'_, T>) -> String {
    match setting {
        Setting::Set(value, _) => format!("{value:?}"),
        Setting::Unset => "unset".to_owned(),
        Setting::Unknown => "unknown".to_owned(),
    }
}

/// The field `a.b` as a boolean, a whole number and a string.
fn answers(text: &str) -> [String; 3] {
    let document = document(text);
    let root = document.root();
    let keys = &["a", "b"];
    [answer(boolean(root, keys)), answer(integer(root, keys)), answer(string(root, keys))]
}

#[test]
fn a_value_of_the_fields_type_is_set() {
    assert_eq!(answers("a: {b: yes}"), ["true", "unknown", "unknown"]);
    assert_eq!(answers("a: {b: 0x10}"), ["unknown", "16", "unknown"]);
    assert_eq!(answers("a: {b: \"true\"}"), ["unknown", "unknown", "\"true\""]);
    assert_eq!(answers("a: {b: 1.5}"), ["unknown", "unknown", "unknown"]);
    assert_eq!(answers("a: {b: {}}"), ["unknown", "unknown", "unknown"]);
}

#[test]
fn absent_and_null_are_unset() {
    for text in ["{}", "a: {}", "a:", "a: null", "a: {b: }", "a: {b: ~}", "a:\n  b:\n  c: 1\n", ""] {
        assert_eq!(answers(text), ["unset", "unset", "unset"], "{text:?}");
    }
}

#[test]
fn what_holds_the_field_must_be_a_mapping() {
    for text in ["a: text", "a: [b]", "- a", "a: true"] {
        assert_eq!(answers(text), ["unknown", "unknown", "unknown"], "{text:?}");
    }
}

#[test]
fn a_template_hides_the_answer_where_it_may_bring_the_field() {
    for text in [
        "a: {{ .Values.a }}\n",
        "a:\n  b: {{ .Values.b }}\n",
        "a:\n  {{- toYaml .Values.a | nindent 2 }}\n",
        "a:\n  c: 1\n  {{- toYaml .Values.a | nindent 2 }}\n",
        "c: 1\n{{- toYaml .Values.a | nindent 0 }}\n",
    ] {
        assert_eq!(answers(text), ["unknown", "unknown", "unknown"], "{text:?}");
    }
}

#[test]
fn a_template_beside_the_field_hides_nothing() {
    assert_eq!(answers("a:\n  b: true\n  c: {{ .Values.c }}\n"), ["true", "unknown", "unknown"]);
    assert_eq!(answers("a:\n  c: {{ .Values.c }}\n"), ["unset", "unset", "unset"]);
    assert_eq!(
        answers("a:\n  b: true\n{{- if .Values.c }}\nc: 1\n{{- end }}\n"),
        ["true", "unknown", "unknown"]
    );
}

#[test]
fn aliases_and_merge_keys_are_looked_through() {
    assert_eq!(answers("x: &x {b: true}\na: *x\n"), ["true", "unknown", "unknown"]);
    assert_eq!(answers("x: &x {b: true}\na:\n  <<: *x\n"), ["true", "unknown", "unknown"]);
    assert_eq!(answers("x: &x {b: true}\na:\n  <<: *x\n  b: false\n"), ["false", "unknown", "unknown"]);
    assert_eq!(answers("x: &x true\na: {b: *x}\n"), ["true", "unknown", "unknown"]);
    assert_eq!(answers("a: *nowhere\n"), ["unknown", "unknown", "unknown"]);
}

#[test]
fn of_repeated_keys_the_last_counts() {
    assert_eq!(answers("a: {b: true, b: false}"), ["false", "unknown", "unknown"]);
}

#[test]
fn broken_text_says_nothing() {
    assert_eq!(answers("a:\n  b: [true\n")[0], "unknown");
}

#[test]
fn a_container_inherits_what_it_leaves_unset_and_not_what_is_hidden() {
    let user = |pod: &str, container: &str| {
        let document = document(&format!(
            "apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {pod}\n  containers:\n  - name: web\n    securityContext: {container}\n"
        ));
        let pods = pod_specs(&objects(&document)[0]);
        let container = &pods[0].containers()[0];
        answer(container.security_integer(&["runAsUser"]).or(pods[0].security_integer(&["runAsUser"])))
    };
    assert_eq!(user("{runAsUser: 1}", "{runAsUser: 2}"), "2");
    assert_eq!(user("{runAsUser: 1}", "{}"), "1");
    assert_eq!(user("{runAsUser: 1}", ""), "1");
    assert_eq!(user("{runAsUser: 1}", "{runAsUser: null}"), "1");
    assert_eq!(user("{runAsUser: 1}", "{{ .Values.context }}"), "unknown");
    assert_eq!(user("{{ .Values.context }}", "{runAsUser: 2}"), "2");
    assert_eq!(user("{{ .Values.context }}", "{}"), "unknown");
    assert_eq!(user("", ""), "unset");
}

#[test]
fn the_helpers_of_pods_and_containers_read_their_own_fields() {
    let document = document(
        "
        apiVersion: v1
        kind: Pod
        spec:
          hostPID: true
          serviceAccountName: cart
          securityContext: {runAsNonRoot: true, runAsUser: 7, fsGroupChangePolicy: Always}
          containers:
          - name: web
            securityContext: {privileged: false, runAsGroup: 8, capabilities: {add: [KILL]}, procMount: Default}
        ",
    );
    let pods = pod_specs(&objects(&document)[0]);
    let pod = &pods[0];
    let container = &pod.containers()[0];
    assert_eq!(pod.boolean(&["hostPID"]).known(), Some(true));
    assert_eq!(pod.string(&["serviceAccountName"]).known(), Some("cart"));
    assert_eq!(pod.security_boolean(&["runAsNonRoot"]).known(), Some(true));
    assert_eq!(pod.security_integer(&["runAsUser"]).known(), Some(7));
    assert_eq!(pod.security_string(&["fsGroupChangePolicy"]).known(), Some("Always"));
    assert_eq!(pod.security_path(&["runAsUser"]).to_string(), "spec.securityContext.runAsUser");
    assert_eq!(container.security_boolean(&["privileged"]).known(), Some(false));
    assert_eq!(container.security_integer(&["runAsGroup"]).known(), Some(8));
    assert_eq!(container.security_string(&["procMount"]).known(), Some("Default"));
    assert!(container.security(&["capabilities", "add"]).entry().is_some());
    assert!(container.security(&["capabilities", "drop"]).entry().is_none());
    assert_eq!(
        container.security_path(&["privileged"]).to_string(),
        "spec.containers[0].securityContext.privileged"
    );
}

//! Labels and selectors.

use crate::document;
use leastwise_manifest::{Labels, Selector, objects, pod_specs};
use leastwise_yaml::Path;

/// Whether the selector (in flow style) matches the labels.
fn matches(selector: &str, labels: &str) -> Option<bool> {
    let document = document(&format!("selector: {selector}\nlabels: {labels}\n"));
    let selector = Selector::of(document.root().get("selector")).expect("a selector");
    selector.matches(&Labels::of(document.root().get("labels")))
}

#[test]
fn the_whole_selector_counts() {
    for (selector, labels, expected) in [
        ("{}", "{app: web}", Some(true)),
        ("{matchLabels: {app: web}}", "{app: web, tier: front}", Some(true)),
        ("{matchLabels: {app: web, tier: back}}", "{app: web, tier: front}", Some(false)),
        ("{matchLabels: {app: web}}", "{}", Some(false)),
        ("{matchExpressions: [{key: app, operator: In, values: [a, web]}]}", "{app: web}", Some(true)),
        ("{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}", "{app: web}", Some(false)),
        ("{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}", "{}", Some(true)),
        ("{matchExpressions: [{key: app, operator: Exists}]}", "{app: ''}", Some(true)),
        ("{matchExpressions: [{key: app, operator: DoesNotExist}]}", "{app: web}", Some(false)),
        (
            "{matchLabels: {app: web}, matchExpressions: [{key: x, operator: Exists}]}",
            "{app: web}",
            Some(false),
        ),
        // Numbers without quotes are meant as text.
        ("{matchLabels: {version: '1'}}", "{version: 1}", Some(true)),
    ] {
        assert_eq!(matches(selector, labels), expected, "{selector} on {labels}");
    }
}

#[test]
fn what_a_template_hides_is_not_known() {
    for (selector, labels, expected) in [
        ("{matchLabels: {app: '{{ .Chart.Name }}'}}", "{app: web}", None),
        ("{matchLabels: {app: web}}", "{app: '{{ .Chart.Name }}'}", None),
        ("{matchLabels: {app: web}}", "'{{ .Values.labels }}'", None),
        ("{matchExpressions: [{key: app, operator: Exists}]}", "{app: '{{ .Chart.Name }}'}", Some(true)),
        // One thing that is known not to hold settles it.
        ("{matchLabels: {app: '{{ .Chart.Name }}', tier: back}}", "{app: web, tier: front}", Some(false)),
        ("{matchExpressions: [{key: app, operator: '{{ .o }}'}]}", "{app: web}", None),
    ] {
        assert_eq!(matches(selector, labels), expected, "{selector} on {labels}");
    }
}

#[test]
fn a_service_selects_by_plain_labels() {
    let document = document("selector: {app: web}\nempty: {}\nnothing: null\nlabels: {app: web}\n");
    let selector = |key| Selector::of_labels(document.root().get(key));
    let labels = Labels::of(document.root().get("labels"));
    assert_eq!(selector("selector").map(|selector| selector.matches(&labels)), Some(Some(true)));
    assert!(selector("empty").is_some_and(|selector| selector.is_empty()));
    assert_eq!(selector("nothing"), None);
    assert_eq!(selector("absent"), None);
}

#[test]
fn pods_have_the_labels_of_their_template() {
    let document = document(
        "
        apiVersion: apps/v1
        kind: Deployment
        metadata: {labels: {app: outer}}
        spec: {template: {metadata: {labels: {app: web}}, spec: {containers: []}}}
        ",
    );
    let object = &objects(&document)[0];
    assert_eq!(pod_specs(object)[0].labels().known, [("app", Some("web"))]);
    assert_eq!(object.path, Path::root());
}

#[test]
fn a_template_without_metadata_has_no_labels() {
    let document =
        document("apiVersion: apps/v1\nkind: Deployment\nspec: {template: {spec: {containers: []}}}\n");
    assert_eq!(pod_specs(&objects(&document)[0])[0].labels(), Labels::default());
}

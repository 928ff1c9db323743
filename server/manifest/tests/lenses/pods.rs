//! Pod specs and containers, wherever they stand.

use crate::document;
use leastwise_manifest::{objects, pod_specs};

/// Each pod spec as `path (metadata path): containers`, each container as `list[n] name`.
fn found(text: &str) -> Vec<String> {
    let document = document(text);
    let mut found = Vec::new();
    for object in objects(&document) {
        for pod in pod_specs(&object) {
            let containers = pod.containers();
            let containers = containers.iter().map(|container| {
                let place = container.path.relative_to(&pod.path).unwrap_or_default();
                assert_eq!(document.at(&container.path), Some(container.node), "the path leads there");
                format!("{place} {}", container.name().unwrap_or("-"))
            });
            let containers: Vec<_> = containers.collect();
            assert_eq!(document.at(&pod.path), Some(pod.node), "the path leads there");
            found.push(format!("{} ({}): {}", pod.path, pod.metadata, containers.join(", ")));
        }
    }
    found
}

#[test]
fn each_kind_has_its_template_elsewhere() {
    for (version, kind, path) in [
        ("v1", "Pod", ""),
        ("v1", "ReplicationController", "spec.template"),
        ("v1", "PodTemplate", "template"),
        ("apps/v1", "Deployment", "spec.template"),
        ("apps/v1", "ReplicaSet", "spec.template"),
        ("apps/v1", "StatefulSet", "spec.template"),
        ("apps/v1", "DaemonSet", "spec.template"),
        ("apps/v1beta2", "Deployment", "spec.template"),
        ("extensions/v1beta1", "DaemonSet", "spec.template"),
        ("batch/v1", "Job", "spec.template"),
        ("batch/v1beta1", "CronJob", "spec.jobTemplate.spec.template"),
    ] {
        let mut body = "{metadata: {}, spec: {containers: [{name: web}]}}".to_owned();
        for key in path.split('.').rev().filter(|key| !key.is_empty()) {
            body = format!("{{{key}: {body}}}");
        }
        let text = format!("{{apiVersion: {version}, kind: {kind}, {}", &body[1..]);
        let dot = if path.is_empty() { "" } else { "." };
        assert_eq!(
            found(&text),
            [format!("{path}{dot}spec ({path}{dot}metadata): containers[0] web")],
            "{version} {kind}"
        );
    }
}

#[test]
fn all_three_lists_are_looked_at_and_what_is_no_container_is_left_out() {
    assert_eq!(
        found(
            "
            apiVersion: v1
            kind: Pod
            spec:
              ephemeralContainers:
              - name: debug
              initContainers:
              - name: 1
              - null
              - text
              containers:
              - image: web
              - name:
              - *nowhere
            "
        ),
        [
            "spec (metadata): containers[0] -, containers[1] -, initContainers[0] 1, ephemeralContainers[0] debug"
        ]
    );
}

#[test]
fn other_kinds_of_kubernetes_have_no_pods() {
    for (version, kind) in [("v1", "ConfigMap"), ("apps/v1", "Pod"), ("networking.k8s.io/v1", "Ingress")] {
        let text = format!(
            "{{apiVersion: {version}, kind: {kind}, spec: {{template: {{spec: {{containers: [{{image: web}}]}}}}}}}}"
        );
        assert_eq!(found(&text), [""; 0], "{kind}");
    }
    // The schema of a custom resource names containers without having any.
    assert_eq!(
        found(
            "
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            spec:
              versions:
              - schema:
                  openAPIV3Schema:
                    properties:
                      containers: [{image: web}]
            "
        ),
        [""; 0]
    );
}

#[test]
fn custom_resources_have_pods_by_their_shape() {
    for (text, expected) in [
        (
            "
            apiVersion: argoproj.io/v1alpha1
            kind: Rollout
            spec:
              template:
                metadata: {labels: {app: web}}
                spec:
                  containers:
                  - {name: web, image: web:1}
            ",
            "spec.template.spec (spec.template.metadata): containers[0] web",
        ),
        (
            "
            apiVersion: serving.knative.dev/v1
            kind: Service
            spec:
              template:
                spec:
                  containers:
                  - image: web:1
            ",
            "spec.template.spec (spec.template.metadata): containers[0] -",
        ),
        (
            "
            apiVersion: queue.example/v1
            kind: Worker
            spec:
              podTemplate:
                initContainers: [{name: init, image: init}]
                containers: [{name: work, image: '{{ .Values.image }}'}]
            ",
            "spec.podTemplate (spec.podTemplate.metadata): containers[0] work, initContainers[0] init",
        ),
        (
            "
            apiVersion: batch.example/v1
            kind: Cluster
            spec:
              groups:
              - name: big
              - name: small
                template: {spec: {containers: [{name: head}, {name: work, image: work}]}}
            ",
            "spec.groups[1].template.spec (spec.groups[1].template.metadata): containers[0] head, containers[1] work",
        ),
    ] {
        assert_eq!(found(text), [expected]);
    }
}

#[test]
fn containers_without_an_image_are_no_shape() {
    assert_eq!(
        found(
            "{apiVersion: registry.example/v1, kind: Rack, spec: {containers: [{name: box}, 3, {image: [x]}]}}"
        ),
        [""; 0]
    );
}

#[test]
fn policies_hold_patterns_not_pods() {
    assert_eq!(
        found(
            "{apiVersion: kyverno.io/v1, kind: ClusterPolicy, spec: {rules: [{validate: {pattern: {spec: {containers: [{image: '*'}]}}}}]}}"
        ),
        [""; 0]
    );
}

#[test]
fn a_kind_keeps_its_meaning_under_a_templated_version() {
    assert_eq!(
        found(
            "
            apiVersion: {{ include \"common.capabilities.deployment.apiVersion\" . }}
            kind: Deployment
            spec:
              template:
                spec:
                  containers:
                  - name: web
                    command: [web]
            "
        ),
        ["spec.template.spec (spec.template.metadata): containers[0] web"]
    );
}

#[test]
fn a_pod_spec_under_a_template_is_not_found() {
    assert_eq!(
        found(
            "
            apiVersion: apps/v1
            kind: Deployment
            spec:
              template:
                {{- include \"pod\" . | nindent 4 }}
            "
        ),
        [""; 0]
    );
    assert_eq!(found("{apiVersion: v1, kind: Pod, spec: }"), [""; 0]);
    assert_eq!(found("{apiVersion: v1, kind: Pod, spec: [containers]}"), [""; 0]);
}

#[test]
fn in_a_list_paths_begin_at_the_document() {
    assert_eq!(
        found(
            "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod, spec: {containers: [{name: a}]}}]}"
        ),
        ["items[0].spec (items[0].metadata): containers[0] a"]
    );
}

#[test]
fn windows_says_so() {
    let is_windows = |os: &str| {
        let document = document(&format!("apiVersion: v1\nkind: Pod\nspec:\n  containers: []\n  {os}\n"));
        pod_specs(&objects(&document)[0])[0].is_windows()
    };
    assert_eq!(is_windows("os: {name: windows}"), Some(true));
    assert_eq!(is_windows("os: {name: linux}"), Some(false));
    assert_eq!(is_windows(""), Some(false));
    assert_eq!(is_windows("os: {{ .Values.os }}"), None);
    assert_eq!(is_windows("os: {name: {{ .Values.os }} }"), None);
}

#[test]
fn a_container_is_called_by_its_name_or_its_place() {
    let document = document("{apiVersion: v1, kind: Pod, spec: {containers: [{name: web}, {image: x}]}}");
    let titles: Vec<_> =
        pod_specs(&objects(&document)[0])[0].containers().iter().map(|container| container.title()).collect();
    assert_eq!(titles, ["container \"web\"", "the container at spec.containers[1]"]);
}

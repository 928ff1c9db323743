//! Which objects are the same, where pods stand in them, and what is not judged.

use crate::support::{check, compared};

#[test]
fn every_workload_has_its_pods() {
    let template = |host: &str| format!("{{spec: {{{host}containers: [{{name: web, image: web}}]}}}}");
    for (version, kind, open, close, path) in [
        ("v1", "ReplicationController", "{template: ", "}", "spec.template"),
        ("apps/v1", "Deployment", "{template: ", "}", "spec.template"),
        ("apps/v1", "StatefulSet", "{serviceName: db, template: ", "}", "spec.template"),
        ("apps/v1", "DaemonSet", "{template: ", "}", "spec.template"),
        ("apps/v1", "ReplicaSet", "{template: ", "}", "spec.template"),
        ("batch/v1", "Job", "{template: ", "}", "spec.template"),
        ("batch/v1", "CronJob", "{jobTemplate: {spec: {template: ", "}}}", "spec.jobTemplate.spec.template"),
        ("argoproj.io/v1alpha1", "Rollout", "{template: ", "}", "spec.template"),
    ] {
        let object = |host: &str| {
            format!(
                "apiVersion: {version}\nkind: {kind}\nmetadata: {{name: shop}}\nspec: {open}{}{close}\n",
                template(host)
            )
        };
        check(
            &object("hostNetwork: true, "),
            &object(""),
            &format!("narrower\n- shop shares the node's network ({path}.spec.hostNetwork)\n"),
        );
    }
}

#[test]
fn an_object_on_one_side_gains_or_loses_all_it_grants() {
    check(
        "
        apiVersion: v1
        kind: Pod
        metadata: {name: shop}
        spec:
          automountServiceAccountToken: false
          hostUsers: false
          hostPID: true
          securityContext:
            supplementalGroupsPolicy: Strict
          containers:
          - name: web
            image: web
            securityContext: {privileged: true, runAsUser: 7, readOnlyRootFilesystem: true}
        ",
        "",
        "
        narrower
        - shop runs (spec)
        - web runs (spec.containers[0])
        - web runs privileged, with all devices and capabilities of the node (spec.containers[0].securityContext.privileged)
        - shop sees and signals the node's processes (spec.hostPID)
        ",
    );
}

#[test]
fn the_name_makes_the_object() {
    let pod = |name: &str, host: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{{name}}}\nspec: {{{host}containers: [{{name: web, image: web}}]}}\n"
        )
    };
    // The order of the documents does not matter.
    let one = pod("name: one", "hostPID: true, ");
    let two = pod("name: two", "");
    check(&format!("{one}---\n{two}"), &format!("{two}---\n{one}"), "equal\n");
    // What has no name is matched by its place.
    check(
        &pod("", "hostPID: true, "),
        &pod("", ""),
        "narrower\n-  sees and signals the node's processes (spec.hostPID)\n",
    );
    // The same pod elsewhere is another pod.
    let moved = compared(&pod("name: one, namespace: a", ""), &pod("name: one, namespace: b", ""));
    assert_eq!(moved.verdict, leastwise_privilege::Verdict::Incomparable);
    // A namespace that one side leaves open may be the other's.
    check(
        &pod("name: one", "hostPID: true, "),
        &pod("name: one, namespace: b", ""),
        "narrower\n- one sees and signals the node's processes (spec.hostPID)\n",
    );
}

#[test]
fn items_of_a_list_are_objects() {
    check(
        "
        apiVersion: v1
        kind: List
        items:
        - apiVersion: v1
          kind: Pod
          metadata: {name: one}
          spec: {hostIPC: true, containers: [{name: web, image: web}]}
        - apiVersion: v1
          kind: Pod
          metadata: {name: two}
          spec: {hostIPC: true, containers: [{name: web, image: web}]}
        ",
        "
        apiVersion: v1
        kind: Pod
        metadata: {name: two}
        spec: {containers: [{name: web, image: web}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: one}
        spec: {hostIPC: true, containers: [{name: web, image: web}]}
        ",
        "
        narrower
        - two shares the node's inter-process communication (spec.hostIPC)
        ",
    );
}

#[test]
fn a_namespace_admits_pods_up_to_a_profile() {
    let namespace = |labels: &str| {
        format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: {{{labels}}}}}\n")
    };
    let enforce = |level: &str| namespace(&format!("pod-security.kubernetes.io/enforce: {level}"));
    check(
        &namespace(""),
        &enforce("baseline"),
        "
        narrower
        - shop admits privileged pods, unless the cluster has a stricter default (metadata.labels[\"pod-security.kubernetes.io/enforce\"])
        ",
    );
    check(
        &enforce("restricted"),
        &enforce("baseline"),
        "
        broader
        + shop admits baseline pods (version latest) (metadata.labels[\"pod-security.kubernetes.io/enforce\"])
        ",
    );
    check(
        &enforce("privileged"),
        &namespace(""),
        "
        narrower
        - shop admits privileged pods (metadata.labels[\"pod-security.kubernetes.io/enforce\"])
        ",
    );
    check(
        &enforce("restricted, pod-security.kubernetes.io/enforce-version: v1.30"),
        &enforce("restricted"),
        "
        incomparable
        - shop admits restricted pods (version v1.30) (metadata.labels[\"pod-security.kubernetes.io/enforce\"])
        + shop admits restricted pods (version latest) (metadata.labels[\"pod-security.kubernetes.io/enforce\"])
        ",
    );
    check(&namespace("pod-security.kubernetes.io/warn: restricted"), &namespace(""), "equal\n");
}

#[test]
fn what_is_outside_of_the_order_is_taken_to_be_of_no_account() {
    let deployment = |replicas: u8, image: &str| {
        format!(
            "\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: cart, namespace: shop}}
spec:
  replicas: {replicas}
  template:
    spec:
      containers:
      - {{name: web, image: {image}}}
"
        )
    };
    check(&deployment(1, "web:1"), &deployment(2, "web:2"), "equal\n");
    let assumptions = compared(&deployment(1, "web:1"), &deployment(2, "web:2")).assumptions;
    assert_eq!(
        assumptions,
        [
            "Deployment shop/cart: spec.replicas may change without a change of privilege",
            "container \"web\" of Deployment shop/cart: image may change without a change of privilege",
        ]
    );
    assert!(compared(&deployment(1, "web:1"), &deployment(1, "web:1")).assumptions.is_empty());
}

#[test]
fn other_kinds_are_equal_or_undecided() {
    let claim = |mode: &str| {
        format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: c}}\nspec: {{volumeMode: {mode}}}\n"
        )
    };
    check(&claim("Block"), &format!("{}# both\n", claim("'Block'")), "equal\n");
    check(
        &claim("Block"),
        &claim("Filesystem"),
        "
        undecided
        ? the meaning of spec.volumeMode in PersistentVolumeClaim c is not judged
        ",
    );
    check(&claim("Block"), "", "undecided\n? what PersistentVolumeClaim c means is not judged\n");
}

#[test]
fn services_are_judged_by_what_they_open() {
    let service = |kind: &str| {
        format!("apiVersion: v1\nkind: Service\nmetadata: {{name: s}}\nspec: {{type: {kind}}}\n")
    };
    check(
        &service("NodePort"),
        &service("ClusterIP"),
        "
        narrower
        - s opens ports on every node (spec.type)
        ",
    );
    check(&service("NodePort"), "", "undecided\n? what Service s means is not judged\n");
}

#[test]
fn a_custom_resource_is_judged_only_by_its_pods() {
    let rollout = |strategy: &str, host: &str| {
        format!(
            "\
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {{name: cart}}
spec:
  strategy: {strategy}
  template:
    spec:
      {host}
      containers:
      - {{name: web, image: web}}
"
        )
    };
    check(
        &rollout("canary", "hostIPC: true"),
        &rollout("canary", "hostIPC: false"),
        "narrower\n- cart shares the node's inter-process communication (spec.template.spec.hostIPC)\n",
    );
    check(
        &rollout("canary", ""),
        &rollout("blue", ""),
        "
        undecided
        ? the meaning of spec.strategy in Rollout cart is not known
        ",
    );
}

//! `leastwise graph`: what a workload may do, as a picture.

use crate::leastwise::Folder;
use serde_json::{Value, json};

const PODS: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: one, namespace: shop}
spec: {containers: [{name: web, image: web:1}]}
---
apiVersion: v1
kind: Pod
metadata: {name: two, namespace: shop}
spec: {containers: [{name: web, image: web:1}]}
";

#[test]
fn one_of_several_workloads_must_be_named() {
    let folder = Folder::of(&[("pods.yaml", PODS)]);
    let ran = folder.run("graph pods.yaml");
    assert_eq!(ran.code, Some(2));
    assert_eq!(ran.err, "error: say with --workload which one is meant:\n  shop/Pod/one\n  shop/Pod/two\n");
    assert_eq!(folder.run("graph pods.yaml --list").out, "shop/Pod/one\nshop/Pod/two\n");
    let ran = folder.run("graph pods.yaml --workload shop/Pod/two");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.starts_with("<svg ") && ran.out.contains("What shop/Pod/two may do"), "{}", ran.out);
    let ran = folder.run("graph pods.yaml --workload shop/Pod/three");
    assert_eq!((ran.code, ran.err.as_str()), (Some(2), "error: shop/Pod/three is not in these files\n"));
}

#[test]
fn programs_get_nodes_and_edges_with_the_place_of_each_in_its_object() {
    let folder = Folder::of(&[("pods.yaml", PODS)]);
    let ran = folder.run("graph pods.yaml --workload shop/Pod/one --format json");
    let graph: Value = serde_json::from_str(&ran.out).expect("JSON");
    let nodes = graph["nodes"].as_array().expect("a list");
    let root =
        nodes.iter().find(|node| node["label"] == "web may write to its root file system").expect("it may");
    assert_eq!(root["kind"], "power");
    assert_eq!(root["path"], "spec.containers[0].securityContext.readOnlyRootFilesystem");
    assert_eq!(
        (&root["filename"], &root["location"]),
        (&json!("pods.yaml"), &json!({"row": 4, "column": 22}))
    );
    assert_eq!(graph["edges"].as_array().map(Vec::len), Some(nodes.len() - 1), "a tree");
    let ran = folder.run("graph pods.yaml --workload shop/Pod/one --format dot -o one.dot");
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""));
    assert!(folder.read("one.dot").starts_with("digraph \"shop/Pod/one\" {\n"));
}

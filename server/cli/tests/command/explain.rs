//! Explanations in the terminal.

use crate::leastwise::{Folder, WEAK};

#[test]
fn a_rule_is_explained_from_its_own_documentation() {
    let ran = Folder::of(&[]).run("explain host-network");
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let beginning = "\
Pod shares the node network namespace (host-network)
error, pod-security, forbidden by baseline, fix: behavioural

The pod runs in the network namespace of its node.

Why
";
    assert!(ran.out.starts_with(beginning), "{}", ran.out);
    assert!(ran.out.contains("\n      hostNetwork: true\n"), "the example: {}", ran.out);
    assert!(ran.out.contains("checkov CKV_K8S_19"), "{}", ran.out);
    assert!(
        ran.out.lines().all(|line| line.chars().count() <= 100 || line.contains("https://")),
        "{}",
        ran.out
    );
}

#[test]
fn an_unknown_rule_is_guessed_at() {
    let folder = Folder::of(&[]);
    for (word, message) in [
        ("host-netwrk", "error: there is no rule \"host-netwrk\"; did you mean host-network?\n"),
        ("CKV_K8S_19", "error: \"CKV_K8S_19\" is another checker's name for host-network\n"),
        ("zzz", "error: there is no rule \"zzz\"; `leastwise rules` lists them\n"),
    ] {
        let ran = folder.run(&format!("explain {word}"));
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(2), "", message));
    }
}

#[test]
fn a_finding_is_shown_before_its_rule_is_explained() {
    let folder = Folder::of(&[("pod.yaml", WEAK)]);
    for place in ["pod.yaml", "pod.yaml:7"] {
        let ran = folder.run(&format!("explain host-network {place}"));
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
        assert!(ran.out.starts_with("error[host-network]: "), "{}", ran.out);
        assert!(ran.out.contains(" --> pod.yaml:7:16\n"), "{}", ran.out);
        assert!(ran.out.contains("\nPod shares the node network namespace (host-network)\n"), "{}", ran.out);
    }
}

#[test]
fn a_place_without_the_finding_is_told_with_those_that_have_it() {
    let folder = Folder::of(&[("pod.yaml", WEAK)]);
    for (arguments, message) in [
        ("host-network pod.yaml:3", "host-network finds nothing at pod.yaml:3; it does in row 7"),
        ("host-pid pod.yaml", "host-pid finds nothing at pod.yaml"),
        ("host-pid gone.yaml:3", "gone.yaml: No such file or directory (os error 2)"),
    ] {
        let ran = folder.run(&format!("explain {arguments}"));
        assert_eq!((ran.code, ran.err), (Some(2), format!("error: {message}\n")));
    }
}

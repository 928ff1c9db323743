//! Configuration files, the flags over them, and the exit code.

use crate::leastwise::{Folder, WEAK};

fn rules(folder: &Folder, arguments: &str) -> Vec<String> {
    let ran = folder.run(&format!("check --format json {arguments}"));
    assert_eq!(ran.err, "");
    let mut rules: Vec<_> = ran.found().into_iter().map(|(rule, ..)| rule).collect();
    rules.dedup();
    rules
}

#[test]
fn the_nearest_configuration_counts_and_flags_count_more() {
    let folder = Folder::of(&[
        (".leastwise.yaml", "select: [host-network]\n"),
        ("pod.yaml", WEAK),
        ("inner/.leastwise.yaml", "select: [root-filesystem-writable]\n"),
        ("inner/deeper/pod.yaml", WEAK),
    ]);
    assert_eq!(rules(&folder, ""), ["root-filesystem-writable", "host-network"], "inner first, by name");
    assert_eq!(rules(&folder, "--select privilege-escalation-allowed"), ["privilege-escalation-allowed"]);
    assert_eq!(rules(&folder, "--ignore host-network"), ["root-filesystem-writable"]);
}

#[test]
fn a_configuration_that_is_wrong_is_named_with_its_place_and_costs_its_own_files_only() {
    let folder = Folder::of(&[
        ("good/pod.yaml", WEAK),
        ("bad/.leastwise.yaml", "# strict\nprofile: strict\n"),
        ("bad/one.yaml", WEAK),
        ("bad/two.yaml", WEAK),
    ]);
    let ran = folder.run("check --format json --select host-network");
    assert_eq!(ran.code, Some(2));
    assert_eq!(ran.found(), [("host-network".to_owned(), "good/pod.yaml".to_owned(), 7)]);
    assert!(ran.err.starts_with("error: bad/.leastwise.yaml:2:10: "), "{}", ran.err);
    assert!(ran.err.contains("strict") && ran.err.lines().count() == 1, "{}", ran.err);
}

#[test]
fn profiles_and_personas_select() {
    let folder = Folder::of(&[("pod.yaml", WEAK)]);
    let of =
        |arguments: &str| rules(&folder, arguments).iter().any(|rule| rule == "privilege-escalation-allowed");
    assert!(of("--profile restricted"));
    assert!(!of("--profile baseline"));
    assert!(!rules(&folder, "--profile privileged").contains(&"host-network".to_owned()));
}

#[test]
fn the_threshold_decides_the_exit_code() {
    let folder = Folder::of(&[("pod.yaml", WEAK)]);
    let code = |arguments: &str| folder.run(&format!("check {arguments}")).code;
    assert_eq!(code("--select root-filesystem-writable"), Some(0), "an info is below the default, warning");
    assert_eq!(code("--select root-filesystem-writable --fail-on info"), Some(1));
    assert_eq!(code("--select privilege-escalation-allowed --fail-on error"), Some(0));
    assert_eq!(code("--select host-network --fail-on error"), Some(1));
    folder.write(".leastwise.yaml", b"failOn: error\n");
    assert_eq!(code("--select privilege-escalation-allowed"), Some(0));
    assert_eq!(code("--select privilege-escalation-allowed --fail-on warning"), Some(1));
}

#[test]
fn words_that_select_nothing_are_refused() {
    let folder = Folder::of(&[("pod.yaml", WEAK)]);
    for (arguments, words) in [
        ("--select host-netwrk", "host-netwrk"),
        ("--profile strict", "[possible values: privileged, baseline, restricted]"),
        ("--kubernetes-version newest", "write it like 1.34"),
        ("--format sarif", "[possible values: human, json, github]"),
    ] {
        let ran = folder.run(&format!("check {arguments}"));
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{arguments}");
        assert!(ran.err.contains(words), "{}", ran.err);
    }
}

#[test]
fn the_schema_knows_every_setting() {
    let ran = Folder::of(&[]).run("configuration-schema");
    let schema: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    for setting in
        ["profile", "kubernetesVersion", "persona", "select", "ignore", "severity", "failOn", "parameters"]
    {
        assert!(schema["properties"][setting]["description"].is_string(), "{setting} in {schema:#}");
    }
}

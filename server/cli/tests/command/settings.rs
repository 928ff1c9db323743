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
fn a_wrong_setting_is_named_with_its_place_and_costs_itself_only() {
    let folder = Folder::of(&[
        ("good/pod.yaml", WEAK),
        ("bad/.leastwise.yaml", "# strict\nprofile: strict\nignore: [host-network]\n"),
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
        ("--format xml", "[possible values: human, json, sarif, junit, github]"),
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
    for setting in [
        "profile",
        "kubernetesVersion",
        "persona",
        "select",
        "ignore",
        "severity",
        "failOn",
        "parameters",
        "exclude",
        "baseline",
        "overrides",
    ] {
        assert!(schema["properties"][setting]["description"].is_string(), "{setting} in {schema:#}");
    }
}

#[test]
fn files_are_excluded_and_overridden_by_their_paths() {
    let settings = "select: [host-network, root-filesystem-writable]\nexclude: [vendored/**]\n\
                    overrides:\n- paths: [charts/**]\n  ignore: [host-network]\n";
    let folder = Folder::of(&[
        (".leastwise.yaml", settings),
        ("charts/web.yaml", WEAK),
        ("pod.yaml", WEAK),
        ("vendored/pod.yaml", WEAK),
    ]);
    let found = folder.run("check --format json").found();
    let found: Vec<_> = found.iter().map(|(rule, file, _)| (rule.as_str(), file.as_str())).collect();
    assert_eq!(
        found,
        [
            ("root-filesystem-writable", "charts/web.yaml"),
            ("host-network", "pod.yaml"),
            ("root-filesystem-writable", "pod.yaml"),
        ]
    );
}

#[test]
fn a_baseline_hides_what_was_there_and_shows_what_is_new() {
    let folder = Folder::of(&[("pod.yaml", WEAK)]);
    let select = "--select host-network,host-pid";
    let written = folder.run(&format!("check {select} --write-baseline known.json"));
    assert_eq!(
        (written.code, written.out.as_str()),
        (Some(0), "1 finding in known.json\n"),
        "{}",
        written.err
    );

    let again = folder.run(&format!("check {select} --format json --baseline known.json"));
    assert_eq!((again.code, again.found()), (Some(0), vec![]), "{}", again.err);
    folder.write(
        "pod.yaml",
        WEAK.replace("hostNetwork: true", "hostNetwork: true\n  hostPID: true").as_bytes(),
    );
    let new = folder.run(&format!("check {select} --format json --baseline known.json")).found();
    assert_eq!(new.len(), 1, "{new:?}");
    assert_eq!(new[0].0, "host-pid");

    folder.write(".leastwise.yaml", b"baseline: known.json\n");
    assert_eq!(folder.run(&format!("check {select} --format json")).found(), new, "as a setting, too");
    let broken = folder.run("check --baseline pod.yaml");
    assert_eq!(broken.code, Some(2));
    assert!(broken.err.starts_with("error: pod.yaml: no baseline: "), "{}", broken.err);
}

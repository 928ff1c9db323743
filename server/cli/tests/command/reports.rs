//! Reports for other programs: they must be what those programs read.

use crate::leastwise::{Folder, WEAK};
use serde_json::Value;

const SCHEMA: &str = include_str!("../schemas/sarif-2.1.0.json");

fn sarif(folder: &Folder, arguments: &str) -> Value {
    let ran = folder.run(&format!("check --format sarif {arguments}"));
    let report: Value =
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error} in {}", ran.out));
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<_> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    report
}

#[test]
fn sarif_is_valid_and_says_everything() {
    let folder = Folder::of(&[("a b/pod.yaml", WEAK)]);
    let report = sarif(&folder, "--select host-network");
    let run = &report["runs"][0];
    let [result] = run["results"].as_array().unwrap().as_slice() else { panic!("{report:#}") };
    assert_eq!(result["ruleId"], "host-network");
    assert_eq!(result["level"], "error");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b/pod.yaml");
    assert_eq!(
        place["region"],
        serde_json::json!({"startLine": 7, "startColumn": 16, "endLine": 7, "endColumn": 20})
    );
    let replacement = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement["deletedRegion"]["startLine"], 7);
    let [rule] = run["tool"]["driver"]["rules"].as_array().unwrap().as_slice() else { panic!("{report:#}") };
    assert_eq!((&rule["id"], &rule["name"]), (&"host-network".into(), &"HostNetwork".into()));
    assert!(rule["help"]["markdown"].as_str().unwrap().contains("## Why"));
}

#[test]
fn sarif_without_findings_is_valid() {
    let folder = Folder::of(&[("pod.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")]);
    assert_eq!(sarif(&folder, "")["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn fingerprints_stay_while_lines_move() {
    let fingerprint = |text: &str| {
        let folder = Folder::of(&[("pod.yaml", text)]);
        let report = sarif(&folder, "--select host-network");
        report["runs"][0]["results"][0]["partialFingerprints"]["leastwise/v1"].clone()
    };
    let before = fingerprint(WEAK);
    assert_eq!(before, fingerprint(&format!("# A comment\n\n{WEAK}")));
    assert_ne!(before, fingerprint(&WEAK.replace("name: agent", "name: other")));
}

#[test]
fn suppressed_findings_are_told_as_such() {
    let text = WEAK.replace(
        "hostNetwork: true",
        "hostNetwork: true # leastwise: ignore[host-network] because it is one",
    );
    let folder = Folder::of(&[("pod.yaml", text.as_str())]);
    let report = sarif(&folder, "--select host-network");
    let suppression = &report["runs"][0]["results"][0]["suppressions"][0];
    assert_eq!(suppression["kind"], "inSource");
    assert_eq!(suppression["justification"], "it is one");

    let folder = Folder::of(&[("pod.yaml", WEAK)]);
    folder.run("check --select host-network --write-baseline known.json");
    let report = sarif(&folder, "--select host-network --baseline known.json");
    assert_eq!(
        report["runs"][0]["results"][0]["suppressions"][0]["kind"], "external",
        "the file says nothing"
    );
}

#[test]
fn places_in_other_files_are_related() {
    let folder = Folder::of(&[
        (
            "account.yaml",
            "# An account\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: default\n  namespace: shop\n",
        ),
        ("pod.yaml", WEAK),
    ]);
    let report = sarif(&folder, "--select service-account-token-mounted");
    let related = &report["runs"][0]["results"][0]["relatedLocations"][0];
    assert_eq!(related["physicalLocation"]["artifactLocation"]["uri"], "account.yaml", "{report:#}");
    assert_eq!(related["physicalLocation"]["region"]["startLine"], 5);
    let found = folder.run("check --format json --select service-account-token-mounted").json();
    assert_eq!(found[0]["related"][0]["location"]["row"], 5, "{found:?}");
}

#[test]
fn junit_has_a_failure_for_what_fails_the_check() {
    let folder = Folder::of(&[("pod.yaml", WEAK)]);
    let ran = folder.run("check --format junit --select host-network");
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"leastwise\">\n\
        <testcase classname=\"pod.yaml\" name=\"host-network at 7:16\"><failure type=\"error\" message=\"The pod \
        runs in the network namespace of its node\">pod.yaml:7:16\nerror: The pod runs in the network namespace of \
        its node</failure></testcase>\n</testsuite>\n</testsuites>\n";
    assert_eq!(ran.out, expected);

    let quiet = folder.run("check --format junit --select root-filesystem-writable");
    assert!(quiet.out.contains("<system-out>") && !quiet.out.contains("<failure"), "{}", quiet.out);
    let nothing = folder.run("check --format junit --select host-pid");
    assert!(nothing.out.contains("name=\"no findings\"/>"), "{}", nothing.out);
}

//! The same findings in every form of output.

use crate::leastwise::{Folder, Ran, WEAK};

#[test]
fn human_shows_the_line_with_carets_and_the_fix() {
    let folder = Folder::of(&[("pod.yaml", WEAK)]);
    let ran = folder.run("check pod.yaml --select host-network");
    let expected = r#"error[host-network]: The pod runs in the network namespace of its node
 --> pod.yaml:7:16
  |
7 |   hostNetwork: true
  |                ^^^^
  |
  = fix: Remove hostNetwork (behavioural)

1 file: 1 error; 1 fixable with `leastwise fix --unsafe`
"#;
    assert_eq!(ran, Ran { code: Some(1), out: expected.to_owned(), err: String::new() });
}

#[test]
fn human_names_what_is_missing_and_points_at_what_would_hold_it() {
    let folder = Folder::of(&[("pod.yaml", WEAK)]);
    let ran = folder.run("check pod.yaml --select privilege-escalation-allowed");
    let expected = r#"warning[privilege-escalation-allowed]: Container "agent" may gain privileges after start, which is the default
 --> pod.yaml:9:6
  |
9 |   - {name: agent, image: "agent:1.2"}
  |      ^^^^
  |
  = note: missing: spec.containers[0].securityContext.allowPrivilegeEscalation
  = fix: Set allowPrivilegeEscalation: false (behavioural)

1 file: 1 warning; 1 fixable with `leastwise fix --unsafe`
"#;
    assert_eq!(ran.out, expected);
}

#[test]
fn colour_is_only_for_terminals_and_those_who_ask() {
    let folder = Folder::of(&[("pod.yaml", WEAK)]);
    assert!(!folder.run("check pod.yaml").out.contains('\x1b'));
    let coloured = folder.run("check pod.yaml --select host-network --color always").out;
    assert!(coloured.contains("\x1b[91m^^^^\x1b[0m"), "{coloured:?}");
}

#[test]
fn json_is_one_array_with_everything_in_it() {
    let folder = Folder::of(&[("pod.yaml", WEAK)]);
    let ran = folder.run("check pod.yaml --format json --select host-network");
    let expected = serde_json::json!([{
        "rule": "host-network",
        "severity": "error",
        "confidence": "high",
        "source": "rule",
        "message": "The pod runs in the network namespace of its node",
        "filename": "pod.yaml",
        "document": 0,
        "location": {"row": 7, "column": 16},
        "end_location": {"row": 7, "column": 20},
        "path": "spec.hostNetwork",
        "missing": false,
        "resource": {"apiVersion": "v1", "kind": "Pod", "namespace": "shop", "name": "agent"},
        "fix": {
            "title": "Remove hostNetwork",
            "applicability": "behavioural",
            "verdict": "narrower",
            "edits": [{
                "location": {"row": 7, "column": 1},
                "end_location": {"row": 8, "column": 1},
                "content": "",
            }],
        },
        "url": "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
    }]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""));
    assert_eq!(serde_json::Value::from(ran.json()), expected);
}

#[test]
fn json_counts_columns_in_characters_and_documents_from_zero() {
    let text =
        "first: é😀\n---\napiVersion: v1\nkind: Pod\nspec: {x: \"é😀\", hostPID: yes, containers: []}\n";
    let folder = Folder::of(&[("pod.yaml", text)]);
    let found = folder.run("check pod.yaml --format json --select host-pid").json();
    assert_eq!(found[0]["location"], serde_json::json!({"row": 5, "column": 26}));
    assert_eq!(found[0]["end_location"], serde_json::json!({"row": 5, "column": 29}));
    assert_eq!(found[0]["document"], 1);
}

#[test]
fn json_of_nothing_is_an_empty_array() {
    let folder = Folder::of(&[("pod.yaml", WEAK)]);
    let ran = folder.run("check pod.yaml --format json --select host-pid");
    assert_eq!(ran, Ran { code: Some(0), out: "[]\n".to_owned(), err: String::new() });
}

#[test]
fn json_also_has_what_a_more_telling_rule_covers() {
    let text = WEAK.replace("hostNetwork: true", "hostPID: false").replace(
        "- {name: agent, image: \"agent:1.2\"}",
        "- {name: agent, image: \"agent:1.2\", securityContext: {capabilities: {add: [SYS_ADMIN]}}}",
    );
    let folder = Folder::of(&[("pod.yaml", &text)]);
    let select = "--select capability-sys-admin,capability-outside-baseline";
    let json = folder.run(&format!("check pod.yaml --format json {select}")).json();
    let covered: Vec<_> = json
        .iter()
        .map(|finding| (finding["rule"].as_str().unwrap(), finding["covered_by"].as_str()))
        .collect();
    assert_eq!(
        covered,
        [("capability-outside-baseline", Some("capability-sys-admin")), ("capability-sys-admin", None)]
    );
    let human = folder.run(&format!("check pod.yaml {select}")).out;
    assert!(
        human.contains("capability-sys-admin") && !human.contains("capability-outside-baseline"),
        "{human}"
    );
}

#[test]
fn github_gets_one_command_a_finding() {
    let folder = Folder::of(&[("a,b.yaml", WEAK)]);
    let ran = folder.run("check a,b.yaml --format github --select host-network,root-filesystem-writable");
    let expected = "\
::error file=a%2Cb.yaml,line=7,col=16,endLine=7,endColumn=20,title=host-network::The pod runs in the network namespace of its node
::notice file=a%2Cb.yaml,line=9,col=6,endLine=9,endColumn=10,title=root-filesystem-writable::Container \"agent\" can write to its root file system, which is the default
";
    assert_eq!(ran, Ran { code: Some(1), out: expected.to_owned(), err: String::new() });
}

#[test]
fn suppressed_findings_are_counted_and_shown_on_request() {
    let text = WEAK.replace(
        "hostNetwork: true",
        "hostNetwork: true # leastwise: ignore[host-network] because a node agent",
    );
    let folder = Folder::of(&[("pod.yaml", &text)]);
    let ran = folder.run("check pod.yaml --select host-network");
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), "1 file: no findings; 1 suppressed\n"));
    assert_eq!(folder.run("check pod.yaml --select host-network --format json").out, "[]\n");
    let shown = folder.run("check pod.yaml --select host-network --show-suppressed");
    assert_eq!(shown.code, Some(0));
    assert!(shown.out.contains("= note: suppressed: a node agent"), "{}", shown.out);
    let json = folder.run("check pod.yaml --select host-network --show-suppressed --format json").json();
    assert_eq!(json[0]["suppressed"], "a node agent");
}

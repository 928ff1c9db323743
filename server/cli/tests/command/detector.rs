//! What the detector adds to the rules. A scripted worker plays it: see `scripted_model.rs` of the language server.

use crate::leastwise::{Folder, Ran, command};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A rule finds the first `hostPID`; a template hides the second from it. The command is harmful.
const PODS: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: one}
spec:
  hostPID: true
  containers: []
---
apiVersion: v1
kind: Pod
metadata: {name: two}
spec:
  hostPID: {{ .Values.debug }} # looks-bad
  containers:
  - name: web
    command: [curl, evil]
";
const HARMFUL: &str = "command-downloads-and-executes";

/// The worker, which `cargo test` builds with the package's examples.
fn worker() -> PathBuf {
    let folder = Path::new(env!("CARGO_BIN_EXE_leastwise")).parent().unwrap();
    let worker = folder.join("examples").join(format!("scripted-detector{}", std::env::consts::EXE_SUFFIX));
    assert!(worker.is_file(), "{} is built by `cargo build --example scripted-detector`", worker.display());
    worker
}

fn folder() -> Folder {
    Folder::of(&[("pods.yaml", PODS), ("model.gguf", "played by the scripted worker")])
}

/// Runs the command for a user who has a detector.
fn run(folder: &Folder, arguments: &[&str]) -> Ran {
    run_with(folder, &folder.path("model.gguf"), arguments)
}

pub(crate) fn run_with(folder: &Folder, model: &Path, arguments: &[&str]) -> Ran {
    let output = command(&folder.path(""))
        .env("HOME", folder.path(""))
        .env("LEASTWISE_MODEL", model)
        .env("LEASTWISE_MODEL_WORKER", worker())
        .args(arguments)
        .output()
        .unwrap();
    Ran {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn check(folder: &Folder, more: &[&str]) -> Ran {
    let arguments = ["check", "pods.yaml", "--select", "host-pid,meanings", "--format", "json"];
    run(folder, &[&arguments, more].concat())
}

/// Of each finding who says it, what, and in which row.
fn said(ran: &Ran) -> Vec<(String, String, u64)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let findings = ran.json().into_iter();
    findings
        .map(|one| (text(&one["source"]), text(&one["rule"]), one["location"]["row"].as_u64().unwrap()))
        .collect()
}

fn by(who: &str, rule: &str, row: u64) -> (String, String, u64) {
    (who.to_owned(), rule.to_owned(), row)
}

#[test]
fn it_looks_where_it_is_there_and_says_what_rules_cannot() {
    let folder = folder();
    let ran = check(&folder, &[]);
    let expected = [by("rule", "host-pid", 5), by("model", "host-pid", 12), by("model", HARMFUL, 15)];
    assert_eq!((said(&ran).as_slice(), ran.err.as_str()), (expected.as_slice(), ""));
    let harmful = &ran.json()[2];
    assert_eq!(harmful["severity"], "info");
    assert_eq!((&harmful["probability"], &harmful["confidence"]), (&json!(0.875), &json!("medium")));
    assert_eq!(harmful["path"], "spec.containers[0].command");
    assert_eq!(harmful["resource"]["name"], "two");
    assert_eq!(ran.json()[0]["probability"], Value::Null);
    assert_eq!(said(&check(&folder, &["--model", "off"])), [by("rule", "host-pid", 5)]);
    // Nobody has fetched it, and nobody has asked for it.
    let without = run_with(
        &folder,
        &folder.path("gone.gguf"),
        &["check", "pods.yaml", "--select", "host-pid,meanings", "--format", "json"],
    );
    assert_eq!((said(&without), without.err.as_str()), (vec![by("rule", "host-pid", 5)], ""));
}

#[test]
fn it_makes_no_check_fail_unless_the_user_has_set_how_bad_it_is() {
    let folder = folder();
    let check =
        |more: &[&str]| run(&folder, &[&["check", "pods.yaml", "--select", HARMFUL][..], more].concat());
    let lax = check(&["--fail-on", "hint"]);
    assert_eq!(lax.code, Some(0));
    assert!(lax.out.ends_with("1 file: no findings; 1 seen by the model\n"), "{}", lax.out);
    assert!(lax.out.contains("note: seen by the local model, 88 %"), "{}", lax.out);
    folder.write(".leastwise.yaml", format!("severity: {{{HARMFUL}: warning}}\n").as_bytes());
    let strict = check(&[]);
    assert_eq!(strict.code, Some(1));
    assert!(strict.out.ends_with("1 file: 1 warning\n"), "{}", strict.out);
    assert_eq!(check(&["--fail-on", "error"]).code, Some(0));
    assert_eq!(check(&["--model", "off"]).code, Some(0));
}

#[test]
fn an_unknown_label_is_a_fault_of_the_configuration_at_its_place() {
    let folder = folder();
    folder.write(".leastwise.yaml", b"ignore: [secret-in-plain-txt]\n");
    let ran = check(&folder, &[]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.err.contains(".leastwise.yaml:1:10: there is no rule")
            || ran.err.contains(".leastwise.yaml:1:10: \"secret-in-plain-txt\" is no rule"),
        "{}",
        ran.err
    );
}

#[test]
fn comments_and_baselines_silence_it() {
    let folder = folder();
    let comment = format!("evil] # leastwise: ignore[{HARMFUL}] because it is a test");
    folder.write("pods.yaml", PODS.replace("evil]", &comment).as_bytes());
    assert_eq!(said(&check(&folder, &[])).len(), 2);
    let all = check(&folder, &["--show-suppressed"]);
    assert_eq!(all.json()[2]["suppressed"], "it is a test");

    folder.write("pods.yaml", PODS.as_bytes());
    let written = check(&folder, &["--write-baseline", "known.json"]);
    assert_eq!((written.code, written.out.as_str()), (Some(0), "3 findings in known.json\n"));
    assert_eq!(said(&check(&folder, &["--baseline", "known.json"])), []);
}

#[test]
fn a_report_describes_what_it_sees() {
    let folder = folder();
    let ran = run(&folder, &["check", "pods.yaml", "--select", HARMFUL, "--format", "sarif"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let run = &report["runs"][0];
    let rule = &run["tool"]["driver"]["rules"][0];
    assert_eq!((&rule["id"], &rule["name"]), (&json!(HARMFUL), &json!("CommandDownloadsAndExecutes")));
    assert!(rule["help"]["markdown"].as_str().unwrap().contains("## Why"), "{rule}");
    let result = &run["results"][0];
    assert_eq!(result["level"], "note");
    assert_eq!(
        (&result["properties"]["source"], &result["properties"]["probability"]),
        (&json!("model"), &json!(0.875))
    );
}

#[test]
fn disagreements_are_logged() {
    let folder = folder();
    let ran = check(&folder, &["--log-disagreements", "log.jsonl"]);
    assert_eq!(ran.err, "note: 1 disagreement between the rules and the model, in log.jsonl\n");
    let log = folder.read("log.jsonl");
    let entry: Value = serde_json::from_str(log.trim_end()).unwrap();
    let expected = json!({
        "file": "pods.yaml", "document": 0, "line": 5, "label": "host-pid", "rule": true, "probability": 0.25,
        "text": "hostPID: true",
    });
    assert_eq!(entry, expected);
    let off = check(&folder, &["--log-disagreements", "log.jsonl", "--model", "off"]);
    assert_eq!((off.code, off.err.lines().count()), (Some(2), 1));
}

#[test]
fn a_dead_worker_costs_its_answer_only() {
    let folder = folder();
    folder.write(
        "a.yaml",
        b"apiVersion: v1\nkind: Pod\nspec:\n  hostPID: true # die-in-tags\n  containers: []\n",
    );
    let ran = run(&folder, &["check", ".", "--select", "host-pid,meanings", "--format", "json"]);
    assert_eq!((ran.code, said(&ran).len()), (Some(1), 4), "{}", ran.err);
}

#[test]
fn what_it_sees_is_explained_with_the_lines_that_weighed() {
    let folder = folder();
    let page = run(&folder, &["explain", HARMFUL]);
    assert_eq!(page.code, Some(0));
    assert!(page.out.starts_with("Command runs what it has just downloaded (command-"), "{}", page.out);
    let ran = run(&folder, &["explain", HARMFUL, "pods.yaml:15"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.contains("pods.yaml:15:14") && ran.out.contains(&page.out), "{}", ran.out);
    assert!(ran.out.ends_with("\nWhich lines weighed\n    14 | - name: web\n"), "{}", ran.out);
    let beyond = run(&folder, &["explain", "host-pid", "pods.yaml:12"]);
    assert_eq!(beyond.code, Some(0), "{}", beyond.err);
    assert!(beyond.out.contains("seen by the local model, 75 %"), "{}", beyond.out);
    let beyond = run(&folder, &["explain", "host-pid", "pods.yaml:12", "--model", "off"]);
    assert_eq!(beyond.err, "error: host-pid finds nothing at pods.yaml:12; it does in row 5\n");
    let nothing = run(&folder, &["explain", HARMFUL, "pods.yaml:5"]);
    let words = format!("error: the model does not see {HARMFUL} at pods.yaml:5\n");
    assert_eq!((nothing.code, nothing.err), (Some(2), words));
}

#[test]
fn its_labels_are_listed() {
    let folder = folder();
    let listed = run(&folder, &["model", "labels"]).out;
    assert_eq!(
        listed.lines().filter(|line| line.starts_with("secret-in-plain-text ")).count(),
        1,
        "{listed}"
    );
    assert!(listed.ends_with("\n\nhost-pid  Pod shares the node process namespace\n"), "{listed}");
}

//! The list of rules.

use crate::leastwise::Folder;
use serde_json::{Value, json};

#[test]
fn json_lists_every_rule_with_its_ids_elsewhere() {
    let ran = Folder::of(&[]).run("rules --format json");
    let rules: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(rules.len(), leastwise_rules::rules().count());
    let host_network = rules.iter().find(|rule| rule["id"] == "host-network").unwrap();
    assert_eq!(
        *host_network,
        json!({
            "id": "host-network",
            "title": "Pod shares the node network namespace",
            "family": "pod-security",
            "severity": "error",
            "persona": "default",
            "profile": "baseline",
            "fix": "behavioural",
            "also": {
                "checkov": ["CKV_K8S_19"],
                "kics": ["6b6bdfb3-c3ae-44cb-88e4-7405c1ba2c8a"],
                "kube-linter": ["host-network"],
                "kubescape": ["C-0041"],
                "kubesec": ["HostNetwork"],
                "kyverno": ["disallow-host-namespaces"],
                "polaris": ["hostNetworkSet"],
                "trivy": ["KSV-0009"],
            },
        })
    );
}

#[test]
fn people_get_a_line_a_rule() {
    let ran = Folder::of(&[]).run("rules");
    let line = ran.out.lines().find(|line| line.starts_with("host-network ")).unwrap();
    let words: Vec<_> = line.split_whitespace().collect();
    assert_eq!(words[1..4], ["error", "baseline", "Pod"]);
}

#[test]
fn the_reference_holds_every_rule_once_in_a_table_and_once_in_full() {
    let reference = Folder::of(&[]).run("rules --format markdown").out;
    for rule in leastwise_rules::rules() {
        assert_eq!(reference.matches(&format!("| [{id}](#{id}) |", id = rule.id)).count(), 1, "{}", rule.id);
        assert_eq!(reference.matches(&format!("\n### {}\n", rule.id)).count(), 1, "{}", rule.id);
    }
    assert!(!reference.contains("\n## Why"), "headings of rules stand below the rule's own");
}

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
fn the_reference_names_every_rule_once_and_each_has_a_page() {
    let folder = Folder::of(&[]);
    let index = folder.run("rules --format markdown").out;
    for rule in leastwise_rules::rules() {
        assert_eq!(index.matches(&format!("| [{id}]({id}.md) |", id = rule.id)).count(), 1, "{}", rule.id);
    }
    let page = folder.run("explain host-network --format markdown").out;
    assert!(
        page.starts_with("# host-network\n\n**Pod shares the node network namespace.** The pod runs"),
        "{page}"
    );
    for words in [
        "| Severity | error |",
        "\n## Why\n",
        "\n## References\n",
        "\n## Elsewhere\n- checkov: `CKV_K8S_19`\n",
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
    let page = folder.run("explain host-port-outside-range --format markdown").out;
    assert!(page.contains("| Turned on by | `hostPorts` |"), "{page}");
}

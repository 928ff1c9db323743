//! Templates of Helm charts, and what is found in them.

use leastwise_analysis::{Environment, File};

/// The rules that find something, with the field.
fn found(text: &str) -> Vec<String> {
    let file = File::new(text, &Environment::default());
    let shown: Vec<_> = file.shown().collect();
    shown
        .iter()
        .map(|located| format!("{} at {}", located.diagnosis.rule(), located.diagnosis.path()))
        .collect()
}

fn pod(spec: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n{spec}")
}

#[test]
fn branches_are_alternatives() {
    let text = pod(
        "  {{- if .Values.host }}\n  hostNetwork: true\n  {{- else }}\n  hostNetwork: false\n  {{- end }}\n",
    );
    assert!(found(&text).iter().all(|one| !one.contains("hostNetwork")), "{:?}", found(&text));
    let swapped = pod(
        "  {{- if .Values.host }}\n  hostNetwork: false\n  {{- else }}\n  hostNetwork: true\n  {{- end }}\n",
    );
    assert!(found(&swapped).iter().all(|one| !one.contains("hostNetwork")), "{:?}", found(&swapped));
}

#[test]
fn what_both_branches_say_is_known_and_so_is_what_stands_beside_them() {
    let text = pod(
        "  hostPID: true\n  {{- if .Values.host }}\n  hostNetwork: true\n  {{- else }}\n  hostNetwork: true\n  {{- end }}\n",
    );
    let found = found(&text);
    assert!(found.contains(&"host-network at spec.hostNetwork".to_owned()), "{found:?}");
    assert!(found.contains(&"host-pid at spec.hostPID".to_owned()), "{found:?}");
}

#[test]
fn json_that_programs_write_is_read() {
    let text = "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \
                \"metadata\": {\"name\": \"web\"}, \"spec\": {\"hostNetwork\": true, \"containers\": []}}]}";
    assert!(found(text).contains(&"host-network at spec.hostNetwork".to_owned()), "{:?}", found(text));
}

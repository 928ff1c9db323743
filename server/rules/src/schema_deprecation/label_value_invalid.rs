use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Object, lookup, pod_specs};
use leastwise_yaml::{Kind, Node, Path};

rule! {
    /// The value of a label is none that the API server accepts.
    ///
    /// ## Why
    /// Labels are strings of up to 63 characters that begin and end with a letter or digit and hold only those,
    /// `-`, `_` and `.`; an empty one is fine, too. YAML reads `1.10`, `true`, `yes` and `on` as numbers and
    /// booleans, which are refused. Versions and addresses belong into annotations.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web
    ///   labels: {version: 1.10}
    /// spec:
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web
    ///   labels: {version: "1.10"}
    /// spec:
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Fix
    /// By hand: put quotes around it, or choose another value here and in what selects by it.
    ///
    /// ## When it is fine
    /// Where a tool that is unknown here replaces the value before it is applied. Values with `${NAME}` or
    /// `$(NAME)` are taken as such and not judged.
    ///
    /// ## References
    /// - [Labels: syntax](https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set)
    id: "label-value-invalid",
    title: "Label value is not valid",
    severity: Severity::Error,
    family: Family::SchemaDeprecation,
    fields: &["metadata.labels"],
    also: &[
        (Kics, "1123031a-f921-4c5b-bd86-ef354ecfd37a"),
        (KubeScore, "label-values"),
    ],
    check: Check::Object(check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let own = object.path.key("metadata");
    if let Some(labels) = lookup(object.node, &["metadata", "labels"]).value() {
        judge(labels, &own.key("labels"), object.is_built_in() == Some(true), report);
    }
    // What custom resources keep where pods have labels is theirs to read.
    if object.is_built_in() != Some(true) {
        return;
    }
    for pod in pod_specs(object).into_iter().filter(|pod| pod.metadata != own) {
        let path = pod.metadata.key("labels");
        if let Some(labels) = pod.node.document().at(&path) {
            judge(labels, &path, true, report);
        }
    }
}

/// Other clients than `kubectl`, which some custom resources have, may turn numbers and booleans into text.
fn judge(labels: Node<'_>, path: &Path, must_be_text: bool, report: &mut Report<'_, '_>) {
    for label in labels.entries() {
        let Some(key) = label.key.as_text() else { continue };
        let value = label.value;
        if value.is_unknown() || value.is_null() {
            continue;
        }
        let fault = match (value.as_str(), value.kind()) {
            (Some(text), _) => fault(text),
            (None, _) if !must_be_text => None,
            (None, Kind::Scalar(_)) => Some("is not text; quotes make it so"),
            (None, _) => Some("is not text"),
        };
        if let Some(fault) = fault {
            report.find(path.key(key), format!("The value of label {key} {fault}"));
        }
    }
}

/// Source: `k8s.io/apimachinery/pkg/util/validation`, `IsValidLabelValue`.
fn fault(value: &str) -> Option<&'static str> {
    let is_alphanumeric = |char: char| char.is_ascii_alphanumeric();
    let is_allowed = |char: char| is_alphanumeric(char) || matches!(char, '-' | '_' | '.');
    if value.is_empty() || value.contains("${") || value.contains("$(") {
        None
    } else if value.len() > 63 {
        Some("is longer than 63 characters")
    } else if !value.chars().all(is_allowed) {
        Some("has other characters than letters, digits, -, _ and .")
    } else if !value.starts_with(is_alphanumeric) || !value.ends_with(is_alphanumeric) {
        Some("does not begin and end with a letter or digit")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn bad_values_are_found_at_the_object_and_its_template() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              labels:
                version: 1.10
                         ^^^^ The value of label version is not text
                example.com/owner: a@b.example
                                   ^^^^^^^^^^^ has other characters
            spec:
              template:
                metadata:
                  labels:
                    on: yes
                        ^^^ The value of label on is not text
                    app: -web
                         ^^^^ does not begin and end
                spec:
                  containers: []
            ---
            apiVersion: v1
            kind: Pod
            metadata: {labels: {a: a234567890123456789012345678901234567890123456789012345678901234}}
                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ longer than 63
            spec: {containers: []}
            ",
        );
    }

    #[test]
    fn custom_resources_may_be_applied_by_clients_of_their_own() {
        check_silent(&RULE, "apiVersion: example.com/v1\nkind: Web\nmetadata: {labels: {peer: yes}}\n");
    }

    #[test]
    fn good_values_null_and_placeholders_are_fine() {
        for value in [
            "web",
            "\"\"",
            "\"1.10\"",
            "a.b_c-D",
            "null",
            "{{ .Values.app }}",
            "${APP}",
            "v{{ .Chart.Version }}",
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nmetadata:\n  labels:\n    app: {value}\n"),
            );
        }
    }
}

use super::metadata::holders;
use crate::finding::Report;
use crate::pattern::matches_pattern;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, Setting};

rule! {
    /// A label is missing, or its value is not as the site wants it.
    ///
    /// ## Why
    /// Bills, alerts and policies go by labels, and a value that nobody knows falls through all of them. Off until the
    /// parameter `labelPatterns` gives the patterns.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: web
    ///   labels: {team: webbers}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: web
    ///   labels: {team: team-web}
    /// ```
    ///
    /// ## Fix
    /// By hand: set the label to a value that the pattern allows, on the object and on its pod template.
    ///
    /// ## When it is fine
    /// For what a tool adds when the manifest is applied.
    ///
    /// ## References
    /// - [Labels and selectors](https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/)
    id: "label-pattern-mismatch",
    title: "Label value breaks the site pattern",
    severity: Severity::Hint,
    family: Family::NamespaceHygiene,
    persona: Persona::Policy,
    parameter: Some("label_patterns"),
    fields: &["metadata.labels"],
    also: &[(Kyverno, "metadata-match-regex")],
    check: Check::Object(check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(patterns) = &report.context().settings.parameters.label_patterns else { return };
    for holder in holders(object) {
        for (key, pattern) in patterns {
            let message = match holder.label(key) {
                Setting::Set(value, _) if matches_pattern(pattern, value) => continue,
                Setting::Set(value, _) => {
                    format!("label {key} of {} is \"{value}\", which is not like {pattern}", holder.title)
                }
                Setting::Unset => {
                    format!("{} lacks label {key}, which should be like {pattern}", holder.title)
                }
                Setting::Unknown => continue,
            };
            report.find(holder.labels_path().key(key), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check_silent, check_with};
    use crate::{Parameters, Settings};

    #[test]
    fn other_values_and_missing_labels_are_found() {
        let label_patterns = Some([("team".to_owned(), "team-?*".to_owned())].into());
        let parameters = Parameters { label_patterns, ..Parameters::default() };
        check_with(
            &RULE,
            &Settings { parameters, ..Settings::default() },
            "
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: web, labels: {team: web}}
                                                 ^^^ label team of ConfigMap \"web\" is \"web\"
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {labels: {a: b}}
                       ^^^^^^ this object lacks label team
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {labels: {team: team-web}}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {labels: {team: \"{{ .Values.team }}\"}}
            ",
        );
    }

    #[test]
    fn nothing_is_found_until_patterns_are_set() {
        check_silent(&RULE, "apiVersion: v1\nkind: ConfigMap\nmetadata: {labels: {team: web}}\n");
    }
}

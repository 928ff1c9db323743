use super::metadata::holders;
use crate::finding::Report;
use crate::pattern::matches_pattern;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, Setting};

rule! {
    /// An annotation that the site requires is missing, or not as it should be.
    ///
    /// ## Why
    /// Annotations carry what tools and people need to know: an owner, a runbook, a data class. Off until the parameter
    /// `requiredAnnotations` names some, each with the pattern of its value.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: web
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: web
    ///   annotations: {example.com/owner: web@example.com}
    /// ```
    ///
    /// ## Fix
    /// By hand: add the annotation, on the object and on its pod template.
    ///
    /// ## When it is fine
    /// For what a tool adds when the manifest is applied.
    ///
    /// ## References
    /// - [Annotations](https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/)
    id: "required-annotation-missing",
    title: "Required annotation is missing or malformed",
    severity: Severity::Hint,
    family: Family::NamespaceHygiene,
    persona: Persona::Policy,
    parameter: Some("required_annotations"),
    fields: &["metadata.annotations"],
    also: &[(KubeLinter, "required-annotation-email"), (Kyverno, "require-annotations")],
    check: Check::Object(check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(required) = &report.context().settings.parameters.required_annotations else { return };
    for holder in holders(object) {
        let mut missing = Vec::new();
        for (key, pattern) in required {
            match holder.annotation(key) {
                Setting::Unset => missing.push(key.as_str()),
                Setting::Set(value, _) if !matches_pattern(pattern, value) => {
                    let message = format!("annotation {key} of {} is not like {pattern}", holder.title);
                    report.find(holder.annotations_path().key(key), message);
                }
                Setting::Set(..) | Setting::Unknown => {}
            }
        }
        if !missing.is_empty() {
            let message = format!("{} lacks the required annotation {}", holder.title, missing.join(", "));
            report.find(holder.annotations_path(), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check_silent, check_with};
    use crate::{Parameters, Settings};

    #[test]
    fn missing_and_malformed_annotations_are_found() {
        let required_annotations =
            Some([("example.com/owner".to_owned(), "*@example.com".to_owned())].into());
        let parameters = Parameters { required_annotations, ..Parameters::default() };
        check_with(
            &RULE,
            &Settings { parameters, ..Settings::default() },
            "
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: web}
            ^^^^^^^^ ConfigMap \"web\" lacks the required annotation example.com/owner
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata:
              annotations: {example.com/owner: me}
                                               ^^ annotation example.com/owner of this object is not like *@example.com
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {annotations: {example.com/owner: web@example.com}}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {annotations: \"{{ .Values.annotations }}\"}
            ",
        );
    }

    #[test]
    fn nothing_is_found_until_annotations_are_named() {
        check_silent(&RULE, CONFIG_MAP);
    }

    const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n";
}

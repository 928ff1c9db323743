use super::metadata::holders;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::Object;

rule! {
    /// A label that the site requires is missing.
    ///
    /// ## Why
    /// Labels say whose an object is, and what it belongs to: bills, alerts and policies go by them. Off until the
    /// parameter `requiredLabels` names some.
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
    ///   labels: {team: web}
    /// ```
    ///
    /// ## Fix
    /// By hand: add the label, on the object and on its pod template.
    ///
    /// ## When it is fine
    /// For what a tool adds when the manifest is applied.
    ///
    /// ## References
    /// - [Labels and selectors](https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/)
    id: "required-label-missing",
    title: "Required label is missing",
    severity: Severity::Hint,
    family: Family::NamespaceHygiene,
    persona: Persona::Policy,
    parameter: Some("required_labels"),
    fields: &["metadata.labels"],
    also: &[(KubeLinter, "required-label-owner"), (Kubescape, "C-0076"), (Kyverno, "require-labels"), (Kyverno, "time-bound-policy")],
    check: Check::Object(check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(required) = &report.context().settings.parameters.required_labels else { return };
    for holder in holders(object) {
        let missing = required.iter().filter(|label| holder.label(label).is_unset());
        let missing: Vec<_> = missing.map(String::as_str).collect();
        if !missing.is_empty() {
            let message = format!("{} lacks the required label {}", holder.title, missing.join(", "));
            report.find(holder.labels_path(), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check_silent, check_with};
    use crate::{Parameters, Settings};

    #[test]
    fn missing_labels_are_found_on_objects_and_templates() {
        let parameters =
            Parameters { required_labels: Some(vec!["team".to_owned()]), ..Parameters::default() };
        check_with(
            &RULE,
            &Settings { parameters, ..Settings::default() },
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, labels: {team: web}}
            spec:
              template:
                metadata:
                  labels: {app: web}
                  ^^^^^^ the pod template of Deployment \"web\" lacks the required label team
                spec: {containers: []}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: web}
            ^^^^^^^^ Pod \"web\" lacks the required label team
            spec: {containers: []}
            ---
            apiVersion: v1
            kind: Pod
            metadata:
              labels:
                {{- include \"labels\" . | nindent 4 }}
            ---
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            ",
        );
    }

    #[test]
    fn nothing_is_found_until_labels_are_named() {
        check_silent(&RULE, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n");
    }
}

use crate::finding::Report;
use crate::pattern::matches_pattern;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Container, PodSpec, Setting, string};
use leastwise_yaml::Node;

rule! {
    /// A variable has a value that the site does not permit.
    ///
    /// ## Why
    /// Some switches of programs turn off what the site relies on: checks of certificates, authentication, quiet logs.
    /// Off until the parameter `deniedEnvValues` names variables and their values.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: registry.example.com/web:1.2
    ///     env:
    ///     - name: LOG_LEVEL
    ///       value: debug
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: registry.example.com/web:1.2
    ///     env:
    ///     - name: LOG_LEVEL
    ///       value: info
    /// ```
    ///
    /// ## Fix
    /// By hand: give the variable another value, or leave it out.
    ///
    /// ## When it is fine
    /// While somebody looks for a fault.
    ///
    /// ## References
    /// - [Environment variables of containers](https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/)
    id: "env-value-denied",
    title: "Environment variable has a denied value",
    severity: Severity::Hint,
    family: Family::Other,
    persona: Persona::Policy,
    parameter: Some("denied_env_values"),
    fields: &["C[*].env[*].value"],
    also: &[(Kyverno, "check-env-vars")],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Some(denied) = &report.context().settings.parameters.denied_env_values else { return };
    for item in container.node.get("env").value().into_iter().flat_map(Node::items) {
        let Some(name) = string(item.value, &["name"]).known() else { continue };
        let Setting::Set(value, _) = string(item.value, &["value"]) else { continue };
        if denied.get(name).is_some_and(|values| values.iter().any(|denied| matches_pattern(denied, value))) {
            let path = container.path.key("env").index(item.index).key("value");
            report.find(path, format!("variable {name} of {} must not be \"{value}\"", container.title()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check_silent, check_with};
    use crate::{Parameters, Settings};

    #[test]
    fn denied_values_of_named_variables_are_found() {
        let denied_env_values = Some([("LOG_LEVEL".to_owned(), vec!["debug*".to_owned()])].into());
        let parameters = Parameters { denied_env_values, ..Parameters::default() };
        check_with(
            &RULE,
            &Settings { parameters, ..Settings::default() },
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                env:
                - {name: LOG_LEVEL, value: debug2}
                                           ^^^^^^ variable LOG_LEVEL of container \"web\" must not be \"debug2\"
                - {name: LOG_LEVEL, value: info}
                - {name: LEVEL, value: debug}
                - {name: LOG_LEVEL, value: \"{{ .Values.level }}\"}
                - {name: LOG_LEVEL, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
            ",
        );
    }

    #[test]
    fn nothing_is_found_until_values_are_named() {
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: Pod\nspec: {containers: [{env: [{name: LOG_LEVEL, value: debug}]}]}\n",
        );
    }
}

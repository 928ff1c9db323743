use super::credential_names::credential;
use super::credential_values::{shape, stands_for_none};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Confidence, Family, Severity};
use leastwise_manifest::{Container, PodSpec, Setting, string};
use leastwise_yaml::{Node, Path};

rule! {
    /// An environment variable holds a password, token or key in plain text.
    ///
    /// ## Why
    /// Everyone who may read the pod or the repository can read it, and neither forgets: it stays in the history of
    /// both. It cannot be changed without a new version of the manifest, and the same in every place that copied it.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///     env:
    ///     - name: DB_PASSWORD
    ///       value: hunter2
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
    ///     image: web:1.2
    ///     env:
    ///     - name: DB_PASSWORD
    ///       valueFrom:
    ///         secretKeyRef: {name: web-database, key: password}
    /// ```
    ///
    /// ## Fix
    /// By hand: take the credential out of use, put a new one into a Secret that is not kept beside the manifest, and
    /// refer to it with `valueFrom.secretKeyRef` or mount it as a file.
    ///
    /// ## When it is fine
    /// Throw-away credentials of tests, in clusters that come and go with them.
    ///
    /// ## References
    /// - [Good practices for Secrets](https://kubernetes.io/docs/concepts/security/secrets-good-practices/)
    /// - [Define environment variables from a Secret](https://kubernetes.io/docs/tasks/inject-data-application/distribute-credentials-secure/)
    id: "secret-literal-in-environment",
    title: "Environment variable holds a literal credential",
    severity: Severity::Error,
    // Names say what a value is for, not always what it is.
    confidence: Confidence::Medium,
    family: Family::Secrets,
    fields: &["C[*].env[*].value"],
    also: &[
        (KubeLinter, "env-var-secret"),
        (Polaris, "sensitiveContainerEnvVar"),
        (Kubescape, "C-0012"),
        (Kubescape, "C-0259"),
    ],
    check: Check::Container(check),
}

/// Stands for every value in messages, whatever its length: they go to logs and to a model.
const MASK: &str = "********";

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let list = container.path.key("env");
    for item in container.node.get("env").value().into_iter().flat_map(Node::items) {
        let Setting::Set(value, _) = string(item.value, &["value"]) else { continue };
        let name = string(item.value, &["name"]).known();
        let what = match shape(value) {
            Some(shape) => format!("holds {shape} in plain text"),
            None => match name.and_then(credential) {
                Some(named) if !stands_for_none(value, named) => {
                    "is named like a credential and has a literal value".to_owned()
                }
                _ => continue,
            },
        };
        let variable = name.map_or("A variable".to_owned(), |name| format!("Variable {name}"));
        let title = container.title();
        report.find(list.index(item.index).key("value"), format!("{variable} of {title} {what}, {MASK}"));
    }
}

/// As many nodes of a chart's values as credentials are looked for in.
const BUDGET: usize = 50_000;

/// Finds credentials in the values of a chart: under the key that names them, or beside a `name` as variables stand.
pub(crate) fn find_in_values(root: Node<'_>, report: &mut Report<'_, '_>) {
    let mut found = Vec::new();
    let mut visit = |path: &Path, node: Node<'_>| {
        for entry in node.entries() {
            let (Some(key), Some(value)) = (entry.key.as_text(), entry.value.as_str()) else { continue };
            let name = match (key, string(node, &["name"])) {
                ("value", Setting::Set(name, _)) => name,
                _ => key,
            };
            // Charts ask for the name of a Secret under such keys.
            let names_secret = name.starts_with("existing")
                || name.ends_with("SecretName")
                || name.len() > "Secret".len() && name.ends_with("Secret");
            let what = match shape(value) {
                Some(shape) => format!("holds {shape} in plain text"),
                None => match credential(name).filter(|_| !names_secret) {
                    Some(named) if !stands_for_none(value, named) => {
                        "is named like a credential and has a literal value".to_owned()
                    }
                    _ => continue,
                },
            };
            found.push((path.key(key), format!("Value {name} {what}, {MASK}")));
        }
        true
    };
    root.walk(&mut visit, BUDGET);
    for (path, message) in found {
        report.find(path, message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check, check_silent, find};

    #[test]
    fn names_of_credentials_are_found_on_the_value() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                env:
                - name: DB_PASSWORD
                  value: hunter2
                         ^^^^^^^ Variable DB_PASSWORD of container \"web\" is named like a credential
                - {name: githubToken, value: \"abc-def\"}
                                             ^^^^^^^^^ Variable githubToken
              initContainers:
              - name: init
                env:
                - value: 'postgres' # before its name
                         ^^^^^^^^^^ Variable PGPASSWORD of container \"init\"
                  name: PGPASSWORD
            ",
        );
    }

    /// The key is made up, and put together here so that no scanner takes the test for a leak.
    #[test]
    fn shapes_of_credentials_are_found_whatever_the_name() {
        let key = ["AK", "IA", "2E0A8F3B244C9986"].concat();
        let carets = "^".repeat(key.len());
        check(
            &RULE,
            &format!(
                "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                env:
                - name: \"{{{{ .Values.name }}}}\"
                  value: {key}
                         {carets} A variable of container \"web\" holds an AWS access key in plain text
            "
            ),
        );
    }

    #[test]
    fn the_value_is_masked() {
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    env: [{name: TOKEN, value: hunter2}]\n";
        let found = find(&RULE, &Settings::default(), text);
        assert!(!found[0].1.message.contains("hunter2") && found[0].1.message.contains("********"));
    }

    #[test]
    fn other_names_references_placeholders_and_templates_are_fine() {
        for variable in [
            "{name: PASSWORD_FILE, value: /run/secrets/password}",
            "{name: TOKEN_TTL, value: \"3600\"}",
            "{name: SECRET_NAME, value: web}",
            "{name: DB_PASSWORD, value: \"\"}",
            "{name: DB_PASSWORD, value: }",
            "{name: DB_PASSWORD, value: $(OTHER)}",
            "{name: DB_PASSWORD, value: /run/secrets/password}",
            "{name: DB_PASSWORD, value: <password>}",
            "{name: DB_PASSWORD, value: CHANGE_ME}",
            "{name: DB_PASSWORD, value: \"{{ .Values.password }}\"}",
            "{name: DB_PASSWORD, value: \"prefix-{{ .Values.password }}\"}",
            "{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: web, key: password}}}",
            "{name: ALLOW_EMPTY_PASSWORD, value: \"yes\"}",
            "{name: GREETING, value: hello}",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    env:\n    - {variable}\n"
                ),
            );
        }
    }
}

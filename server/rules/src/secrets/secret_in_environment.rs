use super::references::of_container;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// A container gets a Secret as environment variables.
    ///
    /// ## Why
    /// The environment is handed to every child process, and turns up in crash reports, debug pages and logs. It is
    /// fixed at start, so that a new value needs a new pod.
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
    ///       valueFrom:
    ///         secretKeyRef: {name: web-database, key: password}
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
    ///     volumeMounts:
    ///     - {name: database, mountPath: /run/secrets/database, readOnly: true}
    ///   volumes:
    ///   - name: database
    ///     secret: {secretName: web-database}
    /// ```
    ///
    /// ## Fix
    /// By hand: mount the Secret as a file, and have the program read it there. Many images take a variable such as
    /// `DB_PASSWORD_FILE` that names the file.
    ///
    /// ## When it is fine
    /// Where the program can read it nowhere else; it is still much better than a literal.
    ///
    /// ## References
    /// - [Good practices for Secrets](https://kubernetes.io/docs/concepts/security/secrets-good-practices/)
    /// - [Distribute credentials securely](https://kubernetes.io/docs/tasks/inject-data-application/distribute-credentials-secure/)
    id: "secret-in-environment",
    title: "Secret is exposed as environment variables",
    severity: Severity::Info,
    family: Family::Secrets,
    persona: Persona::Pedantic,
    fields: &["C[*].env[*].valueFrom.secretKeyRef", "C[*].envFrom[*].secretRef"],
    also: &[(Checkov, "CKV_K8S_35"), (KubeLinter, "read-secret-from-env-var"), (Kics, "3d658f8b-d988-41a0-a841-40043121de1e"), (Kubescape, "C-0207"), (Kubesec, "SecretsAsEnvironmentVariables"), (Kyverno, "secrets-not-from-env-vars"), (Kyverno, "no-secrets")],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    for reference in of_container(container) {
        let how = match &reference.variable {
            Some(variable) => format!("gets variable {variable} from a Secret"),
            None => "gets all keys of a Secret as variables".to_owned(),
        };
        report.find(reference.source, format!("{} {how}", container.title()));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn variables_from_secrets_are_found_at_the_reference() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                env:
                - name: TOKEN
                  valueFrom:
                    secretKeyRef: {name: web, key: token}
                    ^^^^^^^^^^^^ container \"web\" gets variable TOKEN from a Secret
                envFrom:
                - secretRef: {name: web}
                  ^^^^^^^^^ container \"web\" gets all keys of a Secret as variables
              initContainers:
              - {name: init, envFrom: [{secretRef: {name: web}}]}
                                        ^^^^^^^^^ container \"init\"
            ",
        );
    }

    #[test]
    fn other_sources_and_templates_are_fine() {
        for env in [
            "env: [{name: A, valueFrom: {configMapKeyRef: {name: web, key: a}}}]",
            "envFrom: [{configMapRef: {name: web}}]",
            "env: [{name: A, valueFrom: {secretKeyRef: null}}]",
            "env: [{name: A, valueFrom: \"{{ .Values.from }}\"}]",
            "env: \"{{ .Values.env }}\"",
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {{name: web, {env}}}\n"),
            );
        }
    }
}

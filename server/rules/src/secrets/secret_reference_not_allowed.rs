use super::references::{of_container, of_volumes};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, PodSpec, Setting, string};

rule! {
    /// A workload refers to a Secret that it may not use.
    ///
    /// ## Why
    /// Whoever may create pods can read every Secret of the namespace by mounting it. Names with a prefix for each
    /// team, or a label on the Secrets that only some may use, make that visible. Off until the parameter
    /// `secretReferences` sets prefixes or a label.
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
    ///     envFrom:
    ///     - secretRef: {name: payment-keys}
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
    ///     envFrom:
    ///     - secretRef: {name: web-keys}
    /// ```
    ///
    /// ## Fix
    /// By hand: have a Secret of its own made for the workload.
    ///
    /// ## When it is fine
    /// Where both teams have agreed on it. Only namespaces keep Secrets apart for sure.
    ///
    /// ## References
    /// - [Good practices for Secrets](https://kubernetes.io/docs/concepts/security/secrets-good-practices/)
    id: "secret-reference-not-allowed",
    title: "Workload refers to a Secret it may not use",
    severity: Severity::Hint,
    family: Family::Secrets,
    persona: Persona::Policy,
    parameter: Some("secret_references"),
    fields: &["C[*].env[*].valueFrom.secretKeyRef.name", "C[*].envFrom[*].secretRef.name", "P.volumes[*].secret.secretName"],
    also: &[(Kyverno, "restrict-secrets-by-name"), (Kyverno, "restrict-secrets-by-label")],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let Some(allowed) = &report.context().settings.parameters.secret_references else { return };
    let containers = pod.containers();
    for reference in containers.iter().flat_map(of_container).chain(of_volumes(pod)) {
        let Some(name) = reference.name else { continue };
        let has_prefix = allowed.prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()));
        let message = if !allowed.prefixes.is_empty() && !has_prefix {
            format!("the pod refers to Secret {name}, whose name begins with none of the allowed prefixes")
        } else if let Some(label) = &allowed.restricting_label
            && let Some(secret) = report.workspace().named("Secret", pod.object.home(), name)
            && has_label(&secret.object(), label)
        {
            format!("the pod refers to Secret {name}, which its label {label} restricts")
        } else {
            continue;
        };
        report.find(reference.path, message);
    }
}

/// Whether the object has the label, written `key` or `key=value`.
fn has_label(object: &Object<'_>, label: &str) -> bool {
    let (key, wanted) = label.split_once('=').map_or((label, None), |(key, value)| (key, Some(value)));
    match string(object.node, &["metadata", "labels", key]) {
        Setting::Set(value, _) => wanted.is_none_or(|wanted| wanted == value),
        Setting::Unset | Setting::Unknown => false,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check_silent, check_with};
    use crate::{Parameters, SecretReferences, Settings};

    fn settings(prefixes: &[&str], restricting_label: Option<&str>) -> Settings {
        let prefixes = prefixes.iter().map(|prefix| (*prefix).to_owned()).collect();
        let references =
            SecretReferences { prefixes, restricting_label: restricting_label.map(str::to_owned) };
        Settings {
            parameters: Parameters { secret_references: Some(references), ..Parameters::default() },
            ..Settings::default()
        }
    }

    #[test]
    fn names_without_the_prefix_are_found_at_the_name() {
        check_with(
            &RULE,
            &settings(&["web-", "shared-"], None),
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                env:
                - {name: A, valueFrom: {secretKeyRef: {name: payment, key: a}}}
                                                             ^^^^^^^ the pod refers to Secret payment
                - {name: B, valueFrom: {secretKeyRef: {name: web-keys, key: a}}}
                envFrom:
                - secretRef: {name: payment}
                                    ^^^^^^^ begins with none of the allowed prefixes
              volumes:
              - {name: a, secret: {secretName: other}}
                                               ^^^^^ Secret other
              - {name: b, secret: {secretName: shared-a}}
              - {name: c, secret: {secretName: \"{{ .Values.secret }}\"}}
            ",
        );
    }

    #[test]
    fn secrets_with_the_restricting_label_are_found() {
        check_with(
            &RULE,
            &settings(&[], Some("status=protected")),
            "
            apiVersion: v1
            kind: Pod
            metadata: {namespace: shop}
            spec:
              containers: []
              volumes:
              - {name: a, secret: {secretName: keys}}
                                               ^^^^ restricts
              - {name: b, secret: {secretName: open}}
              - {name: c, secret: {secretName: elsewhere}}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: keys, namespace: shop, labels: {status: protected}}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: open, namespace: shop, labels: {status: free}}
            ",
        );
    }

    #[test]
    fn nothing_is_found_until_it_is_configured() {
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: Pod\nspec: {volumes: [{name: a, secret: {secretName: other}}]}\n",
        );
    }
}

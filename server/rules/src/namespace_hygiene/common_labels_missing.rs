use super::metadata::holders;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::Object;

rule! {
    /// One of the labels is missing that tools of many makers read.
    ///
    /// ## Why
    /// With the labels `app.kubernetes.io/…` tools show and select what belongs together, whoever wrote the manifests.
    /// Off by default.
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
    ///   labels:
    ///     app.kubernetes.io/name: web
    ///     app.kubernetes.io/instance: web-eu
    ///     app.kubernetes.io/version: "1.2"
    ///     app.kubernetes.io/component: frontend
    ///     app.kubernetes.io/part-of: shop
    ///     app.kubernetes.io/managed-by: kubectl
    /// ```
    ///
    /// ## Fix
    /// By hand: add the labels that are missing, on the object and on its pod template. Keep them out of selectors
    /// where they change, as the version does.
    ///
    /// ## When it is fine
    /// Where a site has labels of its own.
    ///
    /// ## References
    /// - [Recommended labels](https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/)
    id: "common-labels-missing",
    title: "Recommended app.kubernetes.io labels are missing",
    severity: Severity::Hint,
    family: Family::NamespaceHygiene,
    persona: Persona::Policy,
    fields: &["metadata.labels"],
    also: &[(Kubescape, "C-0077")],
    check: Check::Object(check),
}

const LABELS: [&str; 6] = [
    "app.kubernetes.io/name",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/version",
    "app.kubernetes.io/component",
    "app.kubernetes.io/part-of",
    "app.kubernetes.io/managed-by",
];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    for holder in holders(object) {
        let missing: Vec<_> = LABELS.into_iter().filter(|label| holder.label(label).is_unset()).collect();
        if !missing.is_empty() {
            report.find(holder.labels_path(), format!("{} lacks {}", holder.title, missing.join(", ")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn missing_labels_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Service
            metadata:
              name: web
              labels:
              ^^^^^^ Service \"web\" lacks app.kubernetes.io/version
                app.kubernetes.io/name: web
                app.kubernetes.io/instance: web
                app.kubernetes.io/component: web
                app.kubernetes.io/part-of: shop
                app.kubernetes.io/managed-by: kubectl
            ",
        );
        check_silent(&RULE, "apiVersion: v1\nkind: Service\nmetadata: {labels: \"{{ .Values.labels }}\"}\n");
    }
}

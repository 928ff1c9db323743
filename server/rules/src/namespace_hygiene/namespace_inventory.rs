use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Namespace, Object, Scope};

rule! {
    /// A namespace that is in use.
    ///
    /// ## Why
    /// This is no fault: it lists the namespaces that manifests name, for a review of what belongs together. Off by
    /// default.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata: {name: shop}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: web}
    /// ```
    ///
    /// ## Fix
    /// By hand: see that somebody owns the namespace, and that it has quotas, network policies and a Pod Security
    /// level.
    ///
    /// ## When it is fine
    /// Always.
    ///
    /// ## References
    /// - [Namespaces](https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/)
    id: "namespace-inventory",
    title: "Namespace to review",
    severity: Severity::Hint,
    family: Family::NamespaceHygiene,
    persona: Persona::Policy,
    fields: &["metadata.namespace", "metadata.name"],
    also: &[(Kics, "e84eaf4d-2f45-47b2-abe8-e581b06deb66"), (Kubescape, "C-0209")],
    check: Check::Object(check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if object.kind() == Some("Namespace") && object.api_version() == Some("v1") {
        if let Some(name) = object.name() {
            report
                .find(object.path.keys(&["metadata", "name"]), format!("namespace {name} is declared here"));
        }
        return;
    }
    if let Namespace::Named(name) = object.home()
        && object.scope() != Some(Scope::Cluster)
    {
        report.find(object.path.keys(&["metadata", "namespace"]), format!("namespace {name} is used here"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn declared_and_used_namespaces_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
                             ^^^^ namespace shop is declared here
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {namespace: shop}
                                  ^^^^ namespace shop is used here
            ",
        );
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: \"{{ .Release.Namespace }}\"}\n",
        );
        check_silent(&RULE, "apiVersion: v1\nkind: Node\nmetadata: {namespace: shop}\n");
    }
}

use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Object, Selector, lookup, pod_specs};
use leastwise_yaml::{Document, Path};

rule! {
    /// A workload does not select the pods that it creates.
    ///
    /// ## Why
    /// The API server refuses a workload whose selector does not match the labels of its template: it would create
    /// pods without end, since none of them would count. In `apps/v1` the selector has no default.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: web}
    /// spec:
    ///   selector: {matchLabels: {app: web}}
    ///   template:
    ///     metadata: {labels: {app: shop}}
    ///     spec:
    ///       containers:
    ///       - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: web}
    /// spec:
    ///   selector: {matchLabels: {app: web}}
    ///   template:
    ///     metadata: {labels: {app: web}}
    ///     spec:
    ///       containers:
    ///       - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Fix
    /// By hand: change the labels of the template. The selector of a workload that exists cannot be changed.
    ///
    /// ## When it is fine
    /// Where a tool adds selector or labels before the object is applied. A missing selector is not reported where
    /// the workspace has a Kustomization, which can add it. Jobs get their selector from the server and are not judged.
    ///
    /// ## References
    /// - [Deployment: selector](https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector)
    id: "selector-template-mismatch",
    title: "Selector does not match the pod template",
    severity: Severity::Error,
    family: Family::SchemaDeprecation,
    fields: &["spec.selector"],
    also: &[
        (KubeLinter, "mismatching-selector"),
        (Kubescape, "C-0296"),
        (KubeScore, "deployment-pod-selector-labels-match-template-metadata-labels"),
        (KubeScore, "statefulset-pod-selector-labels-match-template-metadata-labels"),
    ],
    check: Check::Kind(&["DaemonSet", "Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let field = lookup(object.node, &["spec", "selector"]);
    let selector = match (object.api_group(), object.kind()) {
        (Some("apps" | "extensions"), _) => Selector::of(field),
        (Some(""), Some("ReplicationController")) => Selector::of_labels(field),
        _ => return,
    };
    let Some(pod) = pod_specs(object).into_iter().next() else { return };
    let path = object.path.keys(&["spec", "selector"]);
    match selector {
        Some(selector) if selector.matches(&pod.labels()) == Some(false) => {
            let labels = pod.metadata.key("labels");
            // Both sides of a condition are read as if they stood beside each other.
            if [&path, &labels].into_iter().any(|path| holds_template(object.node.document(), path)) {
                return;
            }
            report
                .find(path, "The selector does not match the labels of the pod template")
                .related(&labels, "the labels of the pods");
        }
        Some(selector)
            if selector.is_empty() && object.api_group() == Some("apps") && !may_be_set(report) =>
        {
            report.find(path, "The selector is empty, which the API server refuses");
        }
        // Older versions and ReplicationControllers take the labels of the template.
        None if object.api_version() == Some("apps/v1") && !may_be_set(report) => {
            // A part of a workload, which a tool lays over the whole, seldom has both labels and an image.
            let has_image = || pod.containers().iter().any(|container| container.image().is_some());
            let is_part = pod.labels().known.is_empty() || !has_image();
            let message = "The selector is not set, and apps/v1 has no default for it";
            report.find(path, message).pedantic_if(is_part);
        }
        _ => {}
    }
}

/// Whether a template stands in the field.
fn holds_template(document: &Document, path: &Path) -> bool {
    let range = document.entry_at(path).map(|entry| entry.range);
    range.is_some_and(|range| document.templates().iter().any(|template| range.contains_range(*template)))
}

/// Whether Kustomize may add a selector.
fn may_be_set(report: &Report<'_, '_>) -> bool {
    report.workspace().of_kind("Kustomization").next().is_some()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_pedantic, check_silent};

    #[test]
    fn a_selector_that_does_not_match_or_is_not_there_is_found() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            spec:
              selector:
              ^^^^^^^^ does not match the labels of the pod template
                matchExpressions: [{key: tier, operator: Exists}]
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: web, image: web}]}
            ---
            apiVersion: apps/v1
            kind: DaemonSet
            spec:
            ^^^^ The selector is not set
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: web, image: web}]}
            ---
            apiVersion: v1
            kind: ReplicationController
            spec:
              selector: {app: shop}
              ^^^^^^^^ does not match
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: web, image: web}]}
            ",
        );
    }

    #[test]
    fn matches_defaults_parts_and_templates_are_fine() {
        let with = |version: &str, selector: &str, labels: &str, container: &str| {
            format!(
                "apiVersion: {version}\nkind: Deployment\nspec:\n  {selector}\n  template:\n    metadata:\n      labels:\n        {labels}\n    spec:\n      containers:\n      - {container}\n"
            )
        };
        let web = "{name: web, image: web}";
        check_silent(&RULE, &with("apps/v1", "selector: {matchLabels: {app: web}}", "app: web", web));
        check_silent(
            &RULE,
            &with("apps/v1", "selector: {matchLabels: {app: web}}", "app: {{ .Values.app }}", web),
        );
        check_silent(
            &RULE,
            &with(
                "apps/v1",
                "selector: {matchLabels: {app: web}}",
                "{{- include \"labels\" . | nindent 8 }}",
                web,
            ),
        );
        check_silent(
            &RULE,
            &with(
                "apps/v1",
                "selector: {matchLabels: {app: shop}}",
                "{{- if .Values.shop }}\n        app: shop\n        {{- else }}\n        app: web\n        {{- end }}",
                web,
            ),
        );
        let kustomized = with("apps/v1", "replicas: 1", "app: web", web);
        check_silent(
            &RULE,
            &format!("{kustomized}---\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"),
        );
        check_silent(&RULE, &with("extensions/v1beta1", "replicas: 1", "app: web", web));
        check_pedantic(&RULE, &with("apps/v1", "replicas: 1", "app: web", "{name: web}"));
    }

    #[test]
    fn an_empty_selector_is_refused() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: StatefulSet
            spec:
              selector: {matchLabels: {}}
              ^^^^^^^^ is empty, which the API server refuses
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: web, image: web}]}
            ",
        );
    }
}

use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Object, lookup};
use leastwise_yaml::{Field, Kind, Node};

rule! {
    /// A metric of type `Object` of an autoscaler does not say all that is needed to read it.
    ///
    /// ## Why
    /// The autoscaler looks up one metric of one object: without `metric`, `target` and a `describedObject` with
    /// `apiVersion`, `kind` and `name` the API server refuses the metric, or the autoscaler does not find the
    /// object and does not scale.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata: {name: web}
    /// spec:
    ///   maxReplicas: 5
    ///   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
    ///   metrics:
    ///   - type: Object
    ///     object:
    ///       metric: {name: requests-per-second}
    ///       target: {type: Value, value: 10k}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata: {name: web}
    /// spec:
    ///   maxReplicas: 5
    ///   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
    ///   metrics:
    ///   - type: Object
    ///     object:
    ///       metric: {name: requests-per-second}
    ///       describedObject: {apiVersion: networking.k8s.io/v1, kind: Ingress, name: web}
    ///       target: {type: Value, value: 10k}
    /// ```
    ///
    /// ## Fix
    /// By hand: say which object and which metric.
    ///
    /// ## When it is fine
    /// An object of the core group may do without `apiVersion`, which `v1` says as well.
    ///
    /// ## References
    /// - [HorizontalPodAutoscaler walkthrough: other metrics](https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale-walkthrough/#autoscaling-on-multiple-metrics-and-custom-metrics)
    id: "hpa-object-metric-incomplete",
    title: "Object metric of the autoscaler is incomplete",
    severity: Severity::Error,
    family: Family::SchemaDeprecation,
    fields: &["spec.metrics[*].object"],
    also: &[
        (Kics, "2f652c42-619d-4361-b361-9f599688f8ca"),
    ],
    check: Check::Kind(&["HorizontalPodAutoscaler"], check),
}

/// The versions that describe metrics so.
const VERSIONS: [&str; 2] = ["autoscaling/v2", "autoscaling/v2beta2"];

const NEEDED: [&[&str]; 5] = [
    &["metric"],
    &["target"],
    &["describedObject", "apiVersion"],
    &["describedObject", "kind"],
    &["describedObject", "name"],
];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if !object.api_version().is_some_and(|version| VERSIONS.contains(&version)) {
        return;
    }
    let metrics = ["spec", "metrics"];
    for item in lookup(object.node, &metrics).value().into_iter().flat_map(Node::items) {
        if item.value.get("type").value().and_then(Node::as_str) != Some("Object") {
            continue;
        }
        let path = object.path.keys(&metrics).index(item.index).key("object");
        let lacks = match item.value.get("object") {
            field if is_unset(field) => "object".to_owned(),
            Field::Present(metric) if matches!(metric.value.kind(), Kind::Mapping) => {
                let lacks = NEEDED.iter().filter(|keys| is_unset(lookup(metric.value, keys)));
                lacks.map(|keys| keys.join(".")).collect::<Vec<_>>().join(", ")
            }
            _ => continue,
        };
        if !lacks.is_empty() {
            report.find(path, format!("The metric of type Object lacks {lacks}"));
        }
    }
}

fn is_unset(field: Field<'_>) -> bool {
    match field {
        Field::Absent => true,
        Field::Present(entry) => entry.value.is_null(),
        Field::Unknown => false,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn what_is_lacking_is_named() {
        check(
            &RULE,
            "
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            spec:
              metrics:
              - type: Object
                ^^^^ The metric of type Object lacks object
              - type: Object
                object:
                ^^^^^^ lacks target, describedObject.kind, describedObject.name
                  metric: {name: requests}
                  describedObject: {apiVersion: v1}
              - type: Resource
            ",
        );
    }

    #[test]
    fn whole_metrics_templates_and_other_versions_are_fine() {
        let with = |version: &str, object: &str| {
            format!(
                "apiVersion: {version}\nkind: HorizontalPodAutoscaler\nspec:\n  metrics:\n  - type: Object\n    object:\n      {object}\n"
            )
        };
        check_silent(&RULE, &with("autoscaling/v2beta1", "metricName: requests"));
        check_silent(&RULE, &with("autoscaling/v2", "{{- toYaml .Values.metric | nindent 6 }}"));
        check_silent(
            &RULE,
            &with(
                "autoscaling/v2",
                "{metric: {name: a}, target: {}, describedObject: {apiVersion: v1, kind: Service, name: b}}",
            ),
        );
    }
}

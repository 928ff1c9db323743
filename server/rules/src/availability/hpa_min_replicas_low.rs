use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Autoscaler, Object, lookup};

rule! {
    /// The autoscaler may leave a single replica.
    ///
    /// ## Why
    /// In quiet hours it scales down to `minReplicas`, which is 1 unless it says otherwise. Then a drain or a crash
    /// is an outage.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
    ///   maxReplicas: 6
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
    ///   minReplicas: 2
    ///   maxReplicas: 6
    /// ```
    ///
    /// ## Fix
    /// By hand: set `minReplicas` to at least 2.
    ///
    /// ## When it is fine
    /// Programs that may be away for a while. How many are enough is the parameter `minimumReplicas`, 2 unless set.
    ///
    /// ## References
    /// - [Horizontal pod autoscaling](https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/)
    /// - [HorizontalPodAutoscaler walkthrough](https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale-walkthrough/)
    id: "hpa-min-replicas-low",
    title: "Autoscaler may scale to a single replica",
    family: Family::Availability,
    severity: Severity::Info,
    persona: Persona::Pedantic,
    fields: &["spec.minReplicas"],
    also: &[(KubeLinter, "hpa-minimum-three-replicas"), (Polaris, "hpaMinAvailability"), (KubeScore, "horizontalpodautoscaler-replicas")],
    check: Check::Kind(&["HorizontalPodAutoscaler"], check),
}

/// How many replicas are enough where nobody says.
const DEFAULT: i64 = 2;

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let minimum = report.context().settings.parameters.minimum_replicas.unwrap_or(DEFAULT);
    let is_written = lookup(object.node, &["spec"]).value().is_some_and(|spec| !spec.is_null());
    let lowest = Autoscaler::of(object).and_then(|autoscaler| autoscaler.minimum());
    if let Some(lowest) = lowest.filter(|lowest| *lowest < minimum && is_written) {
        let message =
            format!("the autoscaler may go down to {lowest}, where at least {minimum} replicas should run");
        report.find(object.path.keys(&["spec", "minReplicas"]), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_low_minimum_is_found() {
        check(
            &RULE,
            "
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              minReplicas: 1
                           ^ may go down to 1
            ",
        );
    }

    #[test]
    fn none_written_counts_as_one() {
        check(
            &RULE,
            "
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
            ^^^^ may go down to 1
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
            ",
        );
    }

    #[test]
    fn enough_and_hidden_are_fine() {
        for text in [
            "
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              minReplicas: 2
              maxReplicas: 6
            ",
            "
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              minReplicas: {{ .Values.min }}
            ",
        ] {
            check_silent(&RULE, text);
        }
    }
}

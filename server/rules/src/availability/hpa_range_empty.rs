use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Autoscaler, Object, integer};
use std::cmp::Ordering;

rule! {
    /// The autoscaler has no room: its least and greatest number of replicas are the same.
    ///
    /// ## Why
    /// It never scales, so load goes unanswered, though the manifest looks as if it were. Where the greatest is below
    /// the least, the API server refuses it.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
    ///   minReplicas: 3
    ///   maxReplicas: 3
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
    /// By hand: raise `maxReplicas` or lower `minReplicas`, or remove the autoscaler.
    ///
    /// ## When it is fine
    /// To hold a number for a while, as in an incident.
    ///
    /// ## References
    /// - [Horizontal pod autoscaling](https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/)
    /// - [HorizontalPodAutoscaler walkthrough](https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale-walkthrough/)
    id: "hpa-range-empty",
    title: "Autoscaler has no room to scale",
    family: Family::Availability,
    fields: &["spec.maxReplicas", "spec.minReplicas"],
    also: &[(Polaris, "hpaMaxAvailability")],
    check: Check::Kind(&["HorizontalPodAutoscaler"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(maximum) = integer(object.node, &["spec", "maxReplicas"]).known() else { return };
    let Some(minimum) = Autoscaler::of(object).and_then(|autoscaler| autoscaler.minimum()) else { return };
    let message = match maximum.cmp(&minimum) {
        Ordering::Equal => {
            format!("the autoscaler never scales: it has at least and at most {maximum} replicas")
        }
        Ordering::Less => format!("maxReplicas {maximum} is below minReplicas {minimum}, which is refused"),
        Ordering::Greater => return,
    };
    report.find(object.path.keys(&["spec", "maxReplicas"]), message);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn equal_bounds_are_found() {
        check(
            &RULE,
            "
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              minReplicas: 3
              maxReplicas: 3
                           ^ never scales: it has at least and at most 3
            ",
        );
    }

    #[test]
    fn the_default_minimum_counts() {
        check(
            &RULE,
            "
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              maxReplicas: 1
                           ^ at most 1
            ",
        );
    }

    #[test]
    fn a_range_upside_down_is_found() {
        check(
            &RULE,
            "
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              minReplicas: 4
              maxReplicas: 3
                           ^ maxReplicas 3 is below minReplicas 4
            ",
        );
    }

    #[test]
    fn room_and_hidden_bounds_are_fine() {
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
              maxReplicas: 3
            ",
        ] {
            check_silent(&RULE, text);
        }
    }
}

use super::scaling::title;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};
use leastwise_manifest::{Autoscaler, Object};

rule! {
    /// Two autoscalers have the same target.
    ///
    /// ## Why
    /// Each sets the number of replicas from its own metrics, and the two undo each other's work: the workload
    /// swings, or the autoscalers give up.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
    ///   minReplicas: 2
    ///   maxReplicas: 6
    /// ---
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata: {name: peak, namespace: shop}
    /// spec:
    ///   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
    ///   minReplicas: 2
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
    /// ---
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata: {name: peak, namespace: shop}
    /// spec:
    ///   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}
    ///   minReplicas: 2
    ///   maxReplicas: 6
    /// ```
    ///
    /// ## Fix
    /// By hand: keep one, with the metrics of both.
    ///
    /// ## When it is fine
    /// Never.
    ///
    /// ## References
    /// - [Horizontal pod autoscaling](https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/)
    id: "hpa-duplicate-target",
    title: "Two autoscalers target one workload",
    family: Family::Availability,
    severity: Severity::Error,
    fields: &["spec.scaleTargetRef"],
    also: &[(Kyverno, "prevent-duplicate-hpa")],
    check: Check::Kind(&["HorizontalPodAutoscaler"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(Autoscaler { target, .. }) = Autoscaler::of(object) else { return };
    let Some((kind, name)) = target.kind.zip(target.name) else { return };
    let mut of_namespace = report.workspace().in_namespace("HorizontalPodAutoscaler", object.home());
    let twin = of_namespace.find(|declared| {
        declared.is_other(object)
            && Autoscaler::of(&declared.object())
                .is_some_and(|twin| twin.target.is_same(&target) == Some(true))
    });
    if let Some(twin) = twin {
        let message = format!("{} targets {kind} \"{name}\" as well", title(&twin.object()));
        let other = twin.path.keys(&["spec", "scaleTargetRef"]);
        report.find(target.path, message).related_in(twin, &other, "The other target");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_same_target_is_found_on_both() {
        check(
            &RULE,
            "
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              ^^^^^^^^^^^^^^ HorizontalPodAutoscaler \"peak\" targets Deployment \"web\" as well
              minReplicas: 2
              maxReplicas: 6
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: peak, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              ^^^^^^^^^^^^^^ HorizontalPodAutoscaler \"web\" targets Deployment \"web\" as well
              minReplicas: 2
              maxReplicas: 6
            ",
        );
    }

    #[test]
    fn itself_other_targets_and_templates_are_fine() {
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
              minReplicas: 2
              maxReplicas: 6
            ---
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
              minReplicas: 2
              maxReplicas: 6
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: peak, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}
              minReplicas: 2
              maxReplicas: 6
            ",
            "
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              minReplicas: 2
              maxReplicas: 6
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: peak, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: \"{{ .Values.name }}\"}
              minReplicas: 2
              maxReplicas: 6
            ",
            "
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              minReplicas: 2
              maxReplicas: 6
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: peak, namespace: other}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              minReplicas: 2
              maxReplicas: 6
            ",
        ] {
            check_silent(&RULE, text);
        }
    }
}

use super::scaling::title;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Autoscaler, Object};

rule! {
    /// Two vertical autoscalers have the same target.
    ///
    /// ## Why
    /// Which of them counts is not defined, so requests change in a way that neither manifest tells.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: autoscaling.k8s.io/v1
    /// kind: VerticalPodAutoscaler
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
    /// ---
    /// apiVersion: autoscaling.k8s.io/v1
    /// kind: VerticalPodAutoscaler
    /// metadata: {name: peak, namespace: shop}
    /// spec:
    ///   targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: autoscaling.k8s.io/v1
    /// kind: VerticalPodAutoscaler
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
    /// ---
    /// apiVersion: autoscaling.k8s.io/v1
    /// kind: VerticalPodAutoscaler
    /// metadata: {name: peak, namespace: shop}
    /// spec:
    ///   targetRef: {apiVersion: apps/v1, kind: Deployment, name: api}
    /// ```
    ///
    /// ## Fix
    /// By hand: keep one, with the metrics of both.
    ///
    /// ## When it is fine
    /// Never.
    ///
    /// ## References
    /// - [Vertical pod autoscaling](https://kubernetes.io/docs/concepts/workloads/autoscaling/vertical-pod-autoscale/)
    id: "vpa-duplicate-target",
    title: "Two vertical autoscalers target one workload",
    family: Family::Availability,
    fields: &["spec.targetRef"],
    also: &[(Kyverno, "prevent-duplicate-vpa")],
    check: Check::Kind(&["VerticalPodAutoscaler"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(Autoscaler { target, .. }) = Autoscaler::of(object) else { return };
    let Some((kind, name)) = target.kind.zip(target.name) else { return };
    let mut of_namespace = report.workspace().in_namespace("VerticalPodAutoscaler", object.home());
    let twin = of_namespace.find(|declared| {
        declared.is_other(object)
            && Autoscaler::of(&declared.object())
                .is_some_and(|twin| twin.target.is_same(&target) == Some(true))
    });
    if let Some(twin) = twin {
        let message = format!("{} targets {kind} \"{name}\" as well", title(&twin.object()));
        let other = twin.path.keys(&["spec", "targetRef"]);
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
            apiVersion: autoscaling.k8s.io/v1
            kind: VerticalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              ^^^^^^^^^ VerticalPodAutoscaler \"peak\" targets Deployment \"web\" as well
            ---
            apiVersion: autoscaling.k8s.io/v1
            kind: VerticalPodAutoscaler
            metadata: {name: peak, namespace: shop}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              ^^^^^^^^^ VerticalPodAutoscaler \"web\" targets Deployment \"web\" as well
            ",
        );
    }

    #[test]
    fn itself_other_targets_and_templates_are_fine() {
        for text in [
            "
            apiVersion: autoscaling.k8s.io/v1
            kind: VerticalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
            ",
            "
            apiVersion: autoscaling.k8s.io/v1
            kind: VerticalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
            ---
            apiVersion: autoscaling.k8s.io/v1
            kind: VerticalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
            ",
            "
            apiVersion: autoscaling.k8s.io/v1
            kind: VerticalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
            ---
            apiVersion: autoscaling.k8s.io/v1
            kind: VerticalPodAutoscaler
            metadata: {name: peak, namespace: shop}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: api}
            ",
            "
            apiVersion: autoscaling.k8s.io/v1
            kind: VerticalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
            ---
            apiVersion: autoscaling.k8s.io/v1
            kind: VerticalPodAutoscaler
            metadata: {name: peak, namespace: shop}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: \"{{ .Values.name }}\"}
            ",
            "
            apiVersion: autoscaling.k8s.io/v1
            kind: VerticalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
            ---
            apiVersion: autoscaling.k8s.io/v1
            kind: VerticalPodAutoscaler
            metadata: {name: peak, namespace: other}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
            ",
        ] {
            check_silent(&RULE, text);
        }
    }
}

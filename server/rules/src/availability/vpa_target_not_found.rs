use super::scaling::is_built_in;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Confidence, Family, Severity};
use leastwise_manifest::{Autoscaler, Object};

rule! {
    /// The vertical autoscaler watches a workload that the workspace does not declare.
    ///
    /// ## Why
    /// It recommends and changes nothing, without a word in the manifest.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: autoscaling.k8s.io/v1
    /// kind: VerticalPodAutoscaler
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   targetRef: {apiVersion: apps/v1, kind: Deployment, name: wbe}
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   template:
    ///     metadata:
    ///       labels: {app: web}
    ///     spec:
    ///       containers:
    ///       - name: web
    ///         image: web:1.2
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
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   template:
    ///     metadata:
    ///       labels: {app: web}
    ///     spec:
    ///       containers:
    ///       - name: web
    ///         image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// By hand: correct the name or the kind.
    ///
    /// ## When it is fine
    /// Where the workload is declared elsewhere. The rule speaks only where the workspace declares some workload of
    /// the namespace, and only of kinds of Kubernetes itself.
    ///
    /// ## References
    /// - [Vertical pod autoscaling](https://kubernetes.io/docs/concepts/workloads/autoscaling/vertical-pod-autoscale/)
    id: "vpa-target-not-found",
    title: "Vertical autoscaler target is not declared",
    family: Family::Availability,
    severity: Severity::Info,
    confidence: Confidence::Medium,
    fields: &["spec.targetRef.name"],
    also: &[(Kyverno, "verify-vpa-target")],
    check: Check::Kind(&["VerticalPodAutoscaler"], check),
}

/// The kinds that Kubernetes itself can run pods by.
const SCALABLE: &[&str] =
    &["CronJob", "DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(Autoscaler { target, .. }) = Autoscaler::of(object) else { return };
    let Some((kind, name)) = target.kind.zip(target.name) else { return };
    if !SCALABLE.contains(&kind) || !is_built_in(target.group) {
        return;
    }
    let home = object.home();
    let mut of_namespace = false;
    for declared in report.workspace().workloads() {
        let workload = declared.object();
        if declared.home().may_be(home) && target.is(&workload) != Some(false) {
            return;
        }
        of_namespace |= report.workspace().is_in(declared, home);
    }
    if of_namespace {
        report.find(target.path.key("name"), format!("no {kind} \"{name}\" is declared in the workspace"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_name_that_no_workload_has_is_found() {
        check(
            &RULE,
            "
            apiVersion: autoscaling.k8s.io/v1
            kind: VerticalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: wbe}
                                                                       ^^^ no Deployment \"wbe\" is declared
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ",
        );
    }

    #[test]
    fn declared_and_hidden_targets_are_fine() {
        for text in [
            "
            apiVersion: autoscaling.k8s.io/v1
            kind: VerticalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ",
            "
            apiVersion: autoscaling.k8s.io/v1
            kind: VerticalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: wbe}
            ",
            "
            apiVersion: autoscaling.k8s.io/v1
            kind: VerticalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: \"{{ .Values.name }}\"}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ",
        ] {
            check_silent(&RULE, text);
        }
    }
}

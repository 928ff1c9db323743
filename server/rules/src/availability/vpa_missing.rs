use super::scaling::{VERTICAL, is_built_in, may_be_scaled, title};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, lookup};
use leastwise_yaml::Field;

rule! {
    /// No VerticalPodAutoscaler of the workspace targets the workload.
    ///
    /// ## Why
    /// Its requests stay as they were guessed, whatever the pods use.
    ///
    /// ## Avoid
    /// ```yaml
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
    /// ---
    /// apiVersion: autoscaling.k8s.io/v1
    /// kind: VerticalPodAutoscaler
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
    /// ```
    ///
    /// ## Fix
    /// By hand: declare a VerticalPodAutoscaler for it.
    ///
    /// ## When it is fine
    /// For everything that is not meant to scale. The rule is off unless it is selected; it then takes the workspace
    /// for the whole.
    ///
    /// ## References
    /// - [Vertical pod autoscaling](https://kubernetes.io/docs/concepts/workloads/autoscaling/vertical-pod-autoscale/)
    id: "vpa-missing",
    title: "Workload has no vertical autoscaler",
    family: Family::Availability,
    severity: Severity::Hint,
    persona: Persona::Policy,
    fields: &["metadata.name"],
    also: &[(Kyverno, "check-vpa-configuration")],
    check: Check::Kind(&["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let is_owned = !matches!(lookup(object.node, &["metadata", "ownerReferences"]), Field::Absent);
    let is_scaled = || may_be_scaled(report.workspace(), VERTICAL, object);
    if is_built_in(object.api_group()) && !is_owned && !is_scaled() {
        let message = format!("no VerticalPodAutoscaler of the workspace targets {}", title(object));
        report.find(object.path.keys(&["metadata", "name"]), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_workload_without_one_is_found() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
                             ^^^ no VerticalPodAutoscaler of the workspace targets Deployment \"web\"
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
    fn targets_of_one_and_those_that_may_be_are_fine() {
        for text in [
            "
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
            ---
            apiVersion: autoscaling.k8s.io/v1
            kind: VerticalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
            ",
            "
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
            ---
            apiVersion: autoscaling.k8s.io/v1
            kind: VerticalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: \"{{ .Values.name }}\"}
            ",
            "
            apiVersion: batch/v1
            kind: Job
            metadata: {name: web}
            ",
        ] {
            check_silent(&RULE, text);
        }
    }
}

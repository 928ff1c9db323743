use super::scaling::{HORIZONTAL, scaler, title};
use crate::finding::Fix;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind};
use leastwise_manifest::{Object, integer};
use leastwise_yaml::{Emptied, Patch};

rule! {
    /// The workload fixes its number of replicas, and an autoscaler changes it.
    ///
    /// ## Why
    /// Each time the manifest is applied, the number jumps back to what it says, whatever the load is, until the
    /// autoscaler has brought it up again.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   replicas: 3
    ///   template:
    ///     metadata:
    ///       labels: {app: web}
    ///     spec:
    ///       containers:
    ///       - name: web
    ///         image: web:1.2
    /// ---
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
    ///   minReplicas: 2
    ///   maxReplicas: 6
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
    /// Remove `replicas`. A workload that was applied with it once goes down to 1 when it is applied without, until
    /// the autoscaler acts; the reference tells how to avoid that.
    ///
    /// ## When it is fine
    /// Where the field is written once, and later applies leave it alone.
    ///
    /// ## References
    /// - [Migrating Deployments and StatefulSets to horizontal autoscaling](https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling)
    id: "hpa-target-fixes-replicas",
    title: "Replica count fights the autoscaler",
    family: Family::Availability,
    fix: FixKind::Behavioural,
    fields: &["spec.replicas"],
    also: &[(Kics, "5744cbb8-5946-4b75-a196-ade44449525b"), (KubeScore, "deployment-targeted-by-hpa-does-not-have-replicas-configured")],
    check: Check::Kind(&["Deployment", "ReplicaSet", "StatefulSet"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(replicas) = integer(object.node, &["spec", "replicas"]).known() else { return };
    let Some(declared) = scaler(report.workspace(), HORIZONTAL, object) else { return };
    let path = object.path.keys(&["spec", "replicas"]);
    let patch = Patch::Remove { path: path.clone(), emptied: Emptied::Keep };
    let message = format!("each apply sets {replicas} replicas, against {}", title(&declared.object()));
    let target = declared.path.keys(&["spec", "scaleTargetRef"]);
    report
        .find(path, message)
        .related_in(declared, &target, "The autoscaler that changes the number")
        .fix(Fix::behavioural("Remove replicas, which the autoscaler sets", [patch]));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn replicas_beside_an_autoscaler_are_found() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              replicas: 3
                        ^ each apply sets 3 replicas, against HorizontalPodAutoscaler \"web\"
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              minReplicas: 2
              maxReplicas: 6
            ",
        );
    }

    #[test]
    fn no_replicas_other_targets_and_templates_are_fine() {
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
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              minReplicas: 2
              maxReplicas: 6
            ",
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              replicas: 3
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}
              minReplicas: 2
              maxReplicas: 6
            ",
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              replicas: 3
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: \"{{ .Values.name }}\"}
              minReplicas: 2
              maxReplicas: 6
            ",
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              replicas: {{ .Values.replicas }}
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
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
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              replicas: 3
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: other}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              minReplicas: 2
              maxReplicas: 6
            ",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn the_number_is_removed() {
        check_fix(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web} # the shop
            spec:
              replicas: 3
              template: {spec: {containers: [{name: web, image: web:1.2}]}}
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            spec: {maxReplicas: 9, scaleTargetRef: {kind: Deployment, name: web}}
            ",
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web} # the shop
            spec:
              template: {spec: {containers: [{name: web, image: web:1.2}]}}
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            spec: {maxReplicas: 9, scaleTargetRef: {kind: Deployment, name: web}}
            ",
        );
    }
}

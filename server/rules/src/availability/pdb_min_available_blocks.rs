use super::budgeted::{Budgeted, budgeted};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{DisruptionBudget, IntOrPercent, Object, Setting};

rule! {
    /// The budget lets no pod be evicted: `minAvailable` asks for all of them.
    ///
    /// ## Why
    /// Drains of nodes wait forever, so upgrades and repairs of the cluster stop at the node that runs one of the
    /// pods.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   minAvailable: 2
    ///   selector:
    ///     matchLabels: {app: web}
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   replicas: 2
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
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   minAvailable: 1
    ///   selector:
    ///     matchLabels: {app: web}
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   replicas: 2
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
    /// By hand: ask for fewer, best as `maxUnavailable: 1`, or run more replicas.
    ///
    /// ## When it is fine
    /// For pods that only people may move, who lift the budget first.
    ///
    /// ## How others differ
    /// Peers compare with the replicas of one workload. The budget counts the pods of all that it selects, so ours
    /// takes them together, and is silent where it selects something of which nobody knows the number.
    ///
    /// ## References
    /// - [Specifying a disruption budget for your application](https://kubernetes.io/docs/tasks/run-application/configure-pdb/)
    /// - [Disruptions](https://kubernetes.io/docs/concepts/workloads/pods/disruptions/)
    id: "pdb-min-available-blocks",
    title: "Disruption budget forbids every eviction (minAvailable)",
    family: Family::Availability,
    fields: &["spec.minAvailable"],
    also: &[(KubeLinter, "pdb-min-available"), (Polaris, "pdbDisruptionsIsZero"), (Kyverno, "pdb-minavailable-check"), (Kyverno, "deployment-replicas-higher-than-pdb"), (Kyverno, "require-replicas-allow-disruption")],
    covered_by: &["pdb-above-hpa-minimum"],
    check: Check::Kind(&["PodDisruptionBudget"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(budget) = DisruptionBudget::of(object) else { return };
    let Setting::Set(least, _) = budget.min_available() else { return };
    let path = object.path.keys(&["spec", "minAvailable"]);
    if matches!(least, IntOrPercent::Percent(100..)) {
        report.find(
            path,
            format!("minAvailable {least} lets no pod be evicted, so drains of nodes wait forever"),
        );
        return;
    }
    let Some(Budgeted { pods, workload, .. }) = budgeted(report.workspace(), &budget) else { return };
    if least.of(pods) >= pods {
        let message = format!("minAvailable {least} lets none of the {pods} selected pods be evicted");
        let replicas = workload.path.keys(&["spec", "replicas"]);
        report.find(path, message).related_in(workload, &replicas, "How many there are");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn all_of_the_replicas_are_found() {
        check(
            &RULE,
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              minAvailable: 2
                            ^ minAvailable 2 lets none of the 2 selected pods
              selector:
                matchLabels: {app: web}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              replicas: 2
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
    fn shares_are_rounded_up() {
        check(
            &RULE,
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              minAvailable: 51%
                            ^^^ minAvailable 51% lets none of the 1 selected pods
              selector:
                matchLabels: {app: web}
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
    fn all_of_a_hundred_needs_no_workload() {
        check(
            &RULE,
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              minAvailable: 100%
                            ^^^^ minAvailable 100% lets no pod be evicted
              selector:
                matchLabels: {app: web}
            ",
        );
    }

    #[test]
    fn room_hidden_and_unknown_numbers_are_fine() {
        for text in [
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              minAvailable: 1
              selector:
                matchLabels: {app: web}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              replicas: 2
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ",
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              minAvailable: 2
              selector:
                matchLabels: {app: web}
            ---
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
            ",
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              minAvailable: 2
              selector:
                matchLabels: {app: web}
            ",
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              minAvailable: 2
              selector:
                matchLabels: {app: web}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              replicas: 2
              template:
                metadata:
                  labels: {app: api}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ",
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              minAvailable: 2
              selector:
                matchLabels: {app: web}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              replicas: 2
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: canary, namespace: shop}
            spec:
              replicas: 1
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ",
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              minAvailable: 2
              selector:
                matchLabels: {app: web}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              replicas: 2
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ---
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: agent, namespace: shop}
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
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              minAvailable: 2
              selector:
                matchLabels: {app: web}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              replicas: 0
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ",
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              minAvailable: 2
              selector:
                matchLabels: {app: web}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              replicas: 2
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
        ] {
            check_silent(&RULE, text);
        }
    }
}

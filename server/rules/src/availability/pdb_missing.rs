use super::scaling::{is_built_in, is_replicated, title};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{DisruptionBudget, Object, PodSpec, pod_specs};

rule! {
    /// The workload runs several replicas, and no PodDisruptionBudget keeps some of them up.
    ///
    /// ## Why
    /// A drain may evict all of them at once: nothing tells the cluster how many it needs.
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
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata: {name: shop}
    /// ```
    ///
    /// ## Prefer
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
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata: {name: shop}
    /// ---
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   maxUnavailable: 1
    ///   selector:
    ///     matchLabels: {app: web}
    /// ```
    ///
    /// ## Fix
    /// By hand: declare a budget that selects the pods and allows at least one disruption.
    ///
    /// ## When it is fine
    /// For what may be away while nodes are drained. The budget may also be declared elsewhere, which is why this is
    /// a hint for those who ask.
    ///
    /// ## How others differ
    /// KICS takes any single label that both share for a match; ours asks the whole selector, `matchExpressions`
    /// included, in the same namespace.
    ///
    /// ## References
    /// - [Specifying a disruption budget for your application](https://kubernetes.io/docs/tasks/run-application/configure-pdb/)
    /// - [Disruptions](https://kubernetes.io/docs/concepts/workloads/pods/disruptions/)
    id: "pdb-missing",
    title: "Replicated workload has no disruption budget",
    family: Family::Availability,
    severity: Severity::Hint,
    persona: Persona::Pedantic,
    fields: &["metadata.name"],
    also: &[(Kics, "b23e9b98-0cb6-4fc9-b257-1f3270442678"), (Kics, "1db3a5a5-bf75-44e5-9e44-c56cfc8b1ac5"), (Polaris, "missingPodDisruptionBudget"), (KubeScore, "deployment-has-poddisruptionbudget"), (KubeScore, "statefulset-has-poddisruptionbudget"), (Kyverno, "require-pdb")],
    check: Check::Kind(&["Deployment", "StatefulSet"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let workspace = report.workspace();
    let (home, kind) = (object.home(), "PodDisruptionBudget");
    if !is_built_in(object.api_group()) || !is_replicated(workspace, object) {
        return;
    }
    let Some(labels) = pod_specs(object).first().map(PodSpec::labels) else { return };
    let may_be_kept = workspace.of_kind(kind).any(|declared| {
        let budget = declared.object();
        declared.home().may_be(home)
            && DisruptionBudget::of(&budget).is_some_and(|budget| budget.selects(&labels) != Some(false))
    });
    if !may_be_kept {
        let message =
            format!("no PodDisruptionBudget of the workspace selects the pods of {}", title(object));
        report.find(object.path.keys(&["metadata", "name"]), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_pedantic, check_silent};

    #[test]
    fn replicas_without_a_budget_are_found() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
                             ^^^ no PodDisruptionBudget of the workspace selects the pods of Deployment \"web\"
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
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
            ",
        );
    }

    #[test]
    fn a_budget_of_other_pods_and_an_autoscaler_count() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
                             ^^^ no PodDisruptionBudget
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
            metadata: {name: scaler, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              minReplicas: 2
              maxReplicas: 6
            ---
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: other, namespace: shop}
            spec:
              selector:
                matchLabels: {app: web, tier: front}
            ",
        );
    }

    #[test]
    fn budgets_that_may_select_single_pods_are_fine() {
        for text in [
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
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              selector:
                matchLabels: {app: web}
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
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              selector:
                matchLabels: {app: \"{{ .Values.app }}\"}
            ",
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              replicas: 1
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ---
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
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
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
            ",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn what_lies_alone_is_said_to_pedantic_listeners() {
        check_pedantic(
            &RULE,
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
            ",
        );
    }
}

use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{DisruptionBudget, IntOrPercent, Object, Setting};

rule! {
    /// The budget lets no pod be evicted: `maxUnavailable` is 0.
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
    ///   maxUnavailable: 0
    ///   selector:
    ///     matchLabels: {app: web}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
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
    /// By hand: allow at least 1, and run as many replicas as that needs.
    ///
    /// ## When it is fine
    /// For pods that only people may move, who lift the budget first.
    ///
    /// ## References
    /// - [Specifying a disruption budget for your application](https://kubernetes.io/docs/tasks/run-application/configure-pdb/)
    /// - [Disruptions](https://kubernetes.io/docs/concepts/workloads/pods/disruptions/)
    id: "pdb-max-unavailable-zero",
    title: "Disruption budget forbids every eviction (maxUnavailable)",
    family: Family::Availability,
    fields: &["spec.maxUnavailable"],
    also: &[(KubeLinter, "pdb-max-unavailable"), (Polaris, "pdbDisruptionsIsZero"), (Kyverno, "pdb-maxunavailable"), (Kyverno, "pdb-maxunavailable-with-deployments")],
    check: Check::Kind(&["PodDisruptionBudget"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(budget) = DisruptionBudget::of(object) else { return };
    if let Setting::Set(most @ (IntOrPercent::Integer(0) | IntOrPercent::Percent(0)), _) =
        budget.max_unavailable()
    {
        let message =
            format!("maxUnavailable {most} lets no pod be evicted, so drains of nodes wait forever");
        report.find(object.path.keys(&["spec", "maxUnavailable"]), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn zero_is_found() {
        check(
            &RULE,
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              maxUnavailable: 0
                              ^ maxUnavailable 0 lets no pod be evicted
              selector:
                matchLabels: {app: web}
            ",
        );
    }

    #[test]
    fn zero_of_a_hundred_is_found() {
        check(
            &RULE,
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              maxUnavailable: 0%
                              ^^ maxUnavailable 0% lets no pod
              selector:
                matchLabels: {app: web}
            ",
        );
    }

    #[test]
    fn others_are_fine() {
        for text in [
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              maxUnavailable: 1
              selector:
                matchLabels: {app: web}
            ",
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              maxUnavailable: 1%
              selector:
                matchLabels: {app: web}
            ",
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              maxUnavailable: {{ .Values.most }}
              selector:
                matchLabels: {app: web}
            ",
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              maxUnavailable: null
              selector:
                matchLabels: {app: web}
            ",
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              minAvailable: 0
              selector:
                matchLabels: {app: web}
            ",
        ] {
            check_silent(&RULE, text);
        }
    }
}

use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{DisruptionBudget, Object};

rule! {
    /// The budget states no threshold.
    ///
    /// ## Why
    /// Without `minAvailable` and `maxUnavailable` it protects nothing, though its name says that it does.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata: {name: web, namespace: shop}
    /// spec:
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
    /// By hand: set `maxUnavailable`, or `minAvailable`.
    ///
    /// ## When it is fine
    /// Never.
    ///
    /// ## References
    /// - [Specifying a disruption budget for your application](https://kubernetes.io/docs/tasks/run-application/configure-pdb/)
    /// - [Disruptions](https://kubernetes.io/docs/concepts/workloads/pods/disruptions/)
    id: "pdb-without-policy",
    title: "Disruption budget sets no threshold",
    family: Family::Availability,
    fields: &["spec.minAvailable", "spec.maxUnavailable"],
    also: &[(KubeScore, "poddisruptionbudget-has-policy")],
    check: Check::Kind(&["PodDisruptionBudget"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(budget) = DisruptionBudget::of(object) else { return };
    if budget.min_available().is_unset() && budget.max_unavailable().is_unset() {
        report.find(
            object.path.key("spec"),
            "the budget sets neither minAvailable nor maxUnavailable, so it protects nothing",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_budget_without_threshold_is_found_on_its_spec() {
        check(
            &RULE,
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
            ^^^^ sets neither minAvailable nor maxUnavailable
              selector:
                matchLabels: {app: web}
            ",
        );
    }

    #[test]
    fn either_and_templates_are_enough() {
        for text in [
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              minAvailable: 1
              selector:
                matchLabels: {app: web}
            ",
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              maxUnavailable: 50%
              selector:
                matchLabels: {app: web}
            ",
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              {{- toYaml .Values.budget | nindent 2 }}
              selector:
                matchLabels: {app: web}
            ",
            "
            apiVersion: example.com/v1
            kind: PodDisruptionBudget
            spec: {}
            ",
        ] {
            check_silent(&RULE, text);
        }
    }
}

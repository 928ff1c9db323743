use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{DisruptionBudget, IntOrPercent, Object, Setting};

rule! {
    /// The budget keeps more than half of the pods up.
    ///
    /// ## Why
    /// The fewer pods may be away at a time, the longer drains of nodes take; with few replicas a strict share may
    /// allow none.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   minAvailable: 80%
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
    ///   minAvailable: 50%
    ///   selector:
    ///     matchLabels: {app: web}
    /// ```
    ///
    /// ## Fix
    /// By hand: keep half of the pods, or fewer.
    ///
    /// ## When it is fine
    /// Quorums, and services that need most of their pods. The rule is off unless it is selected.
    ///
    /// ## References
    /// - [Specifying a disruption budget for your application](https://kubernetes.io/docs/tasks/run-application/configure-pdb/)
    id: "pdb-percentage-strict",
    title: "Disruption budget percentage is strict",
    family: Family::Availability,
    severity: Severity::Hint,
    persona: Persona::Policy,
    fields: &["spec.minAvailable", "spec.maxUnavailable"],
    also: &[(Kyverno, "require-reasonable-pdbs")],
    check: Check::Kind(&["PodDisruptionBudget"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(budget) = DisruptionBudget::of(object) else { return };
    let spec = object.path.key("spec");
    if let Setting::Set(least @ IntOrPercent::Percent(51..), _) = budget.min_available() {
        report.find(
            spec.key("minAvailable"),
            format!("minAvailable {least} keeps more than half of the pods up"),
        );
    }
    if let Setting::Set(most @ IntOrPercent::Percent(..50), _) = budget.max_unavailable() {
        report.find(
            spec.key("maxUnavailable"),
            format!("maxUnavailable {most} keeps more than half of the pods up"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_high_share_is_found() {
        check(
            &RULE,
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              minAvailable: 51%
                            ^^^ minAvailable 51% keeps more than half
              selector:
                matchLabels: {app: web}
            ",
        );
    }

    #[test]
    fn a_low_share_is_found() {
        check(
            &RULE,
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              maxUnavailable: 49%
                              ^^^ maxUnavailable 49% keeps more than half
              selector:
                matchLabels: {app: web}
            ",
        );
    }

    #[test]
    fn half_and_numbers_are_fine() {
        for text in [
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              minAvailable: 50%
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
              minAvailable: 99
              selector:
                matchLabels: {app: web}
            ",
        ] {
            check_silent(&RULE, text);
        }
    }
}

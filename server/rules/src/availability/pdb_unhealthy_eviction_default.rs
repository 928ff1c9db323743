use crate::finding::Fix;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, KubernetesVersion, Persona, Severity};
use leastwise_manifest::{Object, lookup, string};
use leastwise_yaml::Patch;

rule! {
    /// The budget protects pods that are not healthy from eviction.
    ///
    /// ## Why
    /// By default a pod that never became ready may be evicted only while enough others are healthy. A workload that
    /// crashes then blocks the drain of its node, though nothing is lost by evicting it.
    ///
    /// ## Avoid
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
    /// ## Prefer
    /// ```yaml
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   maxUnavailable: 1
    ///   unhealthyPodEvictionPolicy: AlwaysAllow
    ///   selector:
    ///     matchLabels: {app: web}
    /// ```
    ///
    /// ## Fix
    /// Set `unhealthyPodEvictionPolicy: AlwaysAllow`.
    ///
    /// ## When it is fine
    /// Programs that are not ready for a long time while they do work that an eviction would lose.
    ///
    /// ## References
    /// - [Unhealthy pod eviction policy](https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy)
    id: "pdb-unhealthy-eviction-default",
    title: "Disruption budget protects unhealthy pods from eviction",
    family: Family::Availability,
    severity: Severity::Hint,
    persona: Persona::Pedantic,
    fix: FixKind::Behavioural,
    since: KubernetesVersion::minor(27),
    fields: &["spec.unhealthyPodEvictionPolicy"],
    also: &[(KubeLinter, "pdb-unhealthy-pod-eviction-policy")],
    check: Check::Kind(&["PodDisruptionBudget"], check),
}

const FIELD: &str = "unhealthyPodEvictionPolicy";

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    // `policy/v1beta1` was gone before the field came.
    let has_field = object.api_version() == Some("policy/v1");
    let is_written = || lookup(object.node, &["spec"]).value().is_some_and(|spec| !spec.is_null());
    if !has_field || !is_written() || !string(object.node, &["spec", FIELD]).is_unset() {
        return;
    }
    let path = object.path.keys(&["spec", FIELD]);
    let patch = Patch::Set { path: path.clone(), value: "AlwaysAllow".into() };
    report
        .find(path, "the budget keeps pods that are not healthy from being evicted, which can block drains")
        .fix(Fix::behavioural(format!("Set {FIELD}: AlwaysAllow"), [patch]));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn the_missing_field_is_found_on_the_spec() {
        check(
            &RULE,
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
            ^^^^ keeps pods that are not healthy
              maxUnavailable: 1
              selector:
                matchLabels: {app: web}
            ",
        );
    }

    #[test]
    fn either_value_and_the_old_version_are_fine() {
        for text in [
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              unhealthyPodEvictionPolicy: IfHealthyBudget
              selector:
                matchLabels: {app: web}
            ",
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              unhealthyPodEvictionPolicy: {{ .Values.policy }}
              selector:
                matchLabels: {app: web}
            ",
            "
            apiVersion: policy/v1beta1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              selector:
                matchLabels: {app: web}
            ",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn the_policy_is_set() {
        check_fix(
            &RULE,
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            spec:
              maxUnavailable: 1 # one by one
            ",
            "
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            spec:
              maxUnavailable: 1 # one by one
              unhealthyPodEvictionPolicy: AlwaysAllow
            ",
        );
    }
}

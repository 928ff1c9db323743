use super::amounts::{Bound, find_missing};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// A container may use all CPU of its node.
    ///
    /// ## Why
    /// A program that spins takes whatever is idle. Others keep what they requested, but what they use beyond that
    /// becomes slow, and a bill by use becomes long.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///     resources:
    ///       requests: {cpu: 100m}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///     resources:
    ///       requests: {cpu: 100m}
    ///       limits: {cpu: 500m}
    /// ```
    ///
    /// ## Fix
    /// By hand: choose a limit well above what the program needs in its busiest second.
    ///
    /// ## When it is fine
    /// Often. A limit throttles a program even while its node is idle, so many sites set CPU requests only; the rule
    /// `cpu-limit-set` is for them. That is why this is a hint for those who ask.
    ///
    /// ## How others differ
    /// Others do not know of the limit that the pod's own `resources` set from 1.34 on, nor of the one that a
    /// LimitRange of the namespace gives; neither is found here.
    ///
    /// ## References
    /// - [Resource management for pods and containers](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/)
    /// - [Limit ranges](https://kubernetes.io/docs/concepts/policy/limit-range/)
    id: "cpu-limit-missing",
    title: "No CPU limit",
    severity: Severity::Hint,
    family: Family::ResourcesReliability,
    also: &[
        (Checkov, "CKV_K8S_11"),
        (Kics, "4ac0e2b7-d2d2-4af7-8799-e8de6721ccda"),
        (Polaris, "cpuLimitsMissing"),
        (Trivy, "KSV-0011"),
        (Kubescape, "C-0009"),
        (Kubescape, "C-0050"),
        (Kubescape, "C-0270"),
        (Kubesec, "LimitsCPU"),
        (KubeScore, "container-resources"),
        (Kyverno, "require-cpu-limits"),
    ],
    persona: Persona::Pedantic,
    fields: &["C[*].resources.limits.cpu"],
    check: Check::Container(check),
}

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    find_missing(pod, container, report, (Bound::Limit, "cpu"), "may use all CPU of its node");
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn a_container_without_limit_is_found_whatever_it_asks_for() {
        check(
            &RULE,
            "
            apiVersion: batch/v1
            kind: CronJob
            spec:
              jobTemplate:
                spec:
                  template:
                    spec:
                      containers:
                      - name: report
                        resources: {requests: {cpu: 1}}
                        ^^^^^^^^^ container \"report\" may use all CPU of its node
                      - name: limited
                        resources: {limits: {cpu: 0.5}}
            ",
        );
    }
}

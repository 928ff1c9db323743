use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{PodSpec, lookup};
use leastwise_yaml::Field;

rule! {
    /// The pod does not say on which nodes it belongs.
    ///
    /// ## Why
    /// Where nodes differ, in hardware, zone or trust, a pod without node affinity lands anywhere its requests fit.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   affinity:
    ///     nodeAffinity:
    ///       requiredDuringSchedulingIgnoredDuringExecution:
    ///         nodeSelectorTerms:
    ///         - matchExpressions:
    ///           - {key: disk, operator: In, values: [ssd]}
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Fix
    /// By hand: which nodes are meant is not in the manifest.
    ///
    /// ## When it is fine
    /// Wherever the site has not chosen otherwise: the rule is off until it is selected. Most pods run well anywhere.
    ///
    /// ## How others differ
    /// kube-linter asks for node affinity, Kyverno's policy forbids it; `node-affinity-set` is the other half here.
    /// Both are off.
    ///
    /// ## References
    /// - [Node affinity](https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#node-affinity)
    id: "node-affinity-missing",
    title: "No node affinity is set",
    severity: Severity::Hint,
    family: Family::ResourcesReliability,
    also: &[(KubeLinter, "no-node-affinity")],
    persona: Persona::Policy,
    fields: &["P.affinity.nodeAffinity"],
    check: Check::Pod(check),
}

const FIELD: [&str; 2] = ["affinity", "nodeAffinity"];

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let is_missing = match lookup(pod.node, &FIELD) {
        Field::Absent => true,
        Field::Present(entry) => entry.value.is_null(),
        Field::Unknown => false,
    };
    if is_missing {
        report.find(pod.path.keys(&FIELD), "The pod does not say on which nodes it belongs");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_pod_without_is_found_on_the_nearest_key() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
            ^^^^ The pod does not say on which nodes it belongs
              containers: []
            ---
            apiVersion: v1
            kind: Pod
            spec:
              affinity: {podAffinity: {}}
              ^^^^^^^^ The pod does not say
              containers: []
            ",
        );
        for affinity in ["{nodeAffinity: {}}", "{{ .Values.affinity }}"] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec:\n  containers: []\n  affinity: {affinity}\n"),
            );
        }
    }
}

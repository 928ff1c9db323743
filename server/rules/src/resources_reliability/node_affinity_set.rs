use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{PodSpec, lookup};

rule! {
    /// The pod chooses its nodes, which this site does without.
    ///
    /// ## Why
    /// A pod with node affinity can land on nodes that were set aside for others, or be stuck when the nodes it asks
    /// for are full. Where nodes are shared by tenants, that choice is often not the tenant's.
    ///
    /// ## Avoid
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
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - {name: web, image: "web:1.2"}
    /// ```
    ///
    /// ## Fix
    /// By hand: whether the program needs what it asks for is not in the manifest.
    ///
    /// ## When it is fine
    /// Wherever the site has not chosen otherwise: the rule is off until it is selected.
    ///
    /// ## How others differ
    /// kube-linter asks for node affinity, Kyverno's policy forbids it; `node-affinity-missing` is the other half here.
    /// Both are off.
    ///
    /// ## References
    /// - [Node affinity](https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#node-affinity)
    id: "node-affinity-set",
    title: "Node affinity is used where the site forbids it",
    severity: Severity::Hint,
    family: Family::ResourcesReliability,
    also: &[(Kyverno, "restrict-node-affinity")],
    persona: Persona::Policy,
    fields: &["P.affinity.nodeAffinity"],
    check: Check::Pod(check),
}

const FIELD: [&str; 2] = ["affinity", "nodeAffinity"];

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let affinity = lookup(pod.node, &FIELD).value();
    if affinity.is_some_and(|affinity| !affinity.is_null() && !affinity.is_unknown()) {
        report.find(pod.path.keys(&FIELD), "The pod chooses its nodes by affinity");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn affinity_to_nodes_is_found_and_to_pods_is_not() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              affinity:
                podAffinity: {}
                nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: []}
                ^^^^^^^^^^^^ The pod chooses its nodes by affinity
              containers: []
            ",
        );
        for affinity in ["{podAntiAffinity: {}}", "{nodeAffinity: }", "{{ .Values.affinity }}"] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec:\n  containers: []\n  affinity: {affinity}\n"),
            );
        }
    }
}

use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{PodSpec, Setting};
use leastwise_yaml::Node;

rule! {
    /// The pod chooses its node.
    ///
    /// ## Why
    /// With `nodeName` a pod comes to its node past the scheduler, and so past taints and free room. A
    /// `nodeSelector` of a site's own may bring it to nodes that are kept for others. Off unless selected.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   nodeName: node-1
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
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
    /// ```
    ///
    /// ## Fix
    /// By hand: leave the choice to the scheduler, or say what the pod needs by affinity.
    ///
    /// ## When it is fine
    /// A `nodeSelector` for an operating system or a kind of hardware; static pods.
    ///
    /// ## References
    /// - [Assigning pods to nodes](https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/)
    id: "node-pinned",
    title: "Pod pins itself to nodes",
    severity: Severity::Hint,
    family: Family::PodSecurity,
    persona: Persona::Policy,
    fields: &["P.nodeName", "P.nodeSelector"],
    also: &[(Kyverno, "restrict-node-selection")],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    if let Setting::Set(node, _) = pod.string(&["nodeName"])
        && !node.is_empty()
    {
        report.find(pod.path.key("nodeName"), format!("the pod comes to node {node} past the scheduler"));
    }
    let selector = pod.node.get("nodeSelector").value();
    let labels = selector.map(Node::entries).unwrap_or_default();
    if let Some(label) = labels.iter().find_map(|label| label.key.as_text()) {
        report.find(pod.path.key("nodeSelector"), format!("the pod chooses its node by the label {label}"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_name_and_the_selector_are_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              nodeName: node-1
                        ^^^^^^ The pod comes to node node-1 past the scheduler
              nodeSelector: {disk: fast}
              ^^^^^^^^^^^^ The pod chooses its node by the label disk
              containers: []
            ",
        );
    }

    #[test]
    fn empty_absent_and_templates_are_fine() {
        for setting in ["nodeSelector: {}", "nodeName: \"\"", "nodeName: {{ .Values.node }}", "affinity: {}"]
        {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec:\n  {setting}\n  containers: []\n"),
            );
        }
    }
}

use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};
use leastwise_manifest::{PodSpec, Setting, string};
use leastwise_yaml::{Emptied, Node, Patch};

rule! {
    /// The pod may be scheduled to nodes of the control plane.
    ///
    /// ## Why
    /// The taint keeps workloads away from the nodes that run the API server and hold the keys of the cluster. What
    /// breaks out of a container there is at the heart of it, and what takes too much of such a node slows the
    /// whole cluster.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   tolerations:
    ///   - key: node-role.kubernetes.io/control-plane
    ///     operator: Exists
    ///     effect: NoSchedule
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
    ///   tolerations:
    ///   - key: example.org/spot
    ///     operator: Exists
    ///     effect: NoSchedule
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// Removes the toleration.
    ///
    /// ## When it is fine
    /// DaemonSets of node agents (network and storage plugins, log and metric collectors) belong on every node, so
    /// they are the usual ones to tolerate the taint, often by an empty key with `operator: Exists`. Clusters of
    /// one node have nowhere else to run.
    ///
    /// ## References
    /// - [Taints and tolerations](https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/)
    /// - [Well-known taints](https://kubernetes.io/docs/reference/labels-annotations-taints/#node-role-kubernetes-io-control-plane-taint)
    id: "control-plane-toleration",
    title: "Pod tolerates control-plane nodes",
    severity: Severity::Info,
    family: Family::PodSecurity,
    persona: Persona::Pedantic,
    fix: FixKind::Behavioural,
    fields: &["P.tolerations[*].key"],
    also: &[(Kyverno, "restrict-controlplane-scheduling")],
    check: Check::Pod(check),
}

const CONTROL_PLANE: [&str; 2] = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let list = pod.path.key("tolerations");
    for item in pod.node.get("tolerations").value().into_iter().flat_map(Node::items) {
        let message = match string(item.value, &["key"]) {
            Setting::Set(key, _) if CONTROL_PLANE.contains(&key) => {
                format!("the pod tolerates {key}, the taint of control-plane nodes")
            }
            Setting::Set("", _) | Setting::Unset if tolerates_all(item.value) => {
                "the pod tolerates every taint, that of control-plane nodes among them".to_owned()
            }
            Setting::Set(..) | Setting::Unset | Setting::Unknown => continue,
        };
        let path = list.index(item.index);
        report.find(path.key("key"), message).fix(Fix::behavioural(
            "Remove the toleration",
            [Patch::Remove { path, emptied: Emptied::Remove }],
        ));
    }
}

/// Whether a toleration without key tolerates the control plane's taint, whose effect is `NoSchedule`.
fn tolerates_all(toleration: Node<'_>) -> bool {
    let reaches =
        matches!(string(toleration, &["effect"]), Setting::Set("NoSchedule" | "", _) | Setting::Unset);
    string(toleration, &["operator"]).known() == Some("Exists") && reaches
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn both_names_and_the_empty_key_are_found() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: DaemonSet
            spec:
              template:
                spec:
                  tolerations:
                  - key: node-role.kubernetes.io/master
                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ The pod tolerates node-role.kubernetes.io/master
                    effect: NoSchedule
                  - {key: node-role.kubernetes.io/control-plane, operator: Exists}
                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the taint of control-plane nodes
                  - operator: Exists
                    ^^^^^^^^ tolerates every taint
                  - {key: \"\", operator: Exists, effect: NoSchedule}
                          ^^ tolerates every taint
            ",
        );
    }

    #[test]
    fn other_keys_other_effects_and_templates_are_fine() {
        for toleration in [
            "{key: example.org/spot, operator: Exists}",
            "{operator: Exists, effect: NoExecute}",
            "{key: \"{{ .Values.key }}\", operator: Exists}",
            "{operator: \"{{ .Values.operator }}\"}",
        ] {
            check_silent(
                &RULE,
                &format!("apiVersion: v1\nkind: Pod\nspec: {{tolerations: [{toleration}]}}\n"),
            );
        }
    }

    #[test]
    fn the_fix_removes_the_toleration() {
        check_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              tolerations:
              - operator: Exists
              - key: example.org/spot # ours
                operator: Exists
              containers: []
            ",
            "
            apiVersion: v1
            kind: Pod
            spec:
              tolerations:
              - key: example.org/spot # ours
                operator: Exists
              containers: []
            ",
        );
    }
}

use super::component::Component;
use super::number_flag::{Cure, NumberFlag};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Severity};

rule! {
    /// Pods that have ended are never collected.
    ///
    /// ## Why
    /// Finished and failed pods then pile up until they fill etcd, which whoever may create pods can bring
    /// about.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-controller-manager, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-controller-manager
    ///     image: registry.k8s.io/kube-controller-manager:v1.34.0
    ///     command:
    ///     - kube-controller-manager
    ///     - --terminated-pod-gc-threshold=0
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: kube-controller-manager, namespace: kube-system}
    /// spec:
    ///   containers:
    ///   - name: kube-controller-manager
    ///     image: registry.k8s.io/kube-controller-manager:v1.34.0
    ///     command:
    ///     - kube-controller-manager
    ///     - --terminated-pod-gc-threshold=12500
    /// ```
    ///
    /// ## Fix
    /// By hand: choose a number that leaves time enough to read the pods' logs, or leave the flag out.
    ///
    /// ## When it is fine
    /// Where something else deletes them.
    ///
    /// ## How others differ
    /// Other checkers fail where the flag is left out. Then 12500 holds, which is enough. checkov reads
    /// `command` alone, so flags in `args` pass or fail it by chance. Here `command` and `args` are one list,
    /// `--flag=value` and `--flag` `value` are the same, and a template makes what cannot be seen unknown.
    ///
    /// ## References
    /// - [kube-controller-manager](https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/)
    id: "controller-manager-pod-gc",
    title: "Terminated pods are never collected",
    severity: Severity::Info,
    family: Family::ControlPlaneFlags,
    fields: &["C[*].command: --terminated-pod-gc-threshold"],
    also: &[(Checkov, "CKV_K8S_106"), (Kics, "49113af4-29ca-458e-b8d4-724c01a4a24f"), (Trivy, "KCV-0033"), (Kubescape, "C-0144")],
    check: Check::Container(|_, container, report| FLAG.check(container, report)),
}

const FLAG: NumberFlag = NumberFlag {
    component: Component::ControllerManager,
    name: "terminated-pod-gc-threshold",
    is_wrong: |threshold| threshold <= 0,
    cure: Cure::None,
    consequence: "pods that have ended are never deleted",
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_number_is_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: a
                command:
                - kube-controller-manager
                - --v=2
                - --terminated-pod-gc-threshold=0
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ container \"a\" sets --terminated-pod-gc-threshold=0, so pods that have ended are never deleted
            ",
        );
    }

    #[test]
    fn other_numbers_and_none_are_fine() {
        for command in [
            "kube-controller-manager",
            "kube-controller-manager, --terminated-pod-gc-threshold=12500",
            "kube-controller-manager, --terminated-pod-gc-threshold=10",
            "kube-controller-manager, \"--terminated-pod-gc-threshold={{ .Values.x }}\"",
            "web, --terminated-pod-gc-threshold=0",
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {{name: a, command: [{command}]}}\n"
                ),
            );
        }
    }
}

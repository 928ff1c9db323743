use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, lookup};
use leastwise_yaml::Field;

rule! {
    /// The Pod stands alone: no controller made it, and none makes it again.
    ///
    /// ## Why
    /// When its node fails or is drained, the pod is gone, and nothing starts it elsewhere. A Deployment,
    /// StatefulSet, DaemonSet or Job would.
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
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   template:
    ///     metadata:
    ///       labels: {app: web}
    ///     spec:
    ///       containers:
    ///       - name: web
    ///         image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// By hand: wrap the pod in a Deployment, DaemonSet or Job.
    ///
    /// ## When it is fine
    /// Pods that are to run once and by hand, tests that a chart starts, and static pods in the manifest folder of a
    /// node, which look the same until the kubelet adds its annotation.
    ///
    /// ## References
    /// - [Pods](https://kubernetes.io/docs/concepts/workloads/pods/#using-pods)
    /// - [Workload management](https://kubernetes.io/docs/concepts/workloads/controllers/)
    id: "naked-pod",
    title: "Pod has no controller",
    family: Family::Availability,
    severity: Severity::Info,
    persona: Persona::Pedantic,
    fields: &["kind"],
    also: &[(Kubescape, "C-0073"), (Kyverno, "prevent-bare-pods")],
    check: Check::Kind(&["Pod"], check),
}

/// The annotations by which the kubelet marks static pods.
const STATIC_POD: &[&str] = &["kubernetes.io/config.source", "kubernetes.io/config.mirror"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let is_absent = |keys: &[&str]| matches!(lookup(object.node, keys), Field::Absent);
    let is_owned = || match lookup(object.node, &["metadata", "ownerReferences"]) {
        Field::Absent => false,
        Field::Unknown => true,
        Field::Present(owners) => {
            let owners = owners.value;
            owners.is_unknown() || owners.is_open() || owners.items().next().is_some()
        }
    };
    let is_static = || STATIC_POD.iter().any(|key| !is_absent(&["metadata", "annotations", key]));
    if object.api_version() == Some("v1") && !is_owned() && !is_static() {
        report.find(
            object.path.key("kind"),
            "no controller starts the Pod again when it is evicted or its node fails",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_pod_of_its_own_is_found_on_its_kind() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
                  ^^^ no controller starts the Pod again
            metadata: {name: web}
            spec:
              containers:
              - name: web
                image: web:1.2
            ",
        );
    }

    #[test]
    fn an_empty_list_of_owners_owns_nothing() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
                  ^^^ no controller
            metadata: {name: web, ownerReferences: []}
            ",
        );
    }

    #[test]
    fn owned_static_and_made_pods_are_fine() {
        for text in [
            "
            apiVersion: v1
            kind: Pod
            metadata: {name: web, ownerReferences: [{kind: ReplicaSet, name: web}]}
            ",
            "
            apiVersion: v1
            kind: Pod
            metadata: {name: web, annotations: {kubernetes.io/config.source: file}}
            ",
            "
            apiVersion: v1
            kind: Pod
            metadata: \"{{ .Values.metadata }}\"
            ",
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            ",
        ] {
            check_silent(&RULE, text);
        }
    }
}

use super::storage::find_unbounded;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// A container may fill the disk of its node.
    ///
    /// ## Why
    /// Logs, the writable layer of the container and its `emptyDir` volumes lie on the node's disk. When that is full,
    /// the kubelet evicts pods until it is not, of others too. A limit evicts this pod alone; a request lets the
    /// scheduler choose a node with room.
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
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    ///     resources:
    ///       limits: {ephemeral-storage: 1Gi}
    /// ```
    ///
    /// ## Fix
    /// By hand: choose a limit above what the program writes. The request may be left out: Kubernetes copies the limit.
    ///
    /// ## When it is fine
    /// Programs that write next to nothing, and namespaces with a LimitRange. Few sites bound this at all, so it is a
    /// hint for those who ask.
    ///
    /// ## References
    /// - [Local ephemeral storage](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#local-ephemeral-storage)
    id: "ephemeral-storage-bounds-missing",
    title: "No ephemeral-storage request or limit",
    severity: Severity::Hint,
    family: Family::ResourcesReliability,
    also: &[(KubeScore, "container-ephemeral-storage-request-and-limit")],
    persona: Persona::Pedantic,
    fields: &["C[*].resources.limits.ephemeral-storage", "C[*].resources.requests.ephemeral-storage"],
    covered_by: &["emptydir-without-storage-bounds"],
    check: Check::Container(check),
}

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    find_unbounded(pod, container, report, "may fill the disk of its node");
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_container_without_limit_is_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                ^^^^ container \"web\" may fill the disk of its node: it has no ephemeral-storage limit or request
              - name: proxy
                resources: {requests: {ephemeral-storage: 1Gi}}
                ^^^^^^^^^ container \"proxy\" may fill the disk of its node: it has no ephemeral-storage limit
              - name: limited
                resources: {limits: {ephemeral-storage: 1Gi}}
            ",
        );
    }

    #[test]
    fn what_the_pod_bounds_as_a_whole_does_not_count_for_storage() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              resources: {limits: {ephemeral-storage: 1Gi}}
              containers: [{name: web}]
                            ^^^^ may fill the disk of its node
            ",
        );
    }

    #[test]
    fn a_limit_range_fills_the_gap() {
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers: [{name: web}]
            ---
            apiVersion: v1
            kind: LimitRange
            spec:
              limits: [{type: Container, max: {ephemeral-storage: 1Gi}}]
            ",
        );
    }
}

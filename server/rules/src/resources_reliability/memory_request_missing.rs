use super::amounts::{Bound, find_missing};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// A container asks for no memory.
    ///
    /// ## Why
    /// The scheduler counts requests, not use: a container without one fits on every node, however full. When memory
    /// runs short, the kubelet evicts first what uses more than it asked for, and that is this one.
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
    ///       requests: {memory: 128Mi}
    /// ```
    ///
    /// ## Fix
    /// By hand: measure what the program uses and ask for that. A `limits.memory` alone is enough, since Kubernetes
    /// copies it.
    ///
    /// ## When it is fine
    /// In development clusters, where a LimitRange of the cluster fills the gap, and where a vertical autoscaler sets
    /// the request. Since the right number is not in the manifest, this is told to those who ask for advice only.
    ///
    /// ## How others differ
    /// Others look for `requests.memory` alone, and kube-linter's check of the same name for the limit. Kubernetes
    /// copies a limit into a request that is left out, takes the pod's own `resources` from 1.34 on, and lets a
    /// LimitRange fill what is left: none of these is found here.
    ///
    /// ## References
    /// - [Resource management for pods and containers](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/)
    /// - [Node-pressure eviction](https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/)
    id: "memory-request-missing",
    title: "No memory request",
    family: Family::ResourcesReliability,
    also: &[
        (Checkov, "CKV_K8S_12"),
        (Kics, "229588ef-8fde-40c8-8756-f4f2b5825ded"),
        (Polaris, "memoryRequestsMissing"),
        (Trivy, "KSV-0016"),
        (Kubescape, "C-0004"),
        (Kubescape, "C-0269"),
        (Kubesec, "RequestsMemory"),
        (KubeScore, "container-resources"),
        (Kyverno, "require-requests-limits"),
    ],
    persona: Persona::Pedantic,
    fields: &["C[*].resources.requests.memory"],
    check: Check::Container(check),
}

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    find_missing(pod, container, report, (Bound::Request, "memory"), "asks for no memory");
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn a_container_without_request_and_limit_is_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                resources:
                ^^^^^^^^^ container \"web\" asks for no memory
              - name: limited
                resources: {limits: {memory: 64Mi}}
              initContainers:
              - resources: {requests: {cpu: 1}}
                            ^^^^^^^^ The container at spec.initContainers[0] asks for no memory
            ",
        );
    }
}

use super::amounts::{Bound, find_missing};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// A container may use all memory of its node.
    ///
    /// ## Why
    /// Memory cannot be taken back bit by bit as CPU can. A leak or a flood of requests grows until the node runs out,
    /// and then the kernel kills processes and the kubelet evicts pods, of others too. With a limit only the container
    /// itself is killed and started again.
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
    ///       requests: {memory: 128Mi}
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
    ///       limits: {memory: 128Mi}
    /// ```
    ///
    /// ## Fix
    /// By hand: measure what the program needs at its height, and set `limits.memory` above it.
    ///
    /// ## When it is fine
    /// Programs that watch the node's memory themselves, and namespaces whose LimitRange is set in the cluster and not
    /// in these files. Of all the bounds this is the one that protects the others on the node, which is why it is
    /// told to everyone.
    ///
    /// ## How others differ
    /// Others do not know of the limit that the pod's own `resources` set from 1.34 on, nor of the one that a
    /// LimitRange of the namespace gives; neither is found here. kubesec counts `containers` only; init containers
    /// fill a node just as well.
    ///
    /// ## References
    /// - [Resource management for pods and containers](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/)
    /// - [Node-pressure eviction](https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/)
    id: "memory-limit-missing",
    title: "No memory limit",
    family: Family::ResourcesReliability,
    also: &[
        (Checkov, "CKV_K8S_13"),
        (KubeLinter, "unset-memory-requirements"),
        (Kics, "b14d1bc4-a208-45db-92f0-e21f8e2588e9"),
        (Polaris, "memoryLimitsMissing"),
        (Trivy, "KSV-0018"),
        (Kubescape, "C-0004"),
        (Kubescape, "C-0009"),
        (Kubescape, "C-0271"),
        (Kubesec, "LimitsMemory"),
        (KubeScore, "container-resources"),
        (Kyverno, "require-requests-limits"),
    ],
    fields: &["C[*].resources.limits.memory"],
    check: Check::Container(check),
}

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    find_missing(pod, container, report, (Bound::Limit, "memory"), "may use all memory of its node");
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_deepest_key_that_is_there_is_marked() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            spec:
              template:
                spec:
                  containers:
                  - name: web
                    ^^^^ container \"web\" may use all memory of its node
                  - name: proxy
                    resources:
                      requests: {memory: 1Gi}
                      limits: {cpu: 1}
                      ^^^^^^ container \"proxy\" may use all memory of its node
                  - name: nulled
                    resources: {limits: {memory: }}
                                         ^^^^^^ container \"nulled\" may use all memory of its node
            ",
        );
    }

    #[test]
    fn limits_templates_and_ephemeral_containers_are_fine() {
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - {name: web, resources: {limits: {memory: 64Mi}}}
              - name: chart
                resources: {{- toYaml .Values.resources | nindent 6 }}
              - name: hidden
                resources: {limits: {memory: \"{{ .Values.memory }}\"}}
              ephemeralContainers:
              - name: debug
            ",
        );
    }
}

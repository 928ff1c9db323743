use super::amounts::{Bound, find_missing};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona};
use leastwise_manifest::{Container, PodSpec};

rule! {
    /// A container asks for no CPU.
    ///
    /// ## Why
    /// The scheduler counts requests, not use: a container without one fits on every node, however busy. When CPU runs
    /// short the kernel shares it in proportion to requests, and who asked for none gets next to none.
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
    ///       requests: {cpu: 100m}
    /// ```
    ///
    /// ## Fix
    /// By hand: measure what the program uses and ask for that.
    ///
    /// ## When it is fine
    /// In development clusters, where a LimitRange of the cluster fills the gap, and where a vertical autoscaler sets
    /// the request. Since the right number is not in the manifest, this is told to those who ask for advice only.
    ///
    /// ## How others differ
    /// Others look for `requests.cpu` alone. Kubernetes copies a limit into a request that is left out, takes the
    /// pod's own `resources` from 1.34 on, and lets a LimitRange fill what is left: none of these is found here.
    ///
    /// ## References
    /// - [Resource management for pods and containers](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/)
    /// - [Limit ranges](https://kubernetes.io/docs/concepts/policy/limit-range/)
    id: "cpu-request-missing",
    title: "No CPU request",
    family: Family::ResourcesReliability,
    also: &[
        (Checkov, "CKV_K8S_10"),
        (KubeLinter, "unset-cpu-requirements"),
        (Kics, "ca469dd4-c736-448f-8ac1-30a642705e0a"),
        (Polaris, "cpuRequestsMissing"),
        (Trivy, "KSV-0015"),
        (Kubescape, "C-0050"),
        (Kubescape, "C-0268"),
        (Kubesec, "RequestsCPU"),
        (KubeScore, "container-resources"),
        (Kyverno, "require-requests-limits"),
    ],
    persona: Persona::Pedantic,
    fields: &["C[*].resources.requests.cpu"],
    check: Check::Container(check),
}

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    find_missing(pod, container, report, (Bound::Request, "cpu"), "asks for no CPU");
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
                ^^^^ container \"web\" asks for no CPU
              - name: limited
                resources: {limits: {cpu: 1}}
              - name: proxy
                resources:
                  requests:
                  ^^^^^^^^ container \"proxy\" asks for no CPU
                    memory: 64Mi
            ",
        );
    }
}

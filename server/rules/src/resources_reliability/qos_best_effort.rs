use super::amounts::{Amount, Bound, bounds_of_pod, effective, may_have_resources};
use crate::context::Context;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Container, PodSpec, Quantity};

rule! {
    /// The pod is in the BestEffort class, so it is the first to go.
    ///
    /// ## Why
    /// A pod of which no container asks for CPU or memory, or is limited, has nothing set aside for it. When its node
    /// runs short of memory it is evicted first, and the kernel kills its processes before all others.
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
    /// By hand: measure what the program uses and ask for that. One container with one request lifts the pod into the
    /// Burstable class.
    ///
    /// ## When it is fine
    /// Work that can wait and start again, which is what the class is for. The rules about single requests and limits
    /// say more, so this one is told to those who ask.
    ///
    /// ## References
    /// - [Quality of service of pods](https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/)
    /// - [Node-pressure eviction](https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/)
    id: "qos-best-effort",
    title: "Pod is in the BestEffort QoS class",
    severity: Severity::Info,
    family: Family::ResourcesReliability,
    also: &[(Kyverno, "require-qos-burstable")],
    persona: Persona::Pedantic,
    fields: &["P.containers", "C[*].resources", "P.resources"],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let context = report.context();
    let containers = pod.containers();
    let mut able = containers.iter().filter(|container| may_have_resources(container)).peekable();
    if able.peek().is_none()
        || bounds_of_pod(pod, context)
        || !able.all(|container| is_free(pod, container, context))
    {
        return;
    }
    let path = pod.path.key("containers");
    report.find(
        path,
        "No container of the pod requests any CPU or memory or is limited, so it is evicted first",
    );
}

/// Whether certainly neither bound of either resource is set. Nothing is no amount (Kubernetes, `ComputePodQOS`).
fn is_free(pod: &PodSpec<'_>, container: &Container<'_>, context: &Context<'_>) -> bool {
    [Bound::Request, Bound::Limit].into_iter().all(|bound| {
        ["cpu", "memory"].into_iter().all(|resource| {
            let amount = effective(pod, container, bound, resource, context);
            matches!(amount, Amount::Missing | Amount::Known(Quantity::ZERO))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_pod_that_asks_for_nothing_is_found_once() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              ^^^^^^^^^^ No container of the pod requests any CPU or memory
              - name: web
                resources: {limits: {ephemeral-storage: 1Gi}, requests: {cpu: 0}}
              - name: proxy
            ",
        );
    }

    #[test]
    fn one_amount_anywhere_is_enough() {
        for pod in [
            "{containers: [{name: web}, {name: proxy, resources: {requests: {cpu: 1m}}}]}",
            "{containers: [{name: web}], initContainers: [{name: init, resources: {limits: {memory: 1Gi}}}]}",
            "{containers: [{name: web}], resources: {requests: {cpu: 1}}}",
            "{containers: [{name: web, resources: {limits: {cpu: \"{{ .Values.cpu }}\"}}}]}",
            "{containers: []}",
        ] {
            check_silent(&RULE, &format!("apiVersion: v1\nkind: Pod\nspec: {pod}\n"));
        }
    }
}

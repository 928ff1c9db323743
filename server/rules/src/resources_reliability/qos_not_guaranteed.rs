use super::amounts::{Amount, Bound, bounds_of_pod, effective, may_have_resources, of_pod};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{PodSpec, Quantity};

rule! {
    /// A container keeps its pod out of the Guaranteed class.
    ///
    /// ## Why
    /// Pods of that class are evicted last, and only they can have cores of their own. One container whose CPU or
    /// memory limit is missing, or differs from the request, is enough to lose it.
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
    ///       requests: {cpu: 100m}
    ///       limits: {memory: 128Mi}
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
    ///       limits: {cpu: 100m, memory: 128Mi}
    /// ```
    ///
    /// ## Fix
    /// By hand: set both limits; requests that are left out take them.
    ///
    /// ## When it is fine
    /// Nearly always: most programs do well in the Burstable class and use a node better there. The rule is off until
    /// it is selected.
    ///
    /// ## References
    /// - [Quality of service of pods](https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/)
    id: "qos-not-guaranteed",
    title: "Pod is not in the Guaranteed QoS class",
    severity: Severity::Hint,
    family: Family::ResourcesReliability,
    also: &[(Kyverno, "require-qos-guaranteed")],
    persona: Persona::Policy,
    fields: &["C[*].resources", "P.resources"],
    covered_by: &["qos-best-effort"],
    check: Check::Pod(check),
}

const RESOURCES: [(&str, &str); 2] = [("cpu", "CPU"), ("memory", "memory")];

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let context = report.context();
    // Where the pod has resources as a whole, they alone decide.
    if bounds_of_pod(pod, context) {
        let amount = |bound, resource: &str| of_pod(pod, bound, resource, context);
        if let Some(why) = reason(amount) {
            report.find(pod.path.key("resources"), format!("The pod is not Guaranteed: as a whole it {why}"));
        }
        return;
    }
    for container in pod.containers().iter().filter(|container| may_have_resources(container)) {
        if let Some(why) = reason(|bound, resource| effective(pod, container, bound, resource, context)) {
            let message = format!("The pod is not Guaranteed: {} {why}", container.title());
            report.find(container.path.key("resources"), message);
        }
    }
}

/// Why these amounts do not make a pod Guaranteed, if it is certain that they do not. Nothing is no amount
/// (Kubernetes, `ComputePodQOS`).
fn reason(amount: impl Fn(Bound, &str) -> Amount) -> Option<String> {
    RESOURCES.iter().find_map(|(resource, name)| {
        match (amount(Bound::Limit, resource), amount(Bound::Request, resource)) {
            (Amount::Missing | Amount::Known(Quantity::ZERO), _) => Some(format!("has no {name} limit")),
            (Amount::Known(limit), Amount::Known(request)) if limit != request => {
                Some(format!("requests another amount of {name} than its limit"))
            }
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn each_container_that_stands_in_the_way_is_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                resources: {limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 1000m}}
              - name: proxy
                resources: {limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 500m}}
                ^^^^^^^^^ container \"proxy\" requests another amount of CPU than its limit
              - name: zero
                resources: {limits: {cpu: 1, memory: 0}}
                ^^^^^^^^^ container \"zero\" has no memory limit
              initContainers:
              - name: init
                ^^^^ The pod is not Guaranteed: container \"init\" has no CPU limit
            ",
        );
    }

    #[test]
    fn the_resources_of_the_pod_decide_where_there_are_some() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              resources: {limits: {cpu: 1}}
              ^^^^^^^^^ as a whole it has no memory limit
              containers: [{name: web}]
            ",
        );
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              resources: {limits: {cpu: 1, memory: 1Gi}}
              containers: [{name: web}]
            ---
            apiVersion: v1
            kind: Pod
            spec:
              containers: [{name: web, resources: {limits: {cpu: \"{{ .Values.cpu }}\", memory: 1Gi}}}]
            ",
        );
    }
}

use super::amounts::{Amount, Bound, effective, may_have_resources, of_pod, own};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Container, PodSpec, Setting};

rule! {
    /// A container asks for another amount of a resource than it may use.
    ///
    /// ## Why
    /// What a container uses beyond its request is not set aside for it: the node may have promised it to others. Of
    /// memory that means the container is evicted or killed just when it needs most.
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
    ///       limits: {memory: 1Gi}
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
    ///       requests: {memory: 1Gi}
    ///       limits: {memory: 1Gi}
    /// ```
    ///
    /// ## Fix
    /// By hand: choose one of the two amounts for both. A request that is left out takes the limit.
    ///
    /// ## When it is fine
    /// Wherever the site has not chosen otherwise: the rule is off until it is selected. The parameter `equalResources`
    /// names the resources it looks at, such as `[memory]`.
    ///
    /// ## How others differ
    /// Amounts are compared as quantities here: `1` and `1000m` are equal, and so is a limit without a request, which
    /// Kubernetes copies.
    ///
    /// ## References
    /// - [Resource management for pods and containers](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/)
    /// - [Quantities](https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/)
    id: "request-differs-from-limit",
    title: "Request and limit differ",
    severity: Severity::Hint,
    family: Family::ResourcesReliability,
    also: &[
        (KubeScore, "container-cpu-requests-equal-limits"),
        (KubeScore, "container-memory-requests-equal-limits"),
        (KubeScore, "container-resource-requests-equal-limits"),
        (KubeScore, "container-ephemeral-storage-request-equals-limit"),
        (Kyverno, "memory-requests-equal-limits"),
    ],
    persona: Persona::Policy,
    fields: &[
        "C[*].resources.requests.cpu",
        "C[*].resources.requests.memory",
        "C[*].resources.requests.ephemeral-storage",
    ],
    check: Check::Container(check),
}

const RESOURCES: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

fn check(pod: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    if !may_have_resources(container) {
        return;
    }
    let context = report.context();
    let chosen = context.settings.parameters.equal_resources.as_deref();
    for resource in RESOURCES {
        if chosen.is_some_and(|chosen| !chosen.iter().any(|chosen| chosen == resource)) {
            continue;
        }
        let Amount::Known(request) = effective(pod, container, Bound::Request, resource, context) else {
            continue;
        };
        let limit = match effective(pod, container, Bound::Limit, resource, context) {
            Amount::Known(limit) if limit != request => written(container, Bound::Limit, resource),
            Amount::Missing if of_pod(pod, Bound::Limit, resource, context) == Amount::Missing => None,
            Amount::Known(_) | Amount::Missing | Amount::Unknown => continue,
        };
        let title = container.title();
        let requests = match written(container, Bound::Request, resource) {
            Some(request) => format!("{title} requests {request} of {resource}"),
            None => format!("{title} requests {resource} by default"),
        };
        let message = match limit {
            Some(limit) => format!("{requests} and is limited to {limit}"),
            None => format!("{requests} and has no such limit of its own"),
        };
        report.find(container.path.keys(&["resources", Bound::Request.key(), resource]), message);
    }
}

/// The amount as the container writes it.
fn written<'d>(container: &Container<'d>, bound: Bound, resource: &str) -> Option<&'d str> {
    match own(container, bound, resource) {
        Setting::Set(_, entry) => entry.value.as_text(),
        Setting::Unset | Setting::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent, check_with};
    use crate::{Parameters, Settings};

    #[test]
    fn unequal_amounts_and_missing_limits_are_found_on_the_request() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                resources:
                  requests: {cpu: 100m, memory: 128Mi}
                                  ^^^^ container \"web\" requests 100m of cpu and has no such limit of its own
                                                ^^^^^ container \"web\" requests 128Mi of memory and is limited to 1Gi
                  limits: {memory: 1Gi}
            ",
        );
    }

    #[test]
    fn equal_quantities_and_copied_limits_are_fine() {
        check_silent(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                resources:
                  requests: {cpu: 1000m, memory: 1Gi}
                  limits: {cpu: 1, memory: 1024Mi, ephemeral-storage: 1Gi}
              - name: chart
                resources:
                  requests: {cpu: 1}
                  limits: {cpu: \"{{ .Values.cpu }}\"}
            ",
        );
    }

    #[test]
    fn a_site_chooses_the_resources() {
        let parameters =
            Parameters { equal_resources: Some(vec!["memory".to_owned()]), ..Parameters::default() };
        let settings = Settings { parameters, ..Settings::default() };
        check_with(
            &RULE,
            &settings,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                resources: {requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 2, memory: 2Gi}}
                                                       ^^^ container \"web\" requests 1Gi of memory
            ",
        );
    }
}

use super::amounts::{Bound, may_have_resources, own};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Container, PodSpec, Setting};

rule! {
    /// A container may use several times the memory that it asks for.
    ///
    /// ## Why
    /// The node promises the request, not the limit. Where many containers grow far beyond what they asked for, it
    /// runs out of memory, and they are evicted or killed. The parameter `maximumLimitRequestRatio` sets how many times
    /// is too many; 2.5 by default.
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
    ///       requests: {memory: 512Mi}
    ///       limits: {memory: 1Gi}
    /// ```
    ///
    /// ## Fix
    /// By hand: measure what the program uses, ask for that, and limit it near its height.
    ///
    /// ## When it is fine
    /// Programs that rest most of the time, on nodes that are not full. Where to draw the line is for a site to say.
    ///
    /// ## References
    /// - [Resource management for pods and containers](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/)
    /// - [Limit ranges](https://kubernetes.io/docs/concepts/policy/limit-range/)
    id: "limit-request-ratio-high",
    title: "Limit is far above the request",
    severity: Severity::Hint,
    family: Family::ResourcesReliability,
    also: &[(Kyverno, "enforce-resources-as-ratio")],
    persona: Persona::Pedantic,
    fields: &["C[*].resources.limits.memory", "C[*].resources.requests.memory"],
    check: Check::Container(check),
}

const DEFAULT: f64 = 2.5;

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    // A request that is left out is the limit.
    let (Setting::Set(request, asked), Setting::Set(limit, bounded)) =
        (own(container, Bound::Request, "memory"), own(container, Bound::Limit, "memory"))
    else {
        return;
    };
    let ratio = report.context().settings.parameters.maximum_limit_request_ratio.unwrap_or(DEFAULT);
    if !may_have_resources(container) || !limit.exceeds(ratio, request) {
        return;
    }
    let written = |entry: leastwise_yaml::Entry<'_>| entry.value.as_text().unwrap_or_default().to_owned();
    let (request, limit) = (written(asked), written(bounded));
    let path = |bound: Bound| container.path.keys(&["resources", bound.key(), "memory"]);
    let message =
        format!("The memory limit of {}, {limit}, is more than {ratio} times its request", container.title());
    report
        .find(path(Bound::Limit), message)
        .related(&path(Bound::Request), format!("The request, {request}"));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_with};
    use crate::{Parameters, Settings};

    #[test]
    fn a_limit_beyond_the_ratio_is_found_on_its_value() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: web
                resources: {requests: {memory: 100Mi}, limits: {memory: 0.25Gi}}
                                                                        ^^^^^^ The memory limit of container \"web\", 0.25Gi, is more than 2.5 times its request
              - name: just
                resources: {requests: {memory: 100Mi}, limits: {memory: 250Mi}}
              - name: copied
                resources: {limits: {memory: 10Gi}}
              - name: cpu
                resources: {requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 10, memory: 1Gi}}
            ",
        );
    }

    #[test]
    fn a_site_sets_the_ratio() {
        let parameters = Parameters { maximum_limit_request_ratio: Some(1.0), ..Parameters::default() };
        let settings = Settings { parameters, ..Settings::default() };
        check_with(
            &RULE,
            &settings,
            "
            apiVersion: v1
            kind: Pod
            spec:
              containers: [{name: web, resources: {requests: {memory: 1Gi}, limits: {memory: 2Gi}}}]
                                                                                             ^^^ is more than 1 times its request
            ",
        );
    }
}

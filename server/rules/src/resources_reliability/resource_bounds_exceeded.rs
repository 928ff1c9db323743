use super::amounts::{Bound, may_have_resources, own};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, QuantityRange, Severity};
use leastwise_manifest::{Container, PodSpec, Quantity, Setting};

rule! {
    /// A container requests, or is limited to, an amount that the site does not permit.
    ///
    /// ## Why
    /// A request that no node can meet leaves its pod waiting, and one far too large keeps others from a node for
    /// nothing. The parameter `resourceBounds` says what is permitted: `minimum` and `maximum` of `cpu` and `memory`
    /// under `requests` and `limits`. Off until it is set.
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
    ///       limits: {memory: 100Gi}
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
    ///       limits: {memory: 1Gi}
    /// ```
    ///
    /// ## Fix
    /// By hand: choose an amount within the bounds, or have them widened.
    ///
    /// ## When it is fine
    /// Programs known to need more than the rest of the site.
    ///
    /// ## References
    /// - [Resource management for pods and containers](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/)
    /// - [Limit ranges](https://kubernetes.io/docs/concepts/policy/limit-range/)
    id: "resource-bounds-exceeded",
    title: "Request or limit is outside the permitted range",
    severity: Severity::Hint,
    family: Family::ResourcesReliability,
    also: &[
        (Kubescape, "C-0004"),
        (Kubescape, "C-0050"),
        (Kubescape, "C-0303"),
    ],
    persona: Persona::Policy,
    parameter: Some("resource_bounds"),
    fields: &[
        "C[*].resources.requests.cpu",
        "C[*].resources.requests.memory",
        "C[*].resources.limits.cpu",
        "C[*].resources.limits.memory",
    ],
    check: Check::Container(check),
}

fn check(_: &PodSpec<'_>, container: &Container<'_>, report: &mut Report<'_, '_>) {
    let Some(bounds) = &report.context().settings.parameters.resource_bounds else { return };
    if !may_have_resources(container) {
        return;
    }
    for (bound, name, permitted) in
        [(Bound::Request, "request", &bounds.requests), (Bound::Limit, "limit", &bounds.limits)]
    {
        for (resource, range) in [("cpu", &permitted.cpu), ("memory", &permitted.memory)] {
            let Setting::Set(quantity, entry) = own(container, bound, resource) else { continue };
            let Some(why) = reason(quantity, range) else { continue };
            let written = entry.value.as_text().unwrap_or_default();
            let message = format!("The {resource} {name} of {}, {written}, is {why}", container.title());
            report.find(container.path.keys(&["resources", bound.key(), resource]), message);
        }
    }
}

/// Why the quantity is not permitted.
fn reason(quantity: Quantity, range: &QuantityRange) -> Option<String> {
    match (&range.minimum, &range.maximum) {
        (Some(minimum), _) if quantity < minimum.quantity() => Some(format!("less than {minimum}")),
        (_, Some(maximum)) if quantity > maximum.quantity() => Some(format!("more than {maximum}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check_silent, check_with};
    use crate::{BoundedResources, Parameters, QuantityRange, ResourceBounds, Settings, WrittenQuantity};

    const MARKED: &str = "
        apiVersion: v1
        kind: Pod
        spec:
          containers:
          - name: web
            resources:
              requests: {cpu: 9m, memory: 1Ti}
                              ^^ The cpu request of container \"web\", 9m, is less than 10m
              limits: {cpu: 2001m, memory: 1Gi}
                            ^^^^^ The cpu limit of container \"web\", 2001m, is more than 2
          - name: proxy
            resources: {requests: {cpu: 0.01}, limits: {cpu: 2000m}}
        ";

    #[test]
    fn amounts_outside_the_bounds_are_found() {
        let cpu = |minimum, maximum| BoundedResources {
            cpu: QuantityRange { minimum, maximum },
            ..BoundedResources::default()
        };
        let bounds = ResourceBounds {
            requests: cpu(WrittenQuantity::parse("10m"), None),
            limits: cpu(None, WrittenQuantity::parse("2")),
        };
        let parameters = Parameters { resource_bounds: Some(bounds), ..Parameters::default() };
        check_with(&RULE, &Settings { parameters, ..Settings::default() }, MARKED);
    }

    #[test]
    fn nothing_is_found_until_bounds_are_set() {
        check_silent(
            &RULE,
            "apiVersion: v1\nkind: Pod\nspec:\n  containers: [{name: web, resources: {limits: {cpu: 900}}}]\n",
        );
    }
}

use super::scaling::is_built_in;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, integer};

rule! {
    /// The Deployment runs more replicas than the site permits.
    ///
    /// ## Why
    /// Where many share a cluster, a slip of a digit takes room from everybody.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   replicas: 500
    ///   template:
    ///     metadata:
    ///       labels: {app: web}
    ///     spec:
    ///       containers:
    ///       - name: web
    ///         image: web:1.2
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   replicas: 5
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
    /// By hand: run fewer, or raise the parameter.
    ///
    /// ## When it is fine
    /// The parameter `maximumReplicas` says how many are permitted; the rule is off until it is set.
    ///
    /// ## References
    /// - [Deployments: replicas](https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#replicas)
    id: "replicas-above-cap",
    title: "Deployment runs more replicas than permitted",
    family: Family::Availability,
    severity: Severity::Hint,
    persona: Persona::Policy,
    fields: &["spec.replicas"],
    parameter: Some("maximum_replicas"),
    also: &[(Kyverno, "restrict-scale")],
    check: Check::Kind(&["Deployment"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(maximum) = report.context().settings.parameters.maximum_replicas else { return };
    let Some(replicas) = integer(object.node, &["spec", "replicas"]).known() else { return };
    if replicas > maximum && is_built_in(object.api_group()) {
        let message = format!("the Deployment runs {replicas} replicas, where {maximum} are permitted");
        report.find(object.path.keys(&["spec", "replicas"]), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check_silent, check_with};

    #[test]
    fn more_than_permitted_are_found_once_a_cap_is_set() {
        let mut settings = Settings::default();
        settings.parameters.maximum_replicas = Some(10);
        check_with(
            &RULE,
            &settings,
            "
            apiVersion: apps/v1
            kind: Deployment
            spec: {replicas: 11}
                             ^^ runs 11 replicas, where 10 are permitted
            ---
            apiVersion: apps/v1
            kind: Deployment
            spec: {replicas: 10}
            ",
        );
        check_silent(&RULE, "apiVersion: apps/v1\nkind: Deployment\nspec: {replicas: 11}\n");
    }
}

use super::scaling::is_built_in;
use crate::finding::Fix;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};
use leastwise_manifest::{Object, string};
use leastwise_yaml::{Emptied, Patch};

rule! {
    /// Each update of the Deployment stops all pods before new ones start.
    ///
    /// ## Why
    /// With `Recreate` the service is away from the moment the last old pod stops until the first new one is ready;
    /// if the new version does not start, it stays away.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   strategy:
    ///     type: Recreate
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
    ///   replicas: 2
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
    /// Remove `spec.strategy`, which makes it `RollingUpdate`. Two versions then run side by side for a while.
    ///
    /// ## When it is fine
    /// Programs of which two versions must not run at once, or that hold a volume which only one pod can have.
    ///
    /// ## References
    /// - [Deployments: strategy](https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy)
    id: "rollout-not-rolling",
    title: "Deployment stops all pods on update",
    family: Family::Availability,
    severity: Severity::Info,
    persona: Persona::Pedantic,
    fix: FixKind::Behavioural,
    fields: &["spec.strategy.type"],
    also: &[(KubeLinter, "no-rolling-update-strategy"), (Kubescape, "C-0305"), (KubeScore, "deployment-strategy")],
    check: Check::Kind(&["Deployment"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let strategy = string(object.node, &["spec", "strategy", "type"]).known();
    if strategy != Some("Recreate") || !is_built_in(object.api_group()) {
        return;
    }
    let path = object.path.keys(&["spec", "strategy"]);
    let patch = Patch::Remove { path: path.clone(), emptied: Emptied::Keep };
    report
        .find(path.key("type"), "the strategy Recreate stops all pods before an update starts new ones")
        .fix(Fix::behavioural("Remove strategy, which makes it RollingUpdate", [patch]));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_fix, check_silent};

    #[test]
    fn recreate_is_found() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              strategy:
                type: Recreate
                      ^^^^^^^^ stops all pods
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ",
        );
    }

    #[test]
    fn rolling_updates_defaults_and_templates_are_fine() {
        for text in [
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              strategy: {type: RollingUpdate}
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ",
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              strategy: {type: \"{{ .Values.strategy }}\"}
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ",
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn the_strategy_is_removed() {
        check_fix(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            spec:
              replicas: 2 # two
              strategy:
                type: Recreate
              template: {spec: {containers: [{name: web, image: web:1.2}]}}
            ",
            "
            apiVersion: apps/v1
            kind: Deployment
            spec:
              replicas: 2 # two
              template: {spec: {containers: [{name: web, image: web:1.2}]}}
            ",
        );
    }
}

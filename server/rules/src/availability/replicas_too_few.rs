use super::scaling::{HORIZONTAL, SCALED_OBJECT, is_built_in, may_be_scaled};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Object, Setting, integer, lookup};

rule! {
    /// The Deployment runs fewer replicas than a service needs to outlive one of them.
    ///
    /// ## Why
    /// With a single pod each update, drain and crash is an outage. A Deployment that does not say runs one.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   replicas: 1
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
    /// By hand: run at least two, if the program bears it.
    ///
    /// ## When it is fine
    /// Programs that must run once only, and everything that may be away for a while. How many are enough is the
    /// parameter `minimumReplicas`, 2 unless set. The rule is silent where an autoscaler of the workspace scales the
    /// Deployment.
    ///
    /// ## How others differ
    /// kube-linter asks for three, polaris and kube-score for two; they do not look at autoscalers of other files.
    /// Ours takes one that may be meant as enough to be silent.
    ///
    /// ## References
    /// - [Deployments: replicas](https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#replicas)
    /// - [Disruptions](https://kubernetes.io/docs/concepts/workloads/pods/disruptions/)
    id: "replicas-too-few",
    title: "Deployment runs too few replicas",
    family: Family::Availability,
    severity: Severity::Info,
    persona: Persona::Pedantic,
    fields: &["spec.replicas"],
    also: &[(KubeLinter, "minimum-three-replicas"), (Polaris, "deploymentMissingReplicas"), (KubeScore, "deployment-replicas"), (Kyverno, "deployment-has-multiple-replicas")],
    check: Check::Kind(&["Deployment"], check),
}

/// How many replicas are enough where nobody says.
const DEFAULT: i64 = 2;

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let minimum = report.context().settings.parameters.minimum_replicas.unwrap_or(DEFAULT);
    let written = match integer(object.node, &["spec", "replicas"]) {
        Setting::Set(replicas, _) if replicas < minimum => format!("runs {replicas}"),
        Setting::Unset if minimum > 1 => {
            "does not say how many replicas it runs, which makes it 1".to_owned()
        }
        _ => return,
    };
    let is_written = lookup(object.node, &["spec"]).value().is_some_and(|spec| !spec.is_null());
    let is_scaled =
        || [HORIZONTAL, SCALED_OBJECT].iter().any(|kind| may_be_scaled(report.workspace(), kind, object));
    if is_written && is_built_in(object.api_group()) && !is_scaled() {
        let message = format!("the Deployment {written}, where at least {minimum} replicas should run");
        report.find(object.path.keys(&["spec", "replicas"]), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Settings;
    use crate::testing::{check, check_silent, check_with};

    #[test]
    fn one_replica_is_found() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              replicas: 1
                        ^ runs 1, where at least 2
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
    fn none_written_counts_as_one() {
        check(
            &RULE,
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
            ^^^^ does not say how many replicas
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
    fn enough_hidden_and_scaled_are_fine() {
        for text in [
            "
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              replicas: 2
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
              replicas: {{ .Values.replicas }}
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
              replicas: 1
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              minReplicas: 2
              maxReplicas: 6
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
            ---
            apiVersion: keda.sh/v1alpha1
            kind: ScaledObject
            metadata: {name: web}
            spec: {scaleTargetRef: {name: web}}
            ",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn the_minimum_is_a_parameter() {
        let mut settings = Settings::default();
        settings.parameters.minimum_replicas = Some(3);
        check_with(
            &RULE,
            &settings,
            "
            apiVersion: apps/v1
            kind: Deployment
            spec: {replicas: 2}
                             ^ runs 2, where at least 3
            ",
        );
    }
}

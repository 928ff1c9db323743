use super::scaling::{is_built_in, title};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::PodSpec;
use leastwise_yaml::{Field, Kind};

rule! {
    /// The pods have no topology spread constraint.
    ///
    /// ## Why
    /// The scheduler then spreads them by the defaults of the cluster, which are soft and may be off.
    ///
    /// ## Avoid
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
    ///       topologySpreadConstraints:
    ///       - maxSkew: 1
    ///         topologyKey: kubernetes.io/hostname
    ///         whenUnsatisfiable: ScheduleAnyway
    ///         labelSelector:
    ///           matchLabels: {app: web}
    /// ```
    ///
    /// ## Fix
    /// By hand: add a constraint by host name or zone that selects the pods' own labels.
    ///
    /// ## When it is fine
    /// Where the defaults of the cluster are enough. The rule is off unless it is selected.
    ///
    /// ## References
    /// - [Pod topology spread constraints](https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/)
    id: "topology-spread-missing",
    title: "No topology spread constraint",
    family: Family::Availability,
    severity: Severity::Hint,
    persona: Persona::Policy,
    fields: &["P.topologySpreadConstraints"],
    also: &[(Polaris, "topologySpreadConstraint"), (Kyverno, "topologyspreadconstraints-policy")],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let is_missing = match pod.node.get("topologySpreadConstraints") {
        Field::Absent => true,
        Field::Unknown => false,
        Field::Present(list) => {
            let list = list.value;
            list.is_null()
                || (matches!(list.kind(), Kind::Sequence) && !list.is_open() && list.items().next().is_none())
        }
    };
    let is_kind = || matches!(pod.object.kind(), Some("Deployment" | "ReplicaSet" | "StatefulSet"));
    if is_missing && is_kind() && is_built_in(pod.object.api_group()) {
        let message = format!("the pods of {} have no topology spread constraint", title(&pod.object));
        report.find(pod.path.key("topologySpreadConstraints"), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_missing_list_is_found_on_the_pod_spec() {
        check(
            &RULE,
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
                ^^^^ the pods of Deployment \"web\" have no topology spread
                  containers:
                  - name: web
                    image: web:1.2
            ",
        );
    }

    #[test]
    fn the_empty_list_is_found() {
        check(
            &RULE,
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
                  topologySpreadConstraints: []
                  ^^^^^^^^^^^^^^^^^^^^^^^^^ have no topology spread
            ",
        );
    }

    #[test]
    fn constraints_templates_and_other_kinds_are_fine() {
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
                  topologySpreadConstraints:
                  - maxSkew: 1
                    topologyKey: kubernetes.io/hostname
                    whenUnsatisfiable: ScheduleAnyway
                    labelSelector:
                      matchLabels: {app: web}
            ",
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
                  topologySpreadConstraints: {{ .Values.spread }}
            ",
            "
            apiVersion: v1
            kind: Pod
            metadata: {name: web}
            spec:
              containers:
              - name: web
                image: web:1.2
            ",
        ] {
            check_silent(&RULE, text);
        }
    }
}

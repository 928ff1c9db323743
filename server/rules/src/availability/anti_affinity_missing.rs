use super::scaling::{is_built_in, is_replicated, title};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{PodSpec, Selector, Setting, lookup, string};
use leastwise_yaml::{Field, Node};

rule! {
    /// Nothing keeps the replicas from sharing one node.
    ///
    /// ## Why
    /// When all replicas run on the same node or in the same zone, they go down with it, and several are no better
    /// than one.
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
    /// By hand: add a topology spread constraint, or an anti-affinity by host name or zone, that selects the pods'
    /// own labels.
    ///
    /// ## When it is fine
    /// Where the scheduler of the cluster spreads by defaults of its own, and where the replicas share something on
    /// their node.
    ///
    /// ## How others differ
    /// KICS asks above two replicas, kube-linter from two, and kube-score even where no number is written. Few take a
    /// topology spread constraint for an answer; ours takes either.
    ///
    /// ## References
    /// - [Assigning pods to nodes: anti-affinity](https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity)
    /// - [Pod topology spread constraints](https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/)
    id: "anti-affinity-missing",
    title: "Replicas may share one node",
    family: Family::Availability,
    severity: Severity::Hint,
    persona: Persona::Pedantic,
    fields: &["P.affinity.podAntiAffinity", "P.topologySpreadConstraints"],
    also: &[(KubeLinter, "no-anti-affinity"), (Kics, "a31b7b82-d994-48c4-bd21-3bab6c31827a"), (Kics, "d740d048-8ed3-49d3-b77b-6f072f3b669e"), (KubeScore, "deployment-has-host-podantiaffinity"), (KubeScore, "statefulset-has-host-podantiaffinity")],
    check: Check::Pod(check),
}

/// The labels of nodes by which pods that avoid each other are spread.
const APPROVED: &[&str] = &[
    "kubernetes.io/hostname",
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region",
];

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let is_kind = matches!(pod.object.kind(), Some("Deployment" | "ReplicaSet" | "StatefulSet"));
    if !is_kind || !is_built_in(pod.object.api_group()) || !is_replicated(report.workspace(), &pod.object) {
        return;
    }
    if !may_be_spread(pod) {
        let path = pod.path.keys(&["affinity", "podAntiAffinity"]);
        report.find(
            path,
            format!("nothing keeps the replicas of {} from sharing one node", title(&pod.object)),
        );
    }
}

/// Whether a constraint or a term may spread the pods. What is hidden may.
fn may_be_spread(pod: &PodSpec<'_>) -> bool {
    let labels = pod.labels();
    let may_select = |term: Node<'_>| {
        Selector::of(term.get("labelSelector"))
            .is_some_and(|selector| selector.matches(&labels) != Some(false))
    };
    let may_avoid = |term: Node<'_>| {
        let is_approved = match string(term, &["topologyKey"]) {
            Setting::Set(key, _) => APPROVED.contains(&key),
            Setting::Unset => false,
            Setting::Unknown => true,
        };
        is_approved && may_select(term)
    };
    let terms = |key| lookup(pod.node, &["affinity", "podAntiAffinity", key]);
    any_item(pod.node.get("topologySpreadConstraints"), may_select)
        || any_item(terms("requiredDuringSchedulingIgnoredDuringExecution"), may_avoid)
        || any_item(terms("preferredDuringSchedulingIgnoredDuringExecution"), |item| {
            match item.get("podAffinityTerm") {
                Field::Present(term) => may_avoid(term.value),
                Field::Absent => false,
                Field::Unknown => true,
            }
        })
}

/// Whether some item of the list may be so; of a hidden list it may.
fn any_item<'d>(list: Field<'d>, may_be: impl Fn(Node<'d>) -> bool) -> bool {
    match list {
        Field::Absent => false,
        Field::Unknown => true,
        Field::Present(list) => {
            let list = list.value;
            list.is_unknown()
                || list.is_open()
                || list.items().any(|item| item.value.is_unknown() || may_be(item.value))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn replicas_that_may_share_a_node_are_found() {
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
                ^^^^ nothing keeps the replicas of Deployment \"web\" from sharing one node
                  containers:
                  - name: web
                    image: web:1.2
            ",
        );
    }

    #[test]
    fn a_term_of_other_pods_does_not_count() {
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
                  affinity:
                    podAntiAffinity:
                    ^^^^^^^^^^^^^^^ nothing keeps
                      preferredDuringSchedulingIgnoredDuringExecution:
                      - weight: 100
                        podAffinityTerm:
                          topologyKey: kubernetes.io/hostname
                          labelSelector:
                            matchLabels: {app: api}
            ",
        );
    }

    #[test]
    fn an_autoscaler_counts_and_affinity_is_where_it_is_missing() {
        check(
            &RULE,
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
                  affinity: {nodeAffinity: {}}
                  ^^^^^^^^ nothing keeps
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: web, namespace: shop}
            spec:
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              minReplicas: 2
              maxReplicas: 6
            ",
        );
    }

    #[test]
    fn spread_single_and_hidden_are_fine() {
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
                  affinity:
                    podAntiAffinity:
                      preferredDuringSchedulingIgnoredDuringExecution:
                      - weight: 100
                        podAffinityTerm:
                          topologyKey: kubernetes.io/hostname
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
              replicas: 2
              template:
                metadata:
                  labels: {app: web}
                spec:
                  containers:
                  - name: web
                    image: web:1.2
                  affinity: {{ .Values.affinity }}
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
                  affinity:
                    podAntiAffinity:
                      preferredDuringSchedulingIgnoredDuringExecution:
                      - weight: 100
                        podAffinityTerm:
                          topologyKey: kubernetes.io/hostname
                          labelSelector:
                            matchLabels: {app: \"{{ .Values.app }}\"}
            ",
        ] {
            check_silent(&RULE, text);
        }
    }
}

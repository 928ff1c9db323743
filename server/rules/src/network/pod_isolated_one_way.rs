use super::policies::{is_outside, may_have_other_policy};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Direction, NetworkPolicy, PodSpec};

rule! {
    /// The policies that select the pods restrict one direction only.
    ///
    /// ## Why
    /// Without `Egress` a program that is taken over may call everything, as it needs to fetch tools and send data
    /// away; without `Ingress` everything may call it.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   template:
    ///     metadata:
    ///       labels: {app: web}
    ///     spec:
    ///       containers:
    ///       - name: web
    ///         image: web:1.2
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   podSelector: {matchLabels: {app: web}}
    ///   policyTypes: [Ingress]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   template:
    ///     metadata:
    ///       labels: {app: web}
    ///     spec:
    ///       containers:
    ///       - name: web
    ///         image: web:1.2
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   podSelector: {matchLabels: {app: web}}
    ///   policyTypes: [Ingress, Egress]
    /// ```
    ///
    /// ## Fix
    /// By hand: add the other direction to `policyTypes` and allow what is needed, DNS first.
    ///
    /// ## When it is fine
    /// Where the other direction is guarded elsewhere, as by a proxy that all traffic must pass.
    ///
    /// ## How others differ
    /// polaris asks for rules in both directions, so that a policy that denies everything does not count. Ours reads
    /// what the policies restrict as the API server does: without `policyTypes` ingress, and egress where there are
    /// rules for it.
    ///
    /// ## References
    /// - [Network policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/)
    /// - [Network policies: default policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies)
    id: "pod-isolated-one-way",
    title: "Pod is isolated in one direction only",
    family: Family::Network,
    severity: Severity::Hint,
    persona: Persona::Pedantic,
    fields: &["metadata.labels"],
    also: &[(Kics, "0401f71b-9c1e-4821-ab15-a955caa621be"), (Polaris, "missingNetworkPolicy"), (Kubescape, "C-0030"), (KubeScore, "pod-networkpolicy")],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    if is_outside(pod) {
        return;
    }
    let (workspace, home) = (report.workspace(), pod.object.home());
    let labels = pod.labels();
    let mut selecting = Vec::new();
    for declared in workspace.of_kind("NetworkPolicy") {
        let policy = declared.object();
        if !declared.home().may_be(home) {
            continue;
        }
        let Some(policy) = NetworkPolicy::of(&policy) else { return };
        match policy.selects(&labels) {
            Some(false) => {}
            Some(true) if workspace.is_in(declared, home) => {
                let ways = [Direction::Ingress, Direction::Egress].map(|way| policy.restricts(way));
                let [Some(ingress), Some(egress)] = ways else { return };
                selecting.push((declared, ingress, egress));
            }
            _ => return,
        }
    }
    let Some((first, ..)) = selecting.first() else { return };
    let ingress = selecting.iter().any(|(_, ingress, _)| *ingress);
    let egress = selecting.iter().any(|(_, _, egress)| *egress);
    if ingress == egress || may_have_other_policy(workspace, home) {
        return;
    }
    let message = if ingress {
        "policies restrict who may call these pods, but not what the pods may call"
    } else {
        "policies restrict what these pods may call, but not who may call them"
    };
    report.find(pod.metadata.key("labels"), message).related_in(
        first,
        &first.path.key("spec"),
        "A policy that selects the pods",
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_policy_for_ingress_alone_is_found() {
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
                  ^^^^^^ but not what the pods may call
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ---
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {matchLabels: {app: web}}
            ",
        );
    }

    #[test]
    fn a_policy_for_egress_alone_is_found() {
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
                  ^^^^^^ but not who may call them
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ---
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {matchLabels: {app: web}}
              policyTypes: [Egress]
            ",
        );
    }

    #[test]
    fn both_directions_of_one_or_two_policies_and_hidden_ones_are_fine() {
        for text in [
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
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {matchLabels: {app: web}}
              policyTypes: [Ingress, Egress]
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
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {matchLabels: {app: web}}
              egress: [{}]
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
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {matchLabels: {app: web}}
              policyTypes: [Ingress]
            ---
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: all, namespace: shop}
            spec:
              podSelector: {}
              policyTypes: [Egress]
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
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {matchLabels: {app: web}}

            ---
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: other, namespace: shop}
            spec:
              podSelector: {matchLabels: {app: \"{{ .Values.app }}\"}}
              policyTypes: [Ingress, Egress]
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
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {matchLabels: {app: web}}

            ---
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: {name: web, namespace: shop}
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
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {matchLabels: {app: api}}
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
}

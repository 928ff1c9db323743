use super::policies::{is_outside, may_have_other_policy};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{NetworkPolicy, PodSpec};

rule! {
    /// No NetworkPolicy of the namespace selects the pods.
    ///
    /// ## Why
    /// Pods that no policy selects may be reached by every pod of the cluster and may call everything. One program
    /// that is taken over then reaches all others.
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
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata: {name: shop}
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
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata: {name: shop}
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
    /// By hand: begin with a policy that denies everything in the namespace (`podSelector: {}` with both
    /// `policyTypes`), then allow what the pods need.
    ///
    /// ## When it is fine
    /// Where a policy of the network itself guards all namespaces, or the policies are kept elsewhere. The rule
    /// speaks only where the workspace declares the namespace or some NetworkPolicy: a file alone is not accused.
    ///
    /// ## How others differ
    /// polaris asks for a policy with rules in both directions, so that a policy that denies everything does not
    /// count; KICS takes one shared label for a match. Ours asks the whole selector and takes any policy. Pods of the
    /// node's network are left out, as policies do not reach them.
    ///
    /// ## References
    /// - [Network policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/)
    /// - [Network policies: default policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies)
    id: "pod-without-network-policy",
    title: "No NetworkPolicy selects the pod",
    family: Family::Network,
    severity: Severity::Info,
    persona: Persona::Pedantic,
    fields: &["metadata.labels"],
    also: &[(Checkov, "CKV2_K8S_6"), (KubeLinter, "non-isolated-pod"), (Polaris, "missingNetworkPolicy"), (Kubescape, "C-0260"), (KubeScore, "pod-networkpolicy"), (Kyverno, "require-network-policy")],
    check: Check::Pod(check),
}

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    if is_outside(pod) {
        return;
    }
    let (workspace, home) = (report.workspace(), pod.object.home());
    let is_whole = workspace.declares_namespace(home) || workspace.of_kind("NetworkPolicy").next().is_some();
    if !is_whole || may_have_other_policy(workspace, home) {
        return;
    }
    let labels = pod.labels();
    let may_be_selected = workspace.of_kind("NetworkPolicy").any(|declared| {
        let policy = declared.object();
        declared.home().may_be(home)
            && NetworkPolicy::of(&policy).is_some_and(|policy| policy.selects(&labels) != Some(false))
    });
    if !may_be_selected {
        report.find(pod.metadata.key("labels"), "no NetworkPolicy of the workspace selects these pods");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn labels_that_no_policy_selects_are_found() {
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
                  ^^^^^^ no NetworkPolicy of the workspace selects these pods
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
              policyTypes: [Ingress, Egress]
            ",
        );
    }

    #[test]
    fn one_label_of_two_is_no_match_and_missing_labels_are_shown_on_the_metadata() {
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
                  ^^^^^^ no NetworkPolicy
                spec:
                  containers:
                  - name: web
                    image: web:1.2
            ---
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {matchLabels: {app: web, tier: front}}
              policyTypes: [Ingress, Egress]
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: bare, namespace: shop}
            ^^^^^^^^ no NetworkPolicy
            spec: {}
            ",
        );
    }

    #[test]
    fn what_may_be_selected_or_is_out_of_sight_is_fine() {
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
              podSelector: {}
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
              podSelector: {matchExpressions: [{key: app, operator: Exists}]}
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
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
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
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
            ---
            apiVersion: projectcalico.org/v3
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec: {selector: app == 'web'}
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
                  hostNetwork: true
                  containers:
                  - name: web
                    image: web:1.2
            ---
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
            ",
        ] {
            check_silent(&RULE, text);
        }
    }
}

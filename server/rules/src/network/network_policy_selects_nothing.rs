use super::policies::selects_nothing;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Confidence, Family};
use leastwise_manifest::{NetworkPolicy, Object};

rule! {
    /// The policy selects no pod of the workspace.
    ///
    /// ## Why
    /// A policy whose selector matches nothing protects nothing. The pods that were meant stay open, and nobody is
    /// told.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   podSelector: {matchLabels: {app: wbe}}
    ///   policyTypes: [Ingress, Egress]
    /// ---
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
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   podSelector: {matchLabels: {app: web}}
    ///   policyTypes: [Ingress, Egress]
    /// ---
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
    /// ```
    ///
    /// ## Fix
    /// By hand: correct the selector, or the labels of the pods.
    ///
    /// ## When it is fine
    /// For pods that are made elsewhere, as by an operator. Where the workspace declares no workload of
    /// the namespace, only pedantic listeners hear of it.
    ///
    /// ## How others differ
    /// KICS takes any single label that both share for a match; ours asks the whole selector, `matchExpressions`
    /// included, in the same namespace.
    ///
    /// ## References
    /// - [Network policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/)
    id: "network-policy-selects-nothing",
    title: "NetworkPolicy selects no declared pod",
    family: Family::Network,
    confidence: Confidence::Medium,
    fields: &["spec.podSelector"],
    also: &[(KubeLinter, "dangling-networkpolicy"), (Kics, "85ab1c5b-014e-4352-b5f8-d7dea3bb4fd3"), (Kubescape, "C-0299"), (KubeScore, "networkpolicy-targets-pod")],
    check: Check::Kind(&["NetworkPolicy"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(selector) = NetworkPolicy::of(object).and_then(|policy| policy.selector) else { return };
    if let Some(nothing) = selects_nothing(report.workspace(), object.home(), &selector) {
        let path = object.path.keys(&["spec", "podSelector"]);
        let message = "the policy selects no pod of the workspace, so it protects nothing";
        report.find(path, message).pedantic_if(nothing.is_alone);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_pedantic, check_silent};

    #[test]
    fn a_selector_that_matches_nothing_is_found() {
        check(
            &RULE,
            "
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {matchLabels: {app: wbe}}
              ^^^^^^^^^^^ the policy selects no pod of the workspace
              policyTypes: [Ingress, Egress]
            ---
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
        );
    }

    #[test]
    fn one_label_of_two_is_no_match() {
        check(
            &RULE,
            "
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {matchLabels: {app: web, tier: front}}
              ^^^^^^^^^^^ selects no pod
              policyTypes: [Ingress, Egress]
            ---
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
        );
    }

    #[test]
    fn matches_empty_and_hidden_selectors_are_fine() {
        for text in [
            "
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {matchLabels: {app: web}}
              policyTypes: [Ingress, Egress]
            ---
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
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {}
              policyTypes: [Ingress, Egress]
            ---
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
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {matchLabels: {app: \"{{ .Values.app }}\"}}
              policyTypes: [Ingress, Egress]
            ---
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
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {matchLabels: {app: wbe}}
              policyTypes: [Ingress, Egress]
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              template:
                metadata:
                  labels: {app: \"{{ .Values.app }}\"}
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
            apiVersion: projectcalico.org/v3
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec: {selector: app == 'web'}
            ",
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn what_lies_alone_is_said_to_pedantic_listeners() {
        for text in [
            "
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {matchLabels: {app: wbe}}
              policyTypes: [Ingress, Egress]
            ",
            "
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {matchLabels: {app: wbe}}
              policyTypes: [Ingress, Egress]
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: other}
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
            check_pedantic(&RULE, text);
        }
    }

    #[test]
    fn a_workload_whose_pods_a_template_hides_may_be_the_one() {
        let others = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: other, namespace: shop, labels: {app: other}}\nspec: {containers: [{name: other, image: a}]}\n";
        let hidden = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  template:\n    {{- include \"pod\" . | nindent 4 }}\n";
        let text = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {podSelector: {matchLabels: {app: web}}}\n";
        check_silent(&RULE, &format!("{text}{others}{hidden}"));
    }
}

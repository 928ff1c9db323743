use super::policies::{peers, selects_nothing};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Confidence, Family, Persona, Severity};
use leastwise_manifest::{NetworkPolicy, Object, Selector};
use leastwise_yaml::Field;

rule! {
    /// A rule of the policy allows pods that the workspace does not have.
    ///
    /// ## Why
    /// What was meant to be allowed is blocked; and whoever may create pods in the namespace can give one these
    /// labels and is let in.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   podSelector: {matchLabels: {app: web}}
    ///   ingress:
    ///   - from:
    ///     - podSelector: {matchLabels: {app: frnt}}
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
    ///   ingress:
    ///   - from:
    ///     - podSelector: {matchLabels: {app: web}}
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
    /// the namespace, only pedantic listeners hear of it. Peers that name another namespace are not judged.
    ///
    /// ## References
    /// - [Network policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/)
    id: "network-policy-peer-selects-nothing",
    title: "NetworkPolicy peer selects no declared pod",
    family: Family::Network,
    severity: Severity::Info,
    confidence: Confidence::Medium,
    fields: &["spec.ingress[*].from[*].podSelector", "spec.egress[*].to[*].podSelector"],
    also: &[(KubeLinter, "dangling-networkpolicypeer-podselector")],
    persona: Persona::Pedantic,
    check: Check::Kind(&["NetworkPolicy"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if NetworkPolicy::of(object).is_none() {
        return;
    }
    for peer in peers(object) {
        // Beside a namespaceSelector it selects pods of other namespaces.
        if !matches!(peer.node.get("namespaceSelector"), Field::Absent) {
            continue;
        }
        let Some(selector) = Selector::of(peer.node.get("podSelector")) else { continue };
        if let Some(nothing) = selects_nothing(report.workspace(), object.home(), &selector) {
            let message = "this allows pods that the workspace does not have";
            report.find(peer.path.key("podSelector"), message).pedantic_if(nothing.is_alone);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_pedantic, check_silent};

    #[test]
    fn peers_that_select_nothing_are_found() {
        check(
            &RULE,
            "
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {matchLabels: {app: web}}
              ingress:
              - from:
                - podSelector: {matchLabels: {app: frnt}}
                  ^^^^^^^^^^^ allows pods that the workspace does not have
              egress:
              - to:
                - podSelector: {matchLabels: {app: web}}
                - podSelector: {matchLabels: {app: dta}}
                  ^^^^^^^^^^^ allows pods
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
    fn other_namespaces_everything_and_hidden_ones_are_fine() {
        for text in [
            "
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {matchLabels: {app: web}}
              ingress:
              - from:
                - podSelector: {matchLabels: {app: web}}
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
              podSelector: {matchLabels: {app: web}}
              ingress:
              - from:
                - namespaceSelector: {}
                  podSelector: {matchLabels: {app: frnt}}
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
              podSelector: {matchLabels: {app: web}}
              ingress: [{from: [{podSelector: {}}]}]
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
              podSelector: {matchLabels: {app: web}}
              ingress:
              - from:
                - podSelector: {matchLabels: {app: \"{{ .Values.app }}\"}}
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
              podSelector: {matchLabels: {app: web}}
              ingress: {{ .Values.ingress }}
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
        ] {
            check_silent(&RULE, text);
        }
    }

    #[test]
    fn what_lies_alone_is_said_to_pedantic_listeners() {
        check_pedantic(
            &RULE,
            "
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {matchLabels: {app: web}}
              ingress:
              - from:
                - podSelector: {matchLabels: {app: frnt}}
            ",
        );
    }

    #[test]
    fn a_workload_whose_pods_a_template_hides_may_be_the_one() {
        let others = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: other, namespace: shop, labels: {app: other}}\nspec: {containers: [{name: other, image: a}]}\n";
        let hidden = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  template:\n    {{- include \"pod\" . | nindent 4 }}\n";
        let text = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}\n";
        check_silent(&RULE, &format!("{text}{others}{hidden}"));
    }
}

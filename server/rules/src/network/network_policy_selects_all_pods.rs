use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{NetworkPolicy, Object};

rule! {
    /// The policy applies to every pod of the namespace.
    ///
    /// ## Why
    /// Where policies belong to single programs, one for all pods also changes what programs of others may do: rules
    /// add up.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   podSelector: {}
    ///   policyTypes: [Ingress, Egress]
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
    /// ```
    ///
    /// ## Fix
    /// By hand: select the pods that the rules are for.
    ///
    /// ## When it is fine
    /// This is how a namespace denies by default, which is good. The rule is off unless it is selected.
    ///
    /// ## How others differ
    /// kyverno's sample policy forbids the very shape in which a namespace denies by default, which is why ours is
    /// off.
    ///
    /// ## References
    /// - [Network policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/)
    /// - [Network policies: default policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies)
    id: "network-policy-selects-all-pods",
    title: "NetworkPolicy applies to every pod of the namespace",
    family: Family::Network,
    severity: Severity::Hint,
    persona: Persona::Policy,
    fields: &["spec.podSelector"],
    also: &[(Kyverno, "restrict-networkpolicy-empty-podselector")],
    check: Check::Kind(&["NetworkPolicy"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let selector = NetworkPolicy::of(object).and_then(|policy| policy.selector);
    if selector.is_some_and(|selector| selector.is_empty()) {
        report.find(
            object.path.keys(&["spec", "podSelector"]),
            "the policy applies to every pod of its namespace",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn the_empty_selector_is_found() {
        check(
            &RULE,
            "
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {}
              ^^^^^^^^^^^ the policy applies to every pod
              policyTypes: [Ingress, Egress]
            ",
        );
    }

    #[test]
    fn selectors_and_templates_are_fine() {
        for text in [
            "
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {matchLabels: {app: web}}
              policyTypes: [Ingress, Egress]
            ",
            "
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {{ .Values.selector }}
              policyTypes: [Ingress, Egress]
            ",
            "
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: null
              policyTypes: [Ingress, Egress]
            ",
            "
            apiVersion: projectcalico.org/v3
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec: {selector: app == 'web'}
            ",
        ] {
            check_silent(&RULE, text);
        }
    }
}

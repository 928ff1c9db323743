use super::policies::{Peer, hides_peers, peers};
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{NetworkPolicy, Object};
use leastwise_yaml::{Field, Kind, Node};

rule! {
    /// The policy names neither its pods nor anybody by selectors.
    ///
    /// ## Why
    /// It does not say whom it is about. Servers that take it apply it to every pod of the namespace; others refuse
    /// it, as the field is required.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   policyTypes: [Ingress, Egress]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   podSelector: {}
    ///   policyTypes: [Ingress, Egress]
    /// ```
    ///
    /// ## Fix
    /// By hand: write `podSelector`, and `{}` if all pods are meant.
    ///
    /// ## When it is fine
    /// Never.
    ///
    /// ## How others differ
    /// trivy, too, is satisfied by a `podSelector` that is there and empty.
    ///
    /// ## References
    /// - [Network policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/)
    id: "network-policy-without-selectors",
    title: "NetworkPolicy restricts by nothing",
    family: Family::Network,
    severity: Severity::Info,
    persona: Persona::Pedantic,
    fields: &["spec.podSelector"],
    also: &[(Trivy, "KSV-0038")],
    check: Check::Kind(&["NetworkPolicy"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(spec) = object.node.get("spec").value().filter(|spec| matches!(spec.kind(), Kind::Mapping))
    else {
        return;
    };
    let is_absent = |node: Node<'_>, key: &str| matches!(node.get(key), Field::Absent);
    if NetworkPolicy::of(object).is_none() || !is_absent(spec, "podSelector") || hides_peers(object) {
        return;
    }
    let selects =
        |peer: &Peer<'_>| !is_absent(peer.node, "podSelector") || !is_absent(peer.node, "namespaceSelector");
    if !peers(object).iter().any(selects) {
        report.find(
            object.path.key("spec"),
            "the policy has no podSelector, and none of its rules selects anybody",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_policy_without_selectors_is_found_on_its_spec() {
        check(
            &RULE,
            "
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
            ^^^^ the policy has no podSelector
              ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]
            ",
        );
    }

    #[test]
    fn any_selector_and_templates_are_enough() {
        for text in [
            "
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {}
              policyTypes: [Ingress, Egress]
            ",
            "
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              ingress: [{from: [{namespaceSelector: {}}]}]
            ",
            "
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              ingress: {{ .Values.ingress }}
            ",
            "
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              {{- toYaml .Values.spec | nindent 2 }}
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

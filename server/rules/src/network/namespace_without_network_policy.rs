use super::policies::may_have_other_policy;
use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, Persona, Severity};
use leastwise_manifest::{Declared, Namespace, Object};

rule! {
    /// No NetworkPolicy of the workspace belongs to the namespace.
    ///
    /// ## Why
    /// In a namespace without policies every pod may be reached from the whole cluster and may call everything.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata: {name: shop}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata: {name: shop}
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: {name: web, namespace: shop}
    /// spec:
    ///   podSelector: {}
    ///   policyTypes: [Ingress, Egress]
    /// ```
    ///
    /// ## Fix
    /// By hand: declare a policy that denies everything (`podSelector: {}` with both `policyTypes`), then allow what
    /// the pods need.
    ///
    /// ## When it is fine
    /// Where a policy of the network itself guards all namespaces, or the policies are kept elsewhere.
    ///
    /// ## References
    /// - [Network policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/)
    /// - [Network policies: default policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies)
    id: "namespace-without-network-policy",
    title: "Namespace has no NetworkPolicy",
    family: Family::Network,
    severity: Severity::Info,
    persona: Persona::Pedantic,
    fields: &["metadata.name"],
    also: &[(Kubescape, "C-0049"), (Kubescape, "C-0054"), (Kubescape, "C-0206"), (Kyverno, "namespace-inventory-check")],
    check: Check::Kind(&["Namespace"], check),
}

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(name) = object.name() else { return };
    let (workspace, home) = (report.workspace(), Namespace::Named(name));
    let may_belong = |declared: &Declared| declared.home().may_be(home);
    let has_policy =
        || workspace.of_kind("NetworkPolicy").any(may_belong) || may_have_other_policy(workspace, home);
    if object.api_version() == Some("v1") && !has_policy() {
        let message = format!("no NetworkPolicy of the workspace belongs to namespace \"{name}\"");
        report.find(object.path.keys(&["metadata", "name"]), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn a_namespace_of_which_no_policy_is_declared_is_found() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
                             ^^^^ no NetworkPolicy of the workspace belongs to namespace \"shop\"
            ---
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: other}
            spec:
              podSelector: {}
              policyTypes: [Ingress, Egress]
            ",
        );
    }

    #[test]
    fn policies_that_may_belong_to_it_are_enough() {
        for text in [
            "
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
            ---
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: shop}
            spec:
              podSelector: {}
              policyTypes: [Ingress, Egress]
            ",
            "
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
            ---
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: web, namespace: \"{{ .Release.Namespace }}\"}
            spec:
              podSelector: {}
              policyTypes: [Ingress, Egress]
            ",
            "
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
            ---
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: {name: web, namespace: shop}
            ",
            "
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
            ---
            apiVersion: cilium.io/v2
            kind: CiliumClusterwideNetworkPolicy
            ",
            "
            apiVersion: v1
            kind: Namespace
            metadata: {name: \"{{ .Values.name }}\"}
            ",
        ] {
            check_silent(&RULE, text);
        }
    }
}

use crate::finding::Report;
use crate::rule::{Check, rule};
use crate::{Checker::*, Family};
use leastwise_manifest::{Object, Setting, lookup, string};
use leastwise_yaml::{Field, Kind, Node};

rule! {
    /// A sandbox for agents may connect to anywhere, or almost.
    ///
    /// ## Why
    /// What an agent reads can tell it what to do. If it may connect to anywhere, it can carry secrets out, fetch more
    /// code, and reach the services inside the cluster and the metadata of the cloud.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: extensions.agents.x-k8s.io/v1alpha1
    /// kind: SandboxTemplate
    /// metadata: {name: agent}
    /// spec:
    ///   networkPolicy:
    ///     egress:
    ///     - to:
    ///       - ipBlock: {cidr: 0.0.0.0/0}
    ///   podTemplate:
    ///     spec:
    ///       containers:
    ///       - name: agent
    ///         image: registry.example.com/agent:1.2
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: extensions.agents.x-k8s.io/v1alpha1
    /// kind: SandboxTemplate
    /// metadata: {name: agent}
    /// spec:
    ///   networkPolicy:
    ///     egress:
    ///     - to:
    ///       - ipBlock: {cidr: 192.0.2.0/24}
    ///   podTemplate:
    ///     spec:
    ///       containers:
    ///       - name: agent
    ///         image: registry.example.com/agent:1.2
    /// ```
    ///
    /// ## Fix
    /// By hand: name the few addresses that the agent needs, best those of a proxy that knows the allowed names, and
    /// leave `networkPolicyManagement` at `Managed`.
    ///
    /// ## When it is fine
    /// Where another policy, of the network plugin or the cloud, confines the sandbox.
    ///
    /// ## References
    /// - [Agent Sandbox](https://agent-sandbox.sigs.k8s.io/)
    /// - [Network policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/)
    id: "agent-sandbox-egress",
    title: "Agent sandbox egress is not confined",
    family: Family::ClusterComponent,
    fields: &["spec.networkPolicyManagement", "spec.networkPolicy.egress"],
    also: &[(Kubescape, "C-0301")],
    check: Check::Kind(&["SandboxTemplate"], check),
}

const MANAGEMENT: [&str; 2] = ["spec", "networkPolicyManagement"];
const EGRESS: [&str; 3] = ["spec", "networkPolicy", "egress"];

fn check(object: &Object<'_>, report: &mut Report<'_, '_>) {
    if let Setting::Set(management, _) = string(object.node, &MANAGEMENT)
        && management != "Managed"
    {
        let message =
            format!("network policies of the sandbox are {management}, so nothing confines it by default");
        report.find(object.path.keys(&MANAGEMENT), message);
    }
    let Some(egress) = lookup(object.node, &EGRESS).value() else { return };
    for rule in egress.items().filter(|rule| matches!(rule.value.kind(), Kind::Mapping)) {
        let path = object.path.keys(&EGRESS).index(rule.index);
        match rule.value.get("to") {
            Field::Present(to) if to.value.is_unknown() || to.value.is_open() => {}
            Field::Unknown => {}
            Field::Present(to) if to.value.items().next().is_some() => {
                for peer in to.value.items() {
                    if let Some(whom) = open_to(peer.value) {
                        let message = format!("the sandbox may connect to {whom}");
                        report.find(path.key("to").index(peer.index), message);
                    }
                }
            }
            Field::Absent | Field::Present(_) => {
                report.find(path, "This rule names no peer, so the sandbox may connect to anywhere");
            }
        }
    }
}

/// Whom an open peer stands for.
fn open_to(peer: Node<'_>) -> Option<&'static str> {
    match string(peer, &["ipBlock", "cidr"]) {
        Setting::Set("0.0.0.0/0" | "::/0", _) => return Some("every address"),
        Setting::Set(..) | Setting::Unknown => return None,
        Setting::Unset => {}
    }
    let is_empty = |key| {
        let selector = peer.get(key).value()?;
        let is_mapping = matches!(selector.kind(), Kind::Mapping) && !selector.is_open();
        Some(is_mapping && selector.entries().is_empty())
    };
    match (is_empty("namespaceSelector"), is_empty("podSelector")) {
        (Some(true), None | Some(true)) => Some("every pod of the cluster"),
        (None, Some(true)) => Some("every pod of its namespace"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_silent};

    #[test]
    fn unmanaged_policies_and_open_rules_are_found() {
        check(
            &RULE,
            "
            apiVersion: extensions.agents.x-k8s.io/v1alpha1
            kind: SandboxTemplate
            spec:
              networkPolicyManagement: Unmanaged
                                       ^^^^^^^^^ network policies of the sandbox are Unmanaged
              networkPolicy:
                egress:
                - ports: [{port: 443}]
                  ^^^^^ This rule names no peer
                - to:
                  - ipBlock: {cidr: 0.0.0.0/0}
                    ^^^^^^^ the sandbox may connect to every address
                  - namespaceSelector: {}
                    ^^^^^^^^^^^^^^^^^ every pod of the cluster
                  - podSelector: {}
                    ^^^^^^^^^^^ every pod of its namespace
                  - namespaceSelector: {}
                    podSelector: {matchLabels: {app: proxy}}
                  - ipBlock: {cidr: 192.0.2.0/24}
            ",
        );
    }

    #[test]
    fn managed_absent_and_hidden_policies_are_fine() {
        for spec in [
            "{}",
            "{networkPolicyManagement: Managed, networkPolicy: {egress: []}}",
            "{networkPolicyManagement: \"{{ .Values.management }}\"}",
            "{networkPolicy: {egress: [{to: [{ipBlock: {cidr: \"{{ .Values.cidr }}\"}}]}]}}",
        ] {
            check_silent(&RULE, &format!("apiVersion: x/v1\nkind: SandboxTemplate\nspec: {spec}\n"));
        }
    }
}

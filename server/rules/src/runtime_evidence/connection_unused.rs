use crate::rule::{Check, rule};
use crate::{Confidence, Family, FixKind, Severity};

rule! {
    /// A network policy lets peers or ports through over which nobody was seen to connect, as long as the logs tell.
    ///
    /// ## Why
    /// A way that is open and not used serves only those who take over a workload. The setting `evidence` names the
    /// logs of flows, or the record, by which this is judged; how long they watched, and how many flows of the policy's
    /// pods they saw, stands in the message. Where a node was not watched, or logs have lost flows, nothing is said.
    ///
    /// ## Avoid
    /// With a log in which only `shop/Deployment/front` connects to `shop/Deployment/cart`, at port 8080:
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: {name: cart, namespace: shop}
    /// spec:
    ///   podSelector: {matchLabels: {app: cart}}
    ///   policyTypes: [Ingress]
    ///   ingress:
    ///   - from:
    ///     - podSelector: {matchLabels: {app: front}}
    ///     - podSelector: {matchLabels: {app: legacy}}
    ///     ports: [{port: 8080}]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: {name: cart, namespace: shop}
    /// spec:
    ///   podSelector: {matchLabels: {app: cart}}
    ///   policyTypes: [Ingress]
    ///   ingress:
    ///   - from:
    ///     - podSelector: {matchLabels: {app: front}}
    ///     ports: [{port: 8080}]
    /// ```
    ///
    /// ## Fix
    /// Takes the peer, the port or the rule away. It is proved that all connections that were seen stay allowed.
    ///
    /// ## When it is fine
    /// Where the need is rarer than the logs are long: a yearly batch, a failover, a restore.
    ///
    /// ## References
    /// - [Network policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/)
    id: "connection-unused",
    title: "Allowed and never seen connected",
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    family: Family::Network,
    fix: FixKind::Behavioural,
    fields: &["spec.ingress", "spec.egress"],
    check: Check::Kind(&["NetworkPolicy"], |_, _| {}),
}

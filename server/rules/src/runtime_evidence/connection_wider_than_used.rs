use crate::rule::{Check, rule};
use crate::{Confidence, Family, FixKind, Severity};

rule! {
    /// A network policy lets through everybody, a range of ports, or every pair of its peers and ports, of which only some
    /// were seen to connect.
    ///
    /// ## Why
    /// What stands for many also stands for those that come tomorrow. Who connected, and over which ports, is in the logs
    /// of flows or the record that the setting `evidence` names.
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
    ///     - podSelector: {}
    ///     ports: [{port: 8000, endPort: 9000}]
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
    /// Makes the rule let through what was seen. It is proved that all connections that were seen stay allowed.
    ///
    /// ## When it is fine
    /// Where the need is rarer than the logs are long, or peers come and go.
    ///
    /// ## References
    /// - [Network policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/)
    id: "connection-wider-than-used",
    title: "Allowed wider than it was seen connected",
    severity: Severity::Info,
    confidence: Confidence::Medium,
    family: Family::Network,
    fix: FixKind::Behavioural,
    fields: &["spec.ingress", "spec.egress"],
    check: Check::Kind(&["NetworkPolicy"], |_, _| {}),
}

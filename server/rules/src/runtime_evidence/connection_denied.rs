use crate::rule::{Check, rule};
use crate::{Confidence, Family, Severity};

rule! {
    /// Connections of pods that the policy is for were dropped, and would be today.
    ///
    /// ## Why
    /// Either a program needs a way that is closed and has been failing quietly, or somebody tried a door. That it was
    /// tried is no reason to open it. Only connections are told that no policy for the same pods lets through.
    ///
    /// ## Avoid
    /// With a log in which connections of `shop/Deployment/front` to `shop/Deployment/cart` at port 9090 were dropped:
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
    /// ## Prefer
    /// The same policy, once it is known who connected and why.
    ///
    /// ## Fix
    /// By hand: find out who connected. Nothing here ever widens a policy by itself.
    ///
    /// ## When it is fine
    /// Where the policy was written to stop exactly that.
    ///
    /// ## References
    /// - [Network policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/)
    id: "connection-denied",
    title: "Connections were dropped",
    severity: Severity::Info,
    confidence: Confidence::High,
    family: Family::Network,
    fields: &["spec.ingress", "spec.egress"],
    check: Check::Kind(&["NetworkPolicy"], |_, _| {}),
}

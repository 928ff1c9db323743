use crate::rule::{Check, rule};
use crate::{Confidence, Family, Severity};

rule! {
    /// Requests of somebody who holds the role were denied, and would be today.
    ///
    /// ## Why
    /// Either a program lacks a grant and has been failing quietly, or somebody tried a door. That a request was made is
    /// no reason to grant it.
    ///
    /// ## Avoid
    /// With a log in which `ServiceAccount shop/cart` was denied to get secrets:
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: cart, namespace: shop}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [pods]
    ///   verbs: [get]
    /// ```
    ///
    /// ## Prefer
    /// The same role, once it is known who asked and why.
    ///
    /// ## Fix
    /// By hand: find out who asked. Nothing here ever widens a role by itself.
    ///
    /// ## When it is fine
    /// Where a client probes what it may do and goes on without.
    ///
    /// ## References
    /// - [Auditing](https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/)
    id: "request-denied",
    title: "Requests were denied",
    severity: Severity::Info,
    confidence: Confidence::High,
    family: Family::Rbac,
    fields: &["rules"],
    check: Check::Role(|_, _| {}),
}

use crate::rule::{Check, rule};
use crate::{Confidence, Family, Severity};

rule! {
    /// Requests that a role allowed when they were made would be denied now: nothing among the manifests grants them any
    /// more.
    ///
    /// ## Why
    /// The authorizer's reason in the audit log names this role. Whoever made the request will meet a 403, most likely
    /// in a moment that comes once a week.
    ///
    /// ## Avoid
    /// With a log in which this role has allowed `ServiceAccount shop/cart` to list pods:
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
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: cart, namespace: shop}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [pods]
    ///   verbs: [get, list]
    /// ```
    ///
    /// ## Fix
    /// By hand: grant it, or be sure that nobody needs it any more. Nothing here ever widens a role by itself.
    ///
    /// ## When it is fine
    /// Where the program no longer asks for it.
    ///
    /// ## References
    /// - [RBAC](https://kubernetes.io/docs/reference/access-authn-authz/rbac/)
    id: "grant-missing",
    title: "What was used is no longer granted",
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    family: Family::Rbac,
    fields: &["rules"],
    check: Check::Role(|_, _| {}),
}

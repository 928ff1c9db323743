use crate::rule::{Check, rule};
use crate::{Confidence, Family, FixKind, Severity};

rule! {
    /// A role grants by a wildcard, for every object, or for every pair of its names, what was seen used only in part.
    ///
    /// ## Why
    /// A wildcard also grants what nobody has thought of, and what will exist only tomorrow. What of it was used is in
    /// the logs or the record that the setting `evidence` names.
    ///
    /// ## Avoid
    /// With a log in which `ServiceAccount shop/cart` only ever gets and lists pods:
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: cart, namespace: shop}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [pods]
    ///   verbs: ["*"]
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
    /// Makes the rule grant what was used. It is proved that all requests that were seen stay allowed.
    ///
    /// ## When it is fine
    /// Where the need is rarer than the logs are long, or the names change from day to day.
    ///
    /// ## References
    /// - [RBAC good practices](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege)
    id: "grant-wider-than-used",
    title: "Granted wider than it was seen used",
    severity: Severity::Info,
    confidence: Confidence::Medium,
    family: Family::Rbac,
    fix: FixKind::Behavioural,
    fields: &["rules"],
    check: Check::Role(|_, _| {}),
}

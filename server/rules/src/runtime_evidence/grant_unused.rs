use crate::rule::{Check, rule};
use crate::{Confidence, Family, FixKind, Severity};

rule! {
    /// A role grants something that nobody who holds it was seen to use, as long as the logs tell.
    ///
    /// ## Why
    /// What is granted and not used serves only those who take over a workload. The setting `evidence` names the logs
    /// or the record by which this is judged; how long they watched, and how many requests of the role's holders they
    /// saw, stands in the message. Logs that have lost events, or that leave reading requests out, are not believed
    /// where they are silent.
    ///
    /// ## Avoid
    /// With a log in which `ServiceAccount shop/cart` only ever gets pods:
    /// ```yaml
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata: {name: cart, namespace: shop}
    /// rules:
    /// - apiGroups: [""]
    ///   resources: [pods]
    ///   verbs: [get, delete]
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
    ///   verbs: [get]
    /// ```
    ///
    /// ## Fix
    /// Takes the name or the rule away. It is proved that all requests that were seen stay allowed.
    ///
    /// ## When it is fine
    /// Where the need is rarer than the logs are long: a yearly rotation, a failover, a restore.
    ///
    /// ## References
    /// - [RBAC good practices](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege)
    id: "grant-unused",
    title: "Granted and never seen used",
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    family: Family::Rbac,
    fix: FixKind::Behavioural,
    fields: &["rules"],
    check: Check::Role(|_, _| {}),
}

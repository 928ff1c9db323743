use crate::rule::{Check, rule};
use crate::{Confidence, Family, FixKind, Severity};

rule! {
    /// A container may do more than its processes were seen to need, as long as the logs tell.
    ///
    /// ## Why
    /// What a container may do and never does serves only those who break into it: capabilities, the way to become
    /// root, a file system to leave tools in, a token for the API. The setting `evidence` names the logs of Tetragon,
    /// Inspektor Gadget or others, or the record, by which this is judged. A field is only decided if the events that
    /// would speak against it would have been logged from the container's start, in as many replicas as are declared;
    /// which events these are stands in the message.
    ///
    /// ## Avoid
    /// With a log in which no process of the container ever had a capability:
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: cart, namespace: shop}
    /// spec:
    ///   replicas: 1
    ///   selector: {matchLabels: {app: cart}}
    ///   template:
    ///     metadata: {labels: {app: cart}}
    ///     spec:
    ///       containers:
    ///       - name: cart
    ///         image: shop/cart:1.2
    ///         securityContext:
    ///           capabilities: {drop: [NET_RAW]}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: {name: cart, namespace: shop}
    /// spec:
    ///   replicas: 1
    ///   selector: {matchLabels: {app: cart}}
    ///   template:
    ///     metadata: {labels: {app: cart}}
    ///     spec:
    ///       containers:
    ///       - name: cart
    ///         image: shop/cart:1.2
    ///         securityContext:
    ///           capabilities: {drop: [ALL]}
    /// ```
    ///
    /// ## Fix
    /// Sets the field to what was enough. It is proved that the pod may do less afterwards, and nothing more.
    ///
    /// ## When it is fine
    /// Where the need is rarer than the logs are long: a yearly batch, a migration, a restore.
    ///
    /// ## References
    /// - [Configure a security context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/)
    id: "privilege-wider-than-used",
    title: "May do more than it was seen to need",
    severity: Severity::Info,
    confidence: Confidence::Medium,
    family: Family::PodSecurity,
    fix: FixKind::Behavioural,
    fields: &["spec"],
    check: Check::Pod(|_, _| {}),
}

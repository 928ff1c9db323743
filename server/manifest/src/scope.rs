use crate::Object;

/// Whether objects live in a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// They do.
    Namespaced,
    /// They belong to the whole cluster.
    Cluster,
}

/// The kinds of Kubernetes itself that belong to the whole cluster.
const CLUSTER: &[&str] = &[
    "APIService",
    "CSIDriver",
    "CSINode",
    "CertificateSigningRequest",
    "ClusterRole",
    "ClusterRoleBinding",
    "ClusterTrustBundle",
    "ComponentStatus",
    "CustomResourceDefinition",
    "DeviceClass",
    "DeviceTaintRule",
    "FlowSchema",
    "IPAddress",
    "IngressClass",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PodSecurityPolicy",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "ResourceSlice",
    "RuntimeClass",
    "ServiceCIDR",
    "StorageClass",
    "StorageVersion",
    "StorageVersionMigration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
    "VolumeAttributesClass",
];

/// The groups of Kubernetes itself without a domain, the core group among them.
const PLAIN: &[&str] = &["", "apps", "autoscaling", "batch", "extensions", "policy"];

/// The groups of Kubernetes itself with a domain whose objects the API keeps.
const WITH_DOMAIN: &[&str] = &[
    "admissionregistration",
    "apiextensions",
    "apiregistration",
    "certificates",
    "coordination",
    "discovery",
    "events",
    "flowcontrol.apiserver",
    "internal.apiserver",
    "networking",
    "node",
    "rbac.authorization",
    "resource",
    "scheduling",
    "storage",
    "storagemigration",
];

impl Object<'_> {
    /// Whether objects of this kind live in a namespace; `None` for kinds that are not of Kubernetes itself, which
    /// their definition decides, and for what the API does not keep.
    pub fn scope(&self) -> Option<Scope> {
        let (group, kind) = (self.api_group()?, self.kind()?);
        let is_known = match group.strip_suffix(".k8s.io") {
            Some(domain) => WITH_DOMAIN.contains(&domain),
            None => PLAIN.contains(&group),
        };
        if !is_known || kind.ends_with("List") {
            return None;
        }
        Some(if CLUSTER.contains(&kind) { Scope::Cluster } else { Scope::Namespaced })
    }
}

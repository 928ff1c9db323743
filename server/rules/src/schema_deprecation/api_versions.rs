//! Which kinds of which API versions are deprecated or gone, and what replaces them.
//!
//! Source: the deprecated API migration guide of Kubernetes, and for what it leaves out the versions in which the
//! OpenAPI documents of 1.33 to 1.37 list a kind. Versions that only alpha clusters served are left out.

use crate::finding::Report;
use crate::{Fix, KubernetesVersion};
use leastwise_manifest::{Object, lookup};
use leastwise_yaml::{Kind, Patch};

/// What has become of some kinds of an API version.
struct Deprecation {
    version: &'static str,
    kinds: &'static [&'static str],
    /// The minor version that deprecated it.
    deprecated: u32,
    /// The minor version that serves it no more.
    removed: Option<u32>,
    replacement: Option<Replacement>,
}

/// What to write instead.
struct Replacement {
    version: &'static str,
    /// The first minor version that serves it.
    since: u32,
    change: Change,
}

/// What else has to be changed.
#[derive(Clone, Copy)]
enum Change {
    /// Nothing.
    Nothing,
    /// Fields have other names, defaults or places.
    Fields,
    /// An empty selector, which chose nothing, chooses everything.
    EmptySelector,
    /// The replacement is this kind.
    Kind(&'static str),
}

/// How long a kind is still served.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Served {
    /// It is deprecated.
    Deprecated,
    /// It is gone.
    Removed,
}

const fn same(version: &'static str, since: u32) -> Option<Replacement> {
    Some(Replacement { version, since, change: Change::Nothing })
}

const fn changed(version: &'static str, since: u32) -> Option<Replacement> {
    Some(Replacement { version, since, change: Change::Fields })
}

macro_rules! table {
    ($($version:literal [$($kind:literal)+] $deprecated:literal $(.. $removed:literal)? => $replacement:expr;)+) => {
        &[$(Deprecation {
            version: $version,
            kinds: &[$($kind),+],
            deprecated: $deprecated,
            removed: table!(@removed $($removed)?),
            replacement: $replacement,
        }),+]
    };
    (@removed) => { None };
    (@removed $removed:literal) => { Some($removed) };
}

const DEPRECATIONS: &[Deprecation] = table! {
    "extensions/v1beta1" ["DaemonSet" "Deployment" "ReplicaSet"] 9..16 => changed("apps/v1", 9);
    "extensions/v1beta1" ["NetworkPolicy"] 9..16 => same("networking.k8s.io/v1", 7);
    "extensions/v1beta1" ["PodSecurityPolicy"] 11..16 => None;
    "extensions/v1beta1" ["Ingress"] 14..22 => changed("networking.k8s.io/v1", 19);
    "apps/v1beta1" ["Deployment" "StatefulSet"] 9..16 => changed("apps/v1", 9);
    "apps/v1beta1" ["ControllerRevision"] 9..16 => same("apps/v1", 9);
    "apps/v1beta2" ["DaemonSet" "Deployment" "ReplicaSet" "StatefulSet"] 9..16 => changed("apps/v1", 9);
    "apps/v1beta2" ["ControllerRevision"] 9..16 => same("apps/v1", 9);
    "batch/v2alpha1" ["CronJob"] 8..21 => changed("batch/v1", 21);
    "admissionregistration.k8s.io/v1beta1" ["MutatingWebhookConfiguration" "ValidatingWebhookConfiguration"] 16..22
        => changed("admissionregistration.k8s.io/v1", 16);
    "apiextensions.k8s.io/v1beta1" ["CustomResourceDefinition"] 16..22 => changed("apiextensions.k8s.io/v1", 16);
    "apiregistration.k8s.io/v1beta1" ["APIService"] 19..22 => same("apiregistration.k8s.io/v1", 10);
    "authentication.k8s.io/v1beta1" ["TokenReview"] 19..22 => same("authentication.k8s.io/v1", 6);
    "authorization.k8s.io/v1beta1" ["LocalSubjectAccessReview" "SelfSubjectAccessReview" "SelfSubjectRulesReview" "SubjectAccessReview"] 19..22
        => changed("authorization.k8s.io/v1", 6);
    "certificates.k8s.io/v1beta1" ["CertificateSigningRequest"] 19..22 => changed("certificates.k8s.io/v1", 19);
    "coordination.k8s.io/v1beta1" ["Lease"] 19..22 => same("coordination.k8s.io/v1", 14);
    "networking.k8s.io/v1beta1" ["Ingress"] 19..22 => changed("networking.k8s.io/v1", 19);
    "networking.k8s.io/v1beta1" ["IngressClass"] 19..22 => same("networking.k8s.io/v1", 19);
    "rbac.authorization.k8s.io/v1beta1" ["ClusterRole" "ClusterRoleBinding" "Role" "RoleBinding"] 17..22
        => same("rbac.authorization.k8s.io/v1", 8);
    "rbac.authorization.k8s.io/v1alpha1" ["ClusterRole" "ClusterRoleBinding" "Role" "RoleBinding"] 17..22
        => changed("rbac.authorization.k8s.io/v1", 8);
    "scheduling.k8s.io/v1beta1" ["PriorityClass"] 14..22 => same("scheduling.k8s.io/v1", 14);
    "scheduling.k8s.io/v1alpha1" ["PriorityClass"] 14..22 => same("scheduling.k8s.io/v1", 14);
    "storage.k8s.io/v1beta1" ["CSIDriver"] 19..22 => same("storage.k8s.io/v1", 18);
    "storage.k8s.io/v1beta1" ["CSINode"] 17..22 => same("storage.k8s.io/v1", 17);
    "storage.k8s.io/v1beta1" ["StorageClass"] 19..22 => same("storage.k8s.io/v1", 6);
    "storage.k8s.io/v1beta1" ["VolumeAttachment"] 19..22 => same("storage.k8s.io/v1", 13);
    "batch/v1beta1" ["CronJob"] 21..25 => same("batch/v1", 21);
    "discovery.k8s.io/v1beta1" ["EndpointSlice"] 21..25 => changed("discovery.k8s.io/v1", 21);
    "events.k8s.io/v1beta1" ["Event"] 22..25 => changed("events.k8s.io/v1", 19);
    "autoscaling/v2beta1" ["HorizontalPodAutoscaler"] 22..25 => changed("autoscaling/v2", 23);
    "policy/v1beta1" ["PodDisruptionBudget"] 21..25
        => Some(Replacement { version: "policy/v1", since: 21, change: Change::EmptySelector });
    "policy/v1beta1" ["PodSecurityPolicy"] 21..25 => None;
    "node.k8s.io/v1beta1" ["RuntimeClass"] 22..25 => same("node.k8s.io/v1", 20);
    "autoscaling/v2beta2" ["HorizontalPodAutoscaler"] 23..26 => same("autoscaling/v2", 23);
    "flowcontrol.apiserver.k8s.io/v1beta1" ["FlowSchema"] 23..26 => same("flowcontrol.apiserver.k8s.io/v1", 29);
    "flowcontrol.apiserver.k8s.io/v1beta1" ["PriorityLevelConfiguration"] 23..26
        => changed("flowcontrol.apiserver.k8s.io/v1", 29);
    "storage.k8s.io/v1beta1" ["CSIStorageCapacity"] 24..27 => same("storage.k8s.io/v1", 24);
    "flowcontrol.apiserver.k8s.io/v1beta2" ["FlowSchema"] 26..29 => same("flowcontrol.apiserver.k8s.io/v1", 29);
    "flowcontrol.apiserver.k8s.io/v1beta2" ["PriorityLevelConfiguration"] 26..29
        => changed("flowcontrol.apiserver.k8s.io/v1", 29);
    "flowcontrol.apiserver.k8s.io/v1beta3" ["FlowSchema"] 29..32 => same("flowcontrol.apiserver.k8s.io/v1", 29);
    "flowcontrol.apiserver.k8s.io/v1beta3" ["PriorityLevelConfiguration"] 29..32
        => changed("flowcontrol.apiserver.k8s.io/v1", 29);
    "admissionregistration.k8s.io/v1beta1" ["ValidatingAdmissionPolicy" "ValidatingAdmissionPolicyBinding"] 31..34
        => same("admissionregistration.k8s.io/v1", 30);
    "networking.k8s.io/v1beta1" ["IPAddress" "ServiceCIDR"] 34..37 => same("networking.k8s.io/v1", 33);
    "storage.k8s.io/v1beta1" ["VolumeAttributesClass"] 34..37 => same("storage.k8s.io/v1", 34);
    "v1" ["ComponentStatus"] 19 => None;
    "v1" ["Endpoints"] 33
        => Some(Replacement { version: "discovery.k8s.io/v1", since: 21, change: Change::Kind("EndpointSlice") });
};

/// Reports the object's `apiVersion` if that is how the target version serves it.
pub(super) fn find(object: &Object<'_>, wanted: Served, report: &mut Report<'_, '_>) {
    let (Some(version), Some(kind)) = (object.api_version(), object.kind()) else { return };
    let is_meant = |known: &&Deprecation| known.version == version && known.kinds.contains(&kind);
    let Some(deprecation) = DEPRECATIONS.iter().find(is_meant) else { return };
    let target = report.context().settings.kubernetes;
    let is_reached = |minor: u32| target >= KubernetesVersion::minor(minor);
    let removed = deprecation.removed.filter(|minor| is_reached(*minor));
    let fate = match (wanted, removed) {
        (Served::Removed, Some(minor)) => {
            format!("{kind} of {version} is no longer served since Kubernetes 1.{minor}")
        }
        (Served::Deprecated, None) if is_reached(deprecation.deprecated) => {
            let end = deprecation.removed.map(|minor| format!(" and gone in 1.{minor}")).unwrap_or_default();
            format!("{kind} of {version} is deprecated since Kubernetes 1.{}{end}", deprecation.deprecated)
        }
        _ => return,
    };
    let replacement = deprecation.replacement.as_ref().filter(|replacement| is_reached(replacement.since));
    let path = object.path.key("apiVersion");
    let found = report.find(path.clone(), format!("{fate}; {}", advice(replacement)));
    if let Some(replacement) = replacement.filter(|replacement| replacement.is_all_that_changes(object)) {
        let title = format!("Set apiVersion: {}", replacement.version);
        found.fix(Fix::behavioural(title, [Patch::Set { path, value: replacement.version.into() }]));
    }
}

fn advice(replacement: Option<&Replacement>) -> String {
    let Some(Replacement { version, change, .. }) = replacement else {
        return "nothing takes its place".to_owned();
    };
    match change {
        Change::Nothing => format!("use {version}"),
        Change::Fields => format!("use {version}, in which some fields or defaults differ"),
        Change::EmptySelector => format!("use {version}, in which an empty selector chooses every pod"),
        Change::Kind(kind) => format!("use {kind} of {version}"),
    }
}

impl Replacement {
    fn is_all_that_changes(&self, object: &Object<'_>) -> bool {
        match self.change {
            Change::Nothing => true,
            Change::Fields | Change::Kind(_) => false,
            Change::EmptySelector => ["matchLabels", "matchExpressions"].into_iter().any(|key| {
                let chosen = lookup(object.node, &["spec", "selector", key]).value();
                chosen.is_some_and(|chosen| match chosen.kind() {
                    Kind::Mapping => !chosen.entries().is_empty(),
                    Kind::Sequence => chosen.items().next().is_some(),
                    Kind::Scalar(_) | Kind::Dangling => false,
                })
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DEPRECATIONS;

    #[test]
    fn every_kind_is_listed_once_and_its_versions_are_in_order() {
        let mut seen = Vec::new();
        for known in DEPRECATIONS {
            for kind in known.kinds {
                assert!(!seen.contains(&(known.version, *kind)), "{} {kind}", known.version);
                seen.push((known.version, *kind));
            }
            assert!(known.removed.is_none_or(|removed| known.deprecated < removed), "{}", known.version);
            if let (Some(replacement), Some(removed)) = (&known.replacement, known.removed) {
                assert!(replacement.version != known.version, "{}", known.version);
                // Only flow control moved its users twice before its first stable version.
                let moved_on = known.version.starts_with("flowcontrol");
                assert!(replacement.since <= removed || moved_on, "{}", known.version);
            }
        }
    }
}

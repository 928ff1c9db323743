//! The fields without which the API server refuses an object.
//!
//! The documents of the API call many more required: what it fills in by itself, whose zero is fine, and what
//! another rule of this family finds. Webhooks are left out: they
//! are patched more often than written. Source: `pkg/apis/*/validation` of Kubernetes.

use leastwise_manifest::schema::Definition;

const NEEDED: &[(&str, &[&str])] = &[
    ("apiextensions.v1.CustomResourceDefinitionNames", &["kind", "plural"]),
    ("apiextensions.v1.CustomResourceDefinitionSpec", &["group", "names", "scope", "versions"]),
    ("apiextensions.v1.CustomResourceDefinitionVersion", &["name"]),
    ("autoscaling.v1.CrossVersionObjectReference", &["kind", "name"]),
    ("autoscaling.v2.CrossVersionObjectReference", &["kind", "name"]),
    ("autoscaling.v2.HorizontalPodAutoscalerSpec", &["maxReplicas", "scaleTargetRef"]),
    ("autoscaling.v2.MetricSpec", &["type"]),
    ("batch.v1.CronJobSpec", &["schedule"]),
    ("core.v1.CSIVolumeSource", &["driver"]),
    ("core.v1.ConfigMapKeySelector", &["key"]),
    ("core.v1.Container", &["name"]),
    ("core.v1.EnvVar", &["name"]),
    ("core.v1.EphemeralContainer", &["name"]),
    ("core.v1.GRPCAction", &["port"]),
    ("core.v1.HTTPGetAction", &["port"]),
    ("core.v1.HTTPHeader", &["name"]),
    ("core.v1.HostPathVolumeSource", &["path"]),
    ("core.v1.KeyToPath", &["key", "path"]),
    ("core.v1.NFSVolumeSource", &["path", "server"]),
    ("core.v1.NodeSelector", &["nodeSelectorTerms"]),
    ("core.v1.NodeSelectorRequirement", &["key", "operator"]),
    ("core.v1.ObjectFieldSelector", &["fieldPath"]),
    ("core.v1.PersistentVolumeClaimVolumeSource", &["claimName"]),
    ("core.v1.PodAffinityTerm", &["topologyKey"]),
    ("core.v1.ResourceFieldSelector", &["resource"]),
    ("core.v1.SecretKeySelector", &["key"]),
    ("core.v1.ServicePort", &["port"]),
    ("core.v1.TCPSocketAction", &["port"]),
    ("core.v1.Volume", &["name"]),
    ("core.v1.VolumeMount", &["mountPath", "name"]),
    ("core.v1.WeightedPodAffinityTerm", &["podAffinityTerm"]),
    ("meta.v1.LabelSelectorRequirement", &["key", "operator"]),
    ("networking.v1.HTTPIngressPath", &["backend", "pathType"]),
    ("networking.v1.HTTPIngressRuleValue", &["paths"]),
    ("networking.v1.IPBlock", &["cidr"]),
    ("networking.v1.IngressServiceBackend", &["name"]),
    ("rbac.v1.ClusterRoleBinding", &["roleRef"]),
    ("rbac.v1.PolicyRule", &["verbs"]),
    ("rbac.v1.RoleBinding", &["roleRef"]),
    ("rbac.v1.RoleRef", &["kind", "name"]),
    ("rbac.v1.Subject", &["kind", "name"]),
    ("storage.v1.StorageClass", &["provisioner"]),
];

/// The fields that a value of this type must have.
pub(super) fn needed(definition: &Definition) -> &'static [&'static str] {
    let at = NEEDED.binary_search_by(|(name, _)| (*name).cmp(definition.name));
    at.map_or(&[], |at| NEEDED[at].1)
}

#[cfg(test)]
mod tests {
    use super::{NEEDED, needed};
    use leastwise_manifest::schema::definition;

    #[test]
    fn the_api_calls_them_required_too() {
        assert!(NEEDED.is_sorted());
        for (name, fields) in NEEDED {
            let definition = definition(name).unwrap_or_else(|| panic!("{name} is not defined"));
            for field in *fields {
                assert!(definition.field(field).is_some_and(|field| field.required), "{name} {field}");
            }
            assert_eq!(needed(definition), *fields);
        }
    }
}

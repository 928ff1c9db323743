//! Prints the kinds and types of one Kubernetes version, a line each, in the form that `manifest::schema` reads:
//!
//! ```text
//! kind apps/v1 Deployment apps.v1.Deployment
//! type apps.v1.DeploymentSpec
//!  replicas integer
//!  !selector meta.v1.LabelSelector
//! ```
//!
//! `!` marks what the API's own documents call required. A type is `any`, `boolean`, `integer`, `number`, `string`,
//! `int-or-string`, `quantity`, the name of a type, or one of these after `[]` (a list) or `{}` (a map by names).

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use k8s_openapi::{Resource, api, apiextensions_apiserver, kube_aggregator};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value};

/// The version of which the types are.
const VERSION: &str = "1.37";

/// What of a type's name is left out.
const PREFIXES: [&str; 4] = [
    "io.k8s.api.",
    "io.k8s.apimachinery.pkg.apis.",
    "io.k8s.apiextensions-apiserver.pkg.apis.",
    "io.k8s.kube-aggregator.pkg.apis.",
];

type Definitions = Map<String, Value>;

/// Adds these kinds.
macro_rules! add_each {
    ($generator:ident, $kinds:ident: $($kind:ty),+ $(,)?) => { $(add::<$kind>(&mut $generator, &mut $kinds)?;)+ };
}

fn main() -> Result<()> {
    let mut generator = SchemaGenerator::default();
    let mut kinds = Vec::new();
    add_each!(generator, kinds:
        api::admissionregistration::v1::MutatingAdmissionPolicy,
        api::admissionregistration::v1::MutatingAdmissionPolicyBinding,
        api::admissionregistration::v1::MutatingWebhookConfiguration,
        api::admissionregistration::v1::ValidatingAdmissionPolicy,
        api::admissionregistration::v1::ValidatingAdmissionPolicyBinding,
        api::admissionregistration::v1::ValidatingWebhookConfiguration,
        api::admissionregistration::v1alpha1::MutatingAdmissionPolicy,
        api::admissionregistration::v1alpha1::MutatingAdmissionPolicyBinding,
        api::admissionregistration::v1beta1::MutatingAdmissionPolicy,
        api::admissionregistration::v1beta1::MutatingAdmissionPolicyBinding,
        api::apiserverinternal::v1alpha1::StorageVersion,
        api::apps::v1::ControllerRevision,
        api::apps::v1::DaemonSet,
        api::apps::v1::Deployment,
        api::apps::v1::ReplicaSet,
        api::apps::v1::StatefulSet,
        api::authentication::v1::SelfSubjectReview,
        api::authentication::v1::TokenRequest,
        api::authentication::v1::TokenReview,
        api::authorization::v1::LocalSubjectAccessReview,
        api::authorization::v1::SelfSubjectAccessReview,
        api::authorization::v1::SelfSubjectRulesReview,
        api::authorization::v1::SubjectAccessReview,
        api::autoscaling::v1::HorizontalPodAutoscaler,
        api::autoscaling::v1::Scale,
        api::autoscaling::v2::HorizontalPodAutoscaler,
        api::batch::v1::CronJob,
        api::batch::v1::Job,
        api::certificates::v1::CertificateSigningRequest,
        api::certificates::v1::ClusterTrustBundle,
        api::certificates::v1::PodCertificateRequest,
        api::certificates::v1beta1::ClusterTrustBundle,
        api::certificates::v1beta1::PodCertificateRequest,
        api::coordination::v1::Lease,
        api::coordination::v1alpha2::LeaseCandidate,
        api::coordination::v1beta1::LeaseCandidate,
        api::core::v1::Binding,
        api::core::v1::ComponentStatus,
        api::core::v1::ConfigMap,
        api::core::v1::Endpoints,
        api::core::v1::Event,
        api::core::v1::LimitRange,
        api::core::v1::Namespace,
        api::core::v1::Node,
        api::core::v1::PersistentVolume,
        api::core::v1::PersistentVolumeClaim,
        api::core::v1::Pod,
        api::core::v1::PodTemplate,
        api::core::v1::ReplicationController,
        api::core::v1::ResourceQuota,
        api::core::v1::Secret,
        api::core::v1::Service,
        api::core::v1::ServiceAccount,
        api::discovery::v1::EndpointSlice,
        api::events::v1::Event,
        api::flowcontrol::v1::FlowSchema,
        api::flowcontrol::v1::PriorityLevelConfiguration,
        api::lifecycle::v1alpha1::Eviction,
        api::lifecycle::v1alpha1::EvictionRequest,
        api::networking::v1::IPAddress,
        api::networking::v1::Ingress,
        api::networking::v1::IngressClass,
        api::networking::v1::NetworkPolicy,
        api::networking::v1::ServiceCIDR,
        api::node::v1::RuntimeClass,
        api::policy::v1::Eviction,
        api::policy::v1::PodDisruptionBudget,
        api::rbac::v1::ClusterRole,
        api::rbac::v1::ClusterRoleBinding,
        api::rbac::v1::Role,
        api::rbac::v1::RoleBinding,
        api::resource::v1::DeviceClass,
        api::resource::v1::DeviceTaintRule,
        api::resource::v1::ResourceClaim,
        api::resource::v1::ResourceClaimTemplate,
        api::resource::v1::ResourceSlice,
        api::resource::v1alpha3::DeviceTaintRule,
        api::resource::v1alpha3::ResourcePoolStatusRequest,
        api::resource::v1beta1::DeviceClass,
        api::resource::v1beta1::ResourceClaim,
        api::resource::v1beta1::ResourceClaimTemplate,
        api::resource::v1beta1::ResourceSlice,
        api::resource::v1beta2::DeviceClass,
        api::resource::v1beta2::DeviceTaintRule,
        api::resource::v1beta2::ResourceClaim,
        api::resource::v1beta2::ResourceClaimTemplate,
        api::resource::v1beta2::ResourceSlice,
        api::scheduling::v1::PriorityClass,
        api::scheduling::v1alpha3::CompositePodGroup,
        api::scheduling::v1alpha3::PodGroup,
        api::scheduling::v1alpha3::Workload,
        api::scheduling::v1beta1::PodGroup,
        api::scheduling::v1beta1::Workload,
        api::storage::v1::CSIDriver,
        api::storage::v1::CSINode,
        api::storage::v1::CSIStorageCapacity,
        api::storage::v1::StorageClass,
        api::storage::v1::VolumeAttachment,
        api::storage::v1::VolumeAttributesClass,
        api::storagemigration::v1::StorageVersionMigration,
        api::storagemigration::v1beta1::StorageVersionMigration,
        apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
        kube_aggregator::pkg::apis::apiregistration::v1::APIService,
    );
    println!("kubernetes {VERSION}");
    for kind in kinds {
        println!("kind {kind}");
    }
    let definitions = generator.definitions();
    let in_order: BTreeMap<_, _> = definitions.iter().collect();
    for (name, schema) in in_order {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { continue };
        println!("type {}", short(name));
        let required = schema.get("required").and_then(Value::as_array);
        for (field, schema) in properties {
            let is_required = required.is_some_and(|required| required.iter().any(|name| name == field));
            let mark = if is_required { "!" } else { "" };
            println!(" {mark}{field} {}", type_of(schema, definitions)?);
        }
    }
    Ok(())
}

/// Shows the generator a kind, and adds its line.
fn add<K: Resource + JsonSchema>(generator: &mut SchemaGenerator, kinds: &mut Vec<String>) -> Result<()> {
    let schema = generator.subschema_for::<K>();
    let name = schema.get("$ref").and_then(Value::as_str).context("a kind is a definition of its own")?;
    kinds.push(format!("{} {} {}", K::API_VERSION, K::KIND, short(definition(name)?)));
    Ok(())
}

/// The type of a field.
fn type_of(schema: &Value, definitions: &Definitions) -> Result<String> {
    let Some(schema) = schema.as_object() else { return Ok("any".to_owned()) };
    // A reference with a description of its own.
    if let Some([only]) = schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        return type_of(only, definitions);
    }
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let name = definition(reference)?;
        if name.ends_with(".Quantity") {
            return Ok("quantity".to_owned());
        }
        let target = definitions.get(name).with_context(|| format!("{name} is not defined"))?;
        return match target.get("properties") {
            Some(_) => Ok(short(name).to_owned()),
            None => type_of(target, definitions),
        };
    }
    if schema.get("x-kubernetes-int-or-string").is_some() {
        return Ok("int-or-string".to_owned());
    }
    let inner = |keyword: &str| schema.get(keyword).map(|schema| type_of(schema, definitions)).transpose();
    match schema.get("type").and_then(Value::as_str) {
        Some("object") => {
            Ok(inner("additionalProperties")?.map_or("any".to_owned(), |values| format!("{{}}{values}")))
        }
        Some("array") => Ok(inner("items")?.map_or("any".to_owned(), |items| format!("[]{items}"))),
        Some(scalar @ ("boolean" | "integer" | "number" | "string")) => Ok(scalar.to_owned()),
        // One of several shapes.
        None => Ok("any".to_owned()),
        Some(other) => bail!("what is a {other}?"),
    }
}

fn definition(reference: &str) -> Result<&str> {
    reference.strip_prefix("#/$defs/").with_context(|| format!("{reference} is no definition"))
}

fn short(name: &str) -> &str {
    PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

//! The misconfiguration index: one file a rule, holding what it means, where it stands, its fix and its tests.
//!
//! A rule reads lenses and reports symbolic findings: a path, a message and perhaps a [`Patch`] to offer. The
//! [`judge`] runs the rules over a document and turns paths into ranges; [`prove`] decides whether a fix may be
//! offered. To add a rule, write its file and name it in its family's list: `cargo xtask new-rule ID` does both.
//!
//! [`Patch`]: leastwise_yaml::Patch

mod context;
mod finding;
mod judge;
mod parameters;
mod pattern;
mod plan;
mod proof;
mod resource_bounds;
mod rule;
mod runtime_evidence;
mod unused_suppression;
mod version;

mod availability;
mod cluster_component;
mod container_image;
mod control_plane_flags;
mod namespace_hygiene;
mod network;
mod other;
mod pod_security;
mod rbac;
mod resources_reliability;
mod schema_deprecation;
mod secrets;
mod service_exposure;
mod supply_chain;

#[cfg(test)]
mod rewriting;
#[cfg(test)]
mod same_meaning;
#[cfg(test)]
mod testing;

pub use context::{Context, Settings};
pub use finding::{Applicability, Finding, Fix, Related};
pub use judge::{JudgedPod, Judgement, Panicked, cover, judge, judge_values, profile_reached};
pub use parameters::{
    AgentSandboxLimits, AnnotationLists, Identities, ImageRegistries, Parameters, Range, SecretReferences,
    ServiceAccountImages,
};
pub use plan::Plan;
pub use proof::{Census, Offer, Withheld, prove};
pub use resource_bounds::{BoundedResources, QuantityRange, ResourceBounds, WrittenQuantity};
pub use rule::{Checker, Confidence, Family, FixKind, Persona, Profile, Rule, Severity};
pub use runtime_evidence::{
    CONNECTION_DENIED, CONNECTION_UNUSED, CONNECTION_WIDER_THAN_USED, EVIDENCE_RULES, GRANT_MISSING,
    GRANT_UNUSED, GRANT_WIDER_THAN_USED, PRIVILEGE_WIDER_THAN_USED, REQUEST_DENIED, rests_on_evidence,
};
pub use unused_suppression::UNUSED_SUPPRESSION;
pub use version::{KubernetesVersion, VersionError};

use std::collections::HashMap;
use std::sync::LazyLock;

/// Every rule of the index, grouped by family.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [
        pod_security::RULES,
        container_image::RULES,
        supply_chain::RULES,
        rbac::RULES,
        secrets::RULES,
        network::RULES,
        service_exposure::RULES,
        resources_reliability::RULES,
        availability::RULES,
        namespace_hygiene::RULES,
        schema_deprecation::RULES,
        cluster_component::RULES,
        control_plane_flags::RULES,
        other::RULES,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Every rule, those among them that are no part of the index.
pub fn all_rules() -> impl Iterator<Item = &'static Rule> {
    rules().chain([UNUSED_SUPPRESSION]).chain(EVIDENCE_RULES.iter().copied())
}

/// The rule of that id, [`UNUSED_SUPPRESSION`] and the [`EVIDENCE_RULES`] among them.
pub fn rule(id: &str) -> Option<&'static Rule> {
    static BY_ID: LazyLock<HashMap<&str, &Rule>> =
        LazyLock::new(|| all_rules().map(|rule| (rule.id, rule)).collect());
    BY_ID.get(id).copied()
}

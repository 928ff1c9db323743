//! Kubernetes seen in YAML: lenses over the tree for objects, pod specs, containers and roles, wherever they stand.
//!
//! A lens holds a node and its path and answers in three values: set, unset, and *unknown*, where a template or
//! broken text hides the answer. Lenses read; they never judge.

mod annotation;
mod autoscaler;
mod binding;
mod container;
mod disruption_budget;
mod image;
mod ingress;
mod int_or_percent;
mod kustomization;
mod namespace;
mod network_policy;
mod object;
mod place;
mod pod;
mod quantity;
mod role;
mod route;
mod runs_as;
pub mod schema;
mod scope;
mod selector;
mod service;
mod service_account;
mod setting;
mod values;
mod workspace;

pub use annotation::Annotation;
pub use autoscaler::{Autoscaler, ScaleTarget};
pub use binding::{Binding, Binds, RoleRef, Subject, binding};
pub use container::{Container, ContainerList};
pub use disruption_budget::DisruptionBudget;
pub use image::Image;
pub use ingress::{CLASS_ANNOTATION, Ingress, IngressBackend, IngressPath, IngressRule};
pub use int_or_percent::IntOrPercent;
pub use kustomization::{KUSTOMIZATION_NAMES, Kustomization, KustomizePatch, PatchTarget, PatchText};
pub use namespace::Namespace;
pub use network_policy::{Direction, NetworkPolicy};
pub use object::{Object, Resource, objects};
pub use place::{Place, key_place, place};
pub use pod::{PodSpec, is_workload, pod_specs};
pub use quantity::{Quantity, quantity};
pub use role::{Names, PolicyRule, Role, role};
pub use route::{ROUTE_KINDS, Route, RouteBackend};
pub use runs_as::RunsAs;
pub use scope::Scope;
pub use selector::{Labels, Operator, Requirement, Selector};
pub use service::{PortReference, Service, ServicePort};
pub use service_account::ServiceAccount;
pub use setting::{Setting, boolean, integer, lookup, string};
pub use values::security_contexts;
pub use workspace::{Consulted, Declarations, Declared, View, Workspace};

//! The workloads among the manifests, with what was seen of each of their containers.

use super::part::{Ground, Part};
use crate::manifests::Placed;
use crate::seen::{Seen, shown};
use crate::{Manifests, Options, Whose};
use leastwise_evidence::{Container, ContainerSeen, Record, Unite};
use leastwise_manifest::{ContainerList, Object, PodSpec, integer, lookup};
use std::collections::{BTreeMap, BTreeSet};

/// A workload and what was seen of it.
#[derive(Debug)]
pub(super) struct Subject<'r, 'd> {
    pub(super) manifests: &'r Manifests<'d>,
    pub(super) record: &'r Record,
    pub(super) namespace: &'d str,
    pub(super) pod: &'r PodSpec<'d>,
    /// Its containers, those that debug a pod left out.
    pub(super) parts: Vec<Part<'r, 'd>>,
    /// What was seen of containers that the manifest does not have: added to the pod by others.
    pub(super) others: BTreeMap<String, ContainerSeen>,
    /// `Deployment shop/cart`.
    pub(super) title: String,
}

impl<'r, 'd> Subject<'r, 'd> {
    pub(super) fn of(
        placed: &Placed<'d>,
        pod: &'r PodSpec<'d>,
        ground: Ground<'r>,
        manifests: &'r Manifests<'d>,
    ) -> Result<Self, String> {
        let object = &placed.object;
        let title = title(placed, manifests);
        let namespace = manifests.home(object).ok_or("a template hides its namespace")?;
        let (Some(kind), Some(name)) = (object.kind(), object.name()) else {
            return Err("a template hides its name".to_owned());
        };
        let declared = match kind {
            "Deployment" | "StatefulSet" | "ReplicaSet" | "ReplicationController" => {
                integer(object.node, &["spec", "replicas"]).known()
            }
            _ => None,
        };
        let labels = selected(object);
        let mut seen: BTreeMap<String, ContainerSeen> = BTreeMap::new();
        for (container, of) in &ground.record.containers {
            if container.namespace == namespace && is_of(container, of, kind, name, &labels) {
                seen.entry(container.name.clone()).or_default().unite(of.clone());
            }
        }
        let mut parts = Vec::new();
        for container in pod.containers() {
            let own = container.name().and_then(|name| seen.remove(name)).unwrap_or_default();
            if container.list != ContainerList::EphemeralContainers {
                parts.push(Part::new(ground, pod, container, own, declared));
            }
        }
        Ok(Self { manifests, record: ground.record, namespace, pod, parts, others: seen, title })
    }

    /// Whether anything at all was seen of it.
    pub(super) fn is_seen(&self) -> bool {
        self.parts.iter().any(|part| part.seen != ContainerSeen::default())
    }

    /// What its pods were seen to ask of the API server.
    pub(super) fn requests(&self) -> Option<String> {
        let pods = self.parts.iter().flat_map(|part| part.seen.runs.keys());
        let pods: Vec<String> = pods.map(|pod| format!("{}/{pod}", self.namespace)).collect();
        let mut total = Seen::default();
        let requests = self.record.requests.values();
        let own: Vec<_> = requests.filter(|seen| pods.iter().any(|pod| seen.pods.contains(pod))).collect();
        own.iter().for_each(|seen| total.add(&Seen::of(&seen.seen, self.record)));
        (!own.is_empty()).then(|| total.words("request"))
    }
}

/// `Deployment shop/cart`.
pub(super) fn title(placed: &Placed<'_>, manifests: &Manifests<'_>) -> String {
    let object = &placed.object;
    let name = object.name().unwrap_or("without a known name");
    let home = manifests.home(object).map(|home| format!("{home}/")).unwrap_or_default();
    shown(&format!("{} {home}{name}", object.kind().unwrap_or_default()))
}

/// The namespaces in which containers of a workload were seen.
pub fn seen_namespaces<'r>(record: &'r Record, object: &Object<'_>) -> BTreeSet<&'r str> {
    let (Some(kind), Some(name)) = (object.kind(), object.name()) else { return BTreeSet::new() };
    let labels = selected(object);
    let own =
        record.containers.iter().filter(|(container, seen)| is_of(container, seen, kind, name, &labels));
    own.map(|(container, _)| container.namespace.as_str()).collect()
}

/// The labels that a controller knows its pods by.
fn selected<'d>(object: &Object<'d>) -> Vec<(&'d str, &'d str)> {
    let selector = lookup(object.node, &["spec", "selector", "matchLabels"]).value();
    let pairs = selector.map(|selector| selector.entries()).unwrap_or_default();
    pairs.into_iter().filter_map(|entry| Some((entry.key.as_text()?, entry.value.as_text()?))).collect()
}

/// Whether it is asked for.
pub(super) fn is_meant(
    placed: &Placed<'_>,
    pod: &PodSpec<'_>,
    options: &Options,
    manifests: &Manifests<'_>,
) -> bool {
    let home = manifests.home(&placed.object);
    match &options.whose {
        Whose::Everyone => true,
        Whose::User(_) => false,
        Whose::ServiceAccount { namespace, name } => {
            home == Some(namespace) && pod.service_account() == Some(name)
        }
        Whose::Workload { namespace, kind, name } => {
            let object = &placed.object;
            home == Some(namespace) && object.kind() == Some(kind) && object.name() == Some(name)
        }
    }
}

/// Whether a container of a log is one of the workload: by what made its pod, else by the labels or the name of that.
fn is_of(
    container: &Container,
    seen: &ContainerSeen,
    kind: &str,
    name: &str,
    labels: &[(&str, &str)],
) -> bool {
    match (&container.workload, &container.pod) {
        (Some(workload), _) if (workload.kind.as_str(), workload.name.as_str()) == (kind, name) => true,
        (Some(workload), _) => {
            let made =
                matches!((kind, workload.kind.as_str()), ("Deployment", "ReplicaSet") | ("CronJob", "Job"));
            made && is_made_of(&workload.name, name)
        }
        (None, Some(pod)) if kind == "Pod" => pod == name,
        (None, Some(_)) if !labels.is_empty() && !seen.labels.is_empty() => {
            labels.iter().all(|(key, value)| {
                seen.labels.get(*key).is_some_and(|values| values.len() == 1 && values.contains(*value))
            })
        }
        (None, Some(pod)) => match kind {
            // ReplicaSet and pod: `cart-7d9c5-x2x4z`.
            "Deployment" => pod.rsplit_once('-').is_some_and(|(set, _)| is_made_of(set, name)),
            "CronJob" => pod.rsplit_once('-').is_some_and(|(job, _)| is_made_of(job, name)),
            _ => is_made_of(pod, name),
        },
        (None, None) => false,
    }
}

/// Whether a name is another one with one more part, as controllers make them.
fn is_made_of(made: &str, name: &str) -> bool {
    let part = made.strip_prefix(name).and_then(|rest| rest.strip_prefix('-'));
    part.is_some_and(|part| !part.is_empty() && !part.contains('-'))
}

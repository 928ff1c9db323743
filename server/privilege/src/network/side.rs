//! What one set of objects says about connections.

use super::atom::Peer;
use super::policy::Policy;
use super::ports::{NamedPorts, Protocol};
use crate::Applied;
use crate::judge::title;
use leastwise_manifest::{Labels, NetworkPolicy, Object, PodSpec, Resource, lookup, pod_specs};
use leastwise_yaml::{Field, Kind, Path};
use std::collections::{BTreeMap, BTreeSet};

/// Kinds of other networks that decide about connections as well, by group. They are not understood.
const FOREIGN: &[&str] =
    &["cilium.io", "crd.antrea.io", "crd.projectcalico.org", "policy.networking.k8s.io", "projectcalico.org"];

/// The policies, namespaces and pods of a set of objects.
#[derive(Clone, Debug, Default)]
pub struct Network<'d> {
    pub(super) policies: Vec<Policy<'d>>,
    /// The labels of each namespace that is among the objects.
    pub(super) namespaces: BTreeMap<String, Labels<'d>>,
    pub(super) workloads: Vec<Workload<'d>>,
    /// Why some connections cannot be known, in words.
    pub(super) faults: BTreeSet<String>,
    /// All that this was read from that has a say over connections, as it is written, in order.
    pub(super) text: Vec<String>,
    /// Workloads that no policy is for.
    pub(super) on_host: BTreeSet<String>,
}

/// Something that runs pods.
#[derive(Clone, Debug)]
pub struct Workload<'d> {
    /// What it calls itself.
    pub resource: Resource,
    /// Its namespace.
    pub namespace: String,
    /// The labels of its pods.
    pub labels: Labels<'d>,
    /// Where these stand in the object.
    pub(super) labels_path: Path,
    /// Its pods' ports with names.
    pub(super) ports: NamedPorts,
    /// Its pods may have other ports with names.
    pub(super) hides_ports: bool,
}

impl<'d> Network<'d> {
    /// Reads the policies, namespaces and pods among the objects; others are left alone.
    pub fn of(applied: Applied<'_, 'd>) -> Self {
        let mut network = Self::default();
        for object in applied.objects {
            network.add(object, applied);
        }
        network.text.sort();
        network
    }

    /// The workloads that policies can be for, in order of the objects.
    pub fn workloads(&self) -> &[Workload<'d>] {
        &self.workloads
    }

    /// The policy of the same name.
    pub(super) fn policy(&self, like: &Policy<'_>) -> Option<&Policy<'d>> {
        let is_same = |policy: &&Policy<'d>| {
            (&policy.namespace, &policy.resource.name) == (&like.namespace, &like.resource.name)
        };
        self.policies.iter().find(is_same)
    }

    fn add(&mut self, object: &Object<'d>, applied: Applied<'_, 'd>) {
        let is_policy = NetworkPolicy::of(object);
        let is_foreign = object.api_group().is_some_and(|group| FOREIGN.contains(&group))
            && object.kind().is_some_and(|kind| kind.contains("NetworkPolicy") || kind == "Tier");
        if let Some(policy) = &is_policy {
            match Policy::read(policy, applied) {
                Ok(policy) => self.put(policy),
                Err(fault) => {
                    self.faults.insert(fault);
                }
            }
        } else if is_foreign {
            self.faults.insert(format!("{}: its kind is not understood", title(&object.resource())));
        }
        if is_policy.is_some() || is_foreign {
            self.text.push(format!("{} {}", applied.home(object), crate::data::written(object.node)));
            return;
        }
        if object.kind() == Some("Namespace") && object.api_group() == Some("") {
            let labels = Labels::of(lookup(object.node, &["metadata", "labels"]));
            let name = object.name().unwrap_or_default().to_owned();
            self.text.push(format!("Namespace {name} {labels:?}"));
            self.namespaces.insert(name, labels);
        }
        for pod in pod_specs(object) {
            self.add_pods(&pod, applied);
        }
    }

    /// Of policies of one name the last counts.
    fn put(&mut self, policy: Policy<'d>) {
        let name = (policy.namespace.clone(), policy.resource.name.clone());
        let is_same = |other: &Policy<'d>| (&other.namespace, &other.resource.name) == (&name.0, &name.1);
        match self.policies.iter_mut().find(|other| name.1.is_some() && is_same(other)) {
            Some(other) => *other = policy,
            None => self.policies.push(policy),
        }
    }

    fn add_pods(&mut self, pod: &PodSpec<'d>, applied: Applied<'_, 'd>) {
        let resource = pod.object.resource();
        let namespace = applied.home(&pod.object);
        let title = title(&resource);
        match pod.boolean(&["hostNetwork"]) {
            setting if setting.is_unknown() => {
                self.faults
                    .insert(format!("whether {title} runs in the network of its node cannot be known"));
            }
            setting if setting.known() == Some(true) => {
                self.text.push(format!("{title} on its node"));
                self.on_host.insert(title);
                return;
            }
            _ => {}
        }
        let (ports, hides_ports) = named_ports(pod);
        let labels = pod.labels();
        self.text.push(format!("{namespace} {title} {labels:?} {ports:?}"));
        let labels_path = pod.metadata.key("labels").relative_to(&pod.object.path).unwrap_or_default();
        self.workloads.push(Workload { resource, namespace, labels, labels_path, ports, hides_ports });
    }
}

impl Workload<'_> {
    /// What it is called as an end of connections.
    pub fn peer(&self) -> Peer {
        Peer::Workload {
            namespace: self.namespace.clone(),
            kind: self.resource.kind.clone(),
            name: self.resource.name.clone().unwrap_or_default(),
        }
    }
}

/// The ports with names of all containers, and whether there may be others.
fn named_ports(pod: &PodSpec<'_>) -> (NamedPorts, bool) {
    let mut named = Vec::new();
    let is_open = |field: Field<'_>| field.value().is_some_and(|list| list.is_open());
    let mut hides = pod.node.is_open() || is_open(pod.node.get("containers"));
    for container in pod.containers() {
        let ports = match container.node.get("ports") {
            Field::Present(entry) if matches!(entry.value.kind(), Kind::Sequence) => entry.value,
            Field::Present(entry) if entry.value.is_null() => continue,
            Field::Absent => continue,
            Field::Present(_) | Field::Unknown => {
                hides = true;
                continue;
            }
        };
        hides |= ports.is_open();
        for port in ports.items().map(|item| item.value) {
            let name = port.get("name").value().and_then(|name| name.as_str());
            let number = port.get("containerPort").value().and_then(|number| number.as_integer());
            let protocol = match port.get("protocol") {
                Field::Absent => Some(Protocol::Tcp),
                field => field.value().and_then(|name| name.as_str()).and_then(Protocol::named),
            };
            match (name, protocol, number.and_then(|number| u16::try_from(number).ok())) {
                (Some(name), Some(protocol), Some(number)) => named.push((name.to_owned(), protocol, number)),
                (None, ..) if port.get("name").is_absent() => {}
                _ => hides = true,
            }
        }
    }
    (named, hides)
}

//! What a model is told of the manifests: the parts of a workload that say what it is for, and none that hold secrets.

use crate::harden::processes::WorkloadName;
use crate::quote;
use leastwise_harden::Manifests;
use leastwise_manifest::{Container, Object, PodSpec, pod_specs};
use leastwise_model::mask;
use leastwise_yaml::Node;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The most containers that are told of.
const MOST_CONTAINERS: usize = 8;
/// The most entries of a list that are told of.
const MOST_ENTRIES: usize = 12;
/// The most workloads of one service account that are told of.
const MOST_OF_ACCOUNT: usize = 3;

/// The workloads among manifests.
pub(crate) struct Workloads<'d> {
    all: Vec<Workload<'d>>,
    /// What they were taken for, by their place; `None` where the model had no answer.
    pub(crate) taken_for: BTreeMap<usize, Option<&'static str>>,
    /// Those whose programs were asked about.
    looked_into: BTreeSet<usize>,
}

struct Workload<'d> {
    name: WorkloadName,
    pods: PodSpec<'d>,
}

impl<'d> Workloads<'d> {
    pub(crate) fn of(manifests: &Manifests<'d>) -> Self {
        let workload = |object: Object<'d>| {
            let pods = pod_specs(&object).into_iter().next()?;
            let [namespace, kind, name] =
                [manifests.home(&object)?, object.kind()?, object.name()?].map(str::to_owned);
            Some(Workload { name: WorkloadName { namespace, kind, name }, pods })
        };
        let all = manifests.objects().into_iter().filter_map(workload).collect();
        Self { all, taken_for: BTreeMap::new(), looked_into: BTreeSet::new() }
    }

    /// The places of the first ones.
    pub(crate) fn first(&self, most: usize) -> Vec<usize> {
        self.places(|_| true).take(most).collect()
    }

    /// The places of those that run as a service account.
    pub(crate) fn of_service_account(&self, namespace: &str, name: &str) -> Vec<usize> {
        let is_its = |workload: &Workload<'_>| {
            workload.name.namespace == namespace && workload.pods.service_account() == Some(name)
        };
        self.places(is_its).take(MOST_OF_ACCOUNT).collect()
    }

    /// The place of the one of this name, if it is there.
    pub(crate) fn named(&self, namespace: &str, kind: &str, name: &str) -> Vec<usize> {
        let is_it = |workload: &Workload<'_>| {
            let WorkloadName { namespace: in_namespace, kind: of_kind, name: called } = &workload.name;
            (in_namespace.as_str(), of_kind.as_str(), called.as_str()) == (namespace, kind, name)
        };
        self.places(is_it).take(1).collect()
    }

    /// The name of one whose programs were not asked about before; from now on they were.
    pub(crate) fn without_processes(&mut self, place: usize) -> Option<WorkloadName> {
        self.looked_into.insert(place).then(|| self.all.get(place).map(|workload| workload.name.clone()))?
    }

    fn places(&self, is_meant: impl Fn(&Workload<'_>) -> bool) -> impl Iterator<Item = usize> {
        self.all.iter().enumerate().filter(move |(_, workload)| is_meant(workload)).map(|(place, _)| place)
    }

    /// How it is called, between quotation marks.
    pub(crate) fn title(&self, place: usize) -> String {
        quote(&self.all.get(place).map(|workload| workload.name.to_string()).unwrap_or_default())
    }

    /// What a model is told of it.
    pub(crate) fn outline(&self, place: usize) -> String {
        let mut text = format!("The workload {}\n", self.title(place));
        let Some(workload) = self.all.get(place) else { return text };
        if let Some(account) = workload.pods.service_account() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "service account: {}", quote(account));
        }
        for container in workload.pods.containers().iter().take(MOST_CONTAINERS) {
            outline(container, &mut text);
        }
        text
    }
}

fn outline(container: &Container<'_>, text: &mut String) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "container {}", quote(container.name().unwrap_or_default()));
    let scalar = |key: &str| container.node.get(key).value().and_then(|value| value.as_text());
    if let Some(image) = scalar("image") {
        let _ = writeln!(text, "  image: {}", quote(&mask(image)));
    }
    for key in ["command", "args"] {
        let words: Vec<_> = items(container.node, key).filter_map(|item| item.as_text()).collect();
        if !words.is_empty() {
            let _ = writeln!(text, "  {key}: {}", quote(&mask(&words.join(" "))));
        }
    }
    // Of variables the names only: their values may be secrets.
    for (list, key, called) in [
        ("ports", "containerPort", "ports"),
        ("env", "name", "variables"),
        ("volumeMounts", "mountPath", "mounts"),
    ] {
        let entries = items(container.node, list).filter_map(|item| item.get(key).value()?.as_text());
        let entries: Vec<_> = entries.take(MOST_ENTRIES).map(quote).collect();
        if !entries.is_empty() {
            let _ = writeln!(text, "  {called}: {}", entries.join(", "));
        }
    }
}

fn items<'d>(node: Node<'d>, key: &str) -> impl Iterator<Item = Node<'d>> {
    node.get(key).value().into_iter().flat_map(Node::items).map(|item| item.value)
}

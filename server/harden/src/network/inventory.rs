//! Everybody who takes part in connections: the workloads among the manifests and the pods that logs know.

use super::labels::{LabelMap, has_all, lasting};
use crate::Manifests;
use leastwise_evidence::{Endpoint, PodEndpoint, Record};
use leastwise_manifest::{PodSpec, integer, lookup, pod_specs};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Pods that belong together.
#[derive(Clone, Debug)]
pub(super) struct Party<'d> {
    pub(super) namespace: String,
    /// `Deployment`, or `Pod` where the log tells only the pods.
    pub(super) kind: String,
    pub(super) name: String,
    /// What is written, where it is among the manifests.
    pub(super) pods: Option<PodSpec<'d>>,
    /// The labels of all its pods, as far as they are known.
    pub(super) labels: LabelMap,
    /// Those by which its controller knows them.
    pub(super) own_selector: LabelMap,
    /// How many there should be, where that is written.
    pub(super) declared: Option<i64>,
    /// The names of its pods that were seen.
    pub(super) seen: BTreeSet<String>,
    /// Those of them that were seen from the node on which they run.
    pub(super) at_home: BTreeSet<String>,
    /// Whether a node on which it runs was watched.
    pub(super) is_local: bool,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Inventory<'d> {
    pub(super) parties: Vec<Party<'d>>,
    by_endpoint: BTreeMap<PodEndpoint, usize>,
    by_address: BTreeMap<IpAddr, BTreeSet<usize>>,
}

impl<'d> Inventory<'d> {
    pub(super) fn of(record: &Record, manifests: &Manifests<'d>) -> Self {
        let mut inventory = Self::default();
        for object in manifests.objects() {
            let (Some(pods), Some(namespace)) =
                (pod_specs(&object).into_iter().next(), manifests.home(&object))
            else {
                continue;
            };
            let labels = known_labels(&pods);
            let written = lookup(object.node, &["spec", "selector", "matchLabels"]).value();
            let own_selector = written.map(pairs).unwrap_or_default();
            let kind = object.kind().unwrap_or_default().to_owned();
            let declared = match kind.as_str() {
                "Deployment" | "StatefulSet" | "ReplicaSet" => {
                    Some(integer(object.node, &["spec", "replicas"]).known().unwrap_or(1))
                }
                _ => None,
            };
            inventory.parties.push(Party {
                namespace: namespace.to_owned(),
                kind,
                name: object.name().unwrap_or_default().to_owned(),
                pods: Some(pods),
                labels,
                own_selector,
                declared,
                seen: BTreeSet::new(),
                at_home: BTreeSet::new(),
                is_local: false,
            });
        }
        let ends = record.connections.keys().flat_map(|connection| [&connection.client, &connection.server]);
        let ends: BTreeSet<_> = record.endpoints.keys().chain(ends).collect();
        for end in ends {
            let Endpoint::Pod(pod) = end else { continue };
            let place = inventory.known(pod).unwrap_or_else(|| inventory.add(pod));
            inventory.by_endpoint.insert(pod.clone(), place);
            if let (Some(party), Some(seen)) = (inventory.parties.get_mut(place), record.endpoints.get(end)) {
                party.seen.extend(seen.pods.iter().cloned());
                party.at_home.extend(seen.pods_at_home.iter().cloned());
                party.is_local |= seen.nodes.iter().next().is_some();
                for address in seen.addresses.iter() {
                    inventory.by_address.entry(*address).or_default().insert(place);
                }
            }
        }
        inventory
    }

    pub(super) fn get(&self, place: usize) -> Option<&Party<'d>> {
        self.parties.get(place)
    }

    /// Who the pods of a log are.
    pub(super) fn find(&self, pod: &PodEndpoint) -> Option<usize> {
        self.by_endpoint.get(pod).copied()
    }

    /// Whose pods had this address, where nobody else's had it.
    pub(super) fn at_address(&self, address: IpAddr) -> Option<usize> {
        let places = self.by_address.get(&address)?;
        places.first().copied().filter(|_| places.len() == 1)
    }

    /// The party that a log's pod belongs to: by its workload, else by labels that tell it from all others.
    fn known(&self, pod: &PodEndpoint) -> Option<usize> {
        let near = || self.parties.iter().enumerate().filter(|(_, party)| party.namespace == pod.namespace);
        if let Some(workload) = &pod.workload {
            let is_it = |party: &Party<'_>| (&party.kind, &party.name) == (&workload.kind, &workload.name);
            if let Some((place, _)) = near().find(|(_, party)| is_it(party)) {
                return Some(place);
            }
            // A ReplicaSet or Job may be that of a Deployment or CronJob, others are their own.
            if !matches!(workload.kind.as_str(), "ReplicaSet" | "Job") {
                return None;
            }
        }
        // A log may leave labels out, so that one is missing says nothing; a different value does.
        let mut best = Vec::new();
        for (place, party) in near() {
            let is_given =
                party.pods.is_some() || (pod.workload.is_none() && party.labels == lasting(&pod.labels));
            let labels = lasting(&party.labels);
            let asked = if party.own_selector.is_empty() { &labels } else { &party.own_selector };
            let differs = asked
                .iter()
                .chain(&labels)
                .any(|(key, value)| pod.labels.get(key).is_some_and(|own| own != value));
            let alike = asked.iter().filter(|(key, value)| pod.labels.get(*key) == Some(value)).count();
            if is_given && !differs && alike > 0 {
                best.push(((alike == asked.len(), alike), place));
            }
        }
        let most = best.iter().map(|(alike, _)| *alike).max()?;
        let mut winners = best.into_iter().filter(|(alike, _)| *alike == most);
        winners.next().filter(|_| winners.next().is_none()).map(|(_, place)| place)
    }

    fn add(&mut self, pod: &PodEndpoint) -> usize {
        let (kind, name) = match &pod.workload {
            Some(workload) => (workload.kind.clone(), workload.name.clone()),
            None => ("Pod".to_owned(), title(&lasting(&pod.labels))),
        };
        let is_same = |party: &Party<'_>| {
            party.pods.is_none()
                && (&party.namespace, &party.kind, &party.name) == (&pod.namespace, &kind, &name)
        };
        if let Some(place) = self.parties.iter().position(is_same) {
            if let Some(party) = self.parties.get_mut(place) {
                // What all of its pods have.
                party.labels.retain(|key, value| pod.labels.get(key) == Some(value));
            }
            return place;
        }
        self.parties.push(Party {
            namespace: pod.namespace.clone(),
            kind,
            name,
            pods: None,
            labels: pod.labels.clone(),
            own_selector: LabelMap::new(),
            declared: None,
            seen: BTreeSet::new(),
            at_home: BTreeSet::new(),
            is_local: false,
        });
        self.parties.len() - 1
    }

    /// The labels that choose a party's pods and nobody else's.
    pub(super) fn selector(&self, place: usize) -> Result<LabelMap, String> {
        let party = self.get(place).ok_or("nobody knows it")?;
        let all = lasting(&party.labels);
        if all.is_empty() && party.own_selector.is_empty() {
            return Err(format!(
                "{} has no labels that last, and an empty selector chooses every pod",
                party.title()
            ));
        }
        let mut rival = None;
        for labels in [lasting(&party.own_selector), all] {
            if labels.is_empty() {
                continue;
            }
            let others = self.parties.iter().enumerate().filter(|(other, _)| *other != place);
            let mut chosen = others
                .filter(|(_, other)| other.namespace == party.namespace && has_all(&other.labels, &labels));
            match chosen.next() {
                None => return Ok(labels),
                Some((_, other)) => rival = Some(other.title()),
            }
        }
        Err(format!("the labels of {} choose {}, too", party.title(), rival.unwrap_or_default()))
    }
}

impl Party<'_> {
    /// `shop/Deployment/cart`.
    pub(super) fn title(&self) -> String {
        crate::seen::shown(&format!("{}/{}/{}", self.namespace, self.kind, self.name))
    }

    /// Whether policies are not for it: it runs in the network of its node.
    pub(super) fn is_on_host(&self) -> bool {
        self.pods.as_ref().is_some_and(|pods| pods.boolean(&["hostNetwork"]).known() == Some(true))
    }

    /// Whether it is written that there is one pod of it, and one was seen.
    pub(super) fn is_one_pod(&self) -> bool {
        let is_bare = self.kind == "Pod" && self.pods.is_some();
        is_bare || self.declared == Some(1) && self.seen.len() == 1
    }

    /// The number of a port that its pods give a name.
    pub(super) fn named_port(&self, name: &str, protocol: &str) -> Option<u16> {
        let pods = self.pods.as_ref()?;
        pods.containers().iter().find_map(|container| {
            let ports = container.node.get("ports").value()?;
            ports.items().map(|item| item.value).find_map(|port| {
                let of = port.get("protocol").value().and_then(|of| of.as_str()).unwrap_or("TCP");
                let is_it = of == protocol && port.get("name").value()?.as_str() == Some(name);
                is_it.then(|| u16::try_from(port.get("containerPort").value()?.as_integer()?).ok()).flatten()
            })
        })
    }

    /// Why a policy for one direction would rest on too little.
    pub(super) fn unwatched(&self) -> Option<String> {
        if !self.is_local {
            return Some("no node on which it runs was watched, so others may speak to it unseen".to_owned());
        }
        if let Some(pod) = self.seen.difference(&self.at_home).next() {
            let pod = crate::seen::shown(pod);
            return Some(format!(
                "the node of its pod {pod} was not watched, so others may speak to it unseen"
            ));
        }
        let seen = i64::try_from(self.seen.len()).unwrap_or(i64::MAX);
        match self.declared {
            Some(declared) if seen > 0 && seen < declared => {
                Some(format!("only {seen} of its {declared} replicas were seen"))
            }
            _ => None,
        }
    }
}

fn title(labels: &LabelMap) -> String {
    if labels.is_empty() {
        return "without labels".to_owned();
    }
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}

fn known_labels(pods: &PodSpec<'_>) -> LabelMap {
    let labels = pods.labels();
    labels.known.iter().filter_map(|(key, value)| Some(((*key).to_owned(), (*value)?.to_owned()))).collect()
}

fn pairs(node: leastwise_yaml::Node<'_>) -> LabelMap {
    let entries = node.entries().into_iter();
    entries
        .filter_map(|entry| Some((entry.key.as_text()?.to_owned(), entry.value.as_text()?.to_owned())))
        .collect()
}

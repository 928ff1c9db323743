//! Manifests beside what was seen at run time: what a role or network policy grants and nobody used, what a workload may
//! do and never needed, what was denied, what is behind a grant, and what could be made anew. The record is read by the
//! rims; what it entails, [`leastwise_harden`] says.

mod around;
mod create;
mod file;
mod usage;

pub use create::{Creatable, Creation, NewManifest, create, creations};
pub use file::{EvidenceFile, read_evidence};
pub(crate) use usage::{findings, hover, offer, refine, usages};

use leastwise_evidence::{Decision, Endpoint, PodEndpoint, Record};
use leastwise_harden::{Observed, Options};
use leastwise_manifest::PodSpec;
use std::collections::{BTreeMap, BTreeSet};

/// What was seen at run time.
#[derive(Clone, Debug)]
pub struct Evidence {
    pub(crate) observed: Observed,
    record: Record,
    /// The namespaces in which a service account of a name was allowed something.
    accounts: BTreeMap<String, BTreeSet<String>>,
    /// The pods that were seen to connect.
    pods: BTreeSet<PodEndpoint>,
}

impl Evidence {
    /// Reads a record once for all questions.
    pub fn new(record: Record) -> Self {
        let mut accounts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for request in record.requests.keys().filter(|request| request.decision == Decision::Allowed) {
            let account = request.subject.strip_prefix("system:serviceaccount:");
            if let Some((namespace, name)) = account.and_then(|account| account.split_once(':')) {
                accounts.entry(name.to_owned()).or_default().insert(namespace.to_owned());
            }
        }
        let ends = record.connections.keys().flat_map(|connection| [&connection.client, &connection.server]);
        let pods = ends.filter_map(|end| match end {
            Endpoint::Pod(pod) => Some(pod.clone()),
            _ => None,
        });
        Self { pods: pods.collect(), accounts, observed: Observed::of(&record, &Options::default()), record }
    }

    /// The record.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Whether it holds any event.
    pub fn has_events(&self) -> bool {
        self.record.sources.values().any(|source| source.total().count > 0)
    }

    /// From when until when it is, and of how many events, in words like `14 days, 41,208 events`.
    pub fn window(&self) -> String {
        leastwise_harden::window(&self.record)
    }

    /// Whether a service account was allowed something.
    fn has_asked(&self, namespace: &str, account: &str) -> bool {
        self.accounts.get(account).is_some_and(|namespaces| namespaces.contains(namespace))
    }

    /// Where a service account of that name was seen, if that is one place.
    fn namespace_of_account(&self, account: &str) -> Option<&str> {
        only(self.accounts.get(account)?.iter().map(String::as_str))
    }

    /// Where the pods of a workload were seen, if that is one place.
    fn namespace_of_workload(&self, kind: &str, name: &str) -> Option<&str> {
        let is_it = |pod: &&PodEndpoint| {
            pod.workload.as_ref().is_some_and(|workload| workload.kind == kind && workload.name == name)
        };
        only(self.pods.iter().filter(is_it).map(|pod| pod.namespace.as_str()))
    }

    /// Whether pods that may be a workload's were seen to connect: those that the log calls so, or that have its labels.
    fn has_connected(&self, namespace: &str, name: &str, pods: &PodSpec<'_>) -> bool {
        let labels = pods.labels();
        let has_all = |pod: &PodEndpoint| {
            let mut known = labels.known.iter().peekable();
            known.peek().is_some()
                && known.all(|(key, value)| pod.labels.get(*key).map(String::as_str) == *value)
        };
        self.pods
            .iter()
            .filter(|pod| pod.namespace == namespace)
            .any(|pod| pod.workload.as_ref().is_some_and(|workload| workload.name == name) || has_all(pod))
    }
}

/// The one thing that all are.
fn only<'t>(things: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    let things: BTreeSet<&str> = things.collect();
    things.first().copied().filter(|_| things.len() == 1)
}

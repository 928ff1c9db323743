use super::recent::Recent;
use crate::collect::{Collector, Noted};
use crate::{Sample, Unite};
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// So many pairs wait at most to be handed over.
const PAIRS: usize = 1 << 16;

/// From which pods requests came.
///
/// Of a log's events nearly all are about a pair of request and pod that has come before. New ones are gathered first:
/// to sort each into its request's names as it comes would take a tenth of all the time, most of it waiting for memory.
#[derive(Default)]
pub(super) struct Pods {
    noted: Recent,
    names: Vec<String>,
    numbers: HashMap<String, usize, RandomState>,
    /// Requests, with the number of a pod.
    pairs: Vec<(Noted, usize)>,
}

impl Pods {
    /// Notes that a request came from a pod of its subject, if that is a service account.
    pub(super) fn note(&mut self, request: Noted, subject: &str, pod: &str, collector: &mut Collector) {
        if !self.noted.insert((request, pod)) {
            return;
        }
        let Some(namespace) = namespace_of(subject) else { return };
        let number = *self.numbers.entry(format!("{namespace}/{pod}")).or_insert_with_key(|name| {
            self.names.push(name.clone());
            self.names.len() - 1
        });
        self.pairs.push((request, number));
        if self.pairs.len() >= PAIRS {
            self.hand_over(collector);
        }
    }

    /// Gives each request the names of its pods.
    pub(super) fn hand_over(&mut self, collector: &mut Collector) {
        self.pairs.sort_unstable();
        for pairs in self.pairs.chunk_by(|one, next| one.0 == next.0) {
            let names = pairs.iter().filter_map(|(_, number)| self.names.get(*number).cloned());
            if let Some(seen) = pairs.first().and_then(|(request, _)| collector.request_seen(*request)) {
                seen.pods.unite(names.collect::<Sample<String>>());
            }
        }
        self.pairs.clear();
        self.names.clear();
        self.numbers.clear();
    }
}

fn namespace_of(subject: &str) -> Option<&str> {
    subject.strip_prefix("system:serviceaccount:")?.split(':').next()
}

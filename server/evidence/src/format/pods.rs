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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Basis, Decision, Request, Target};

    #[test]
    fn each_request_gets_the_names_of_its_own_pods_however_many_wait() {
        let (mut pods, mut collector) = (Pods::default(), Collector::default());
        let mut request = |subject: &str| {
            let (subject, target, verb) = (subject.to_owned(), Target::Url("/version".into()), "get".into());
            collector.request(Request {
                subject,
                target,
                verb,
                decision: Decision::Allowed,
                basis: Basis::Logged,
            })
        };
        let (cart, front, carol) =
            ("system:serviceaccount:shop:cart", "system:serviceaccount:web:front", "carol");
        let (of_cart, of_front, of_carol) = (request(cart), request(front), request(carol));
        for number in (0..PAIRS + 10).rev() {
            pods.note(of_cart, cart, &format!("cart-{number:05}"), &mut collector);
        }
        for pod in ["front-1", "front-0", "front-1"] {
            pods.note(of_front, front, pod, &mut collector);
            pods.note(of_carol, carol, pod, &mut collector);
        }
        pods.hand_over(&mut collector);

        let mut names = |noted: Noted| {
            let names = collector.request_seen(noted).map(|seen| seen.pods.clone()).unwrap_or_default();
            (names.is_complete(), names.iter().cloned().collect::<Vec<_>>())
        };
        let smallest: Vec<_> = (0..64).map(|number| format!("shop/cart-{number:05}")).collect();
        assert_eq!(names(of_cart), (false, smallest));
        assert_eq!(names(of_front), (true, vec!["web/front-0".into(), "web/front-1".into()]));
        assert_eq!(names(of_carol), (true, vec![]), "only a service account has pods");
    }
}

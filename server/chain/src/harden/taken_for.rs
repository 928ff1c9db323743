//! The first link of each chain: what the workloads are that it is about.

use super::Chain;
use crate::advice::TakenFor;
use crate::steps::look_at_manifest;
use leastwise_harden::Whose;

/// The most workloads that are asked about where nobody says which are meant.
const MOST_WORKLOADS: usize = 8;

impl Chain<'_, '_, '_> {
    /// What the model takes these workloads for, as sentences for later questions. Each is asked about once, and so are
    /// the programs that ran in it.
    pub(super) fn about(&mut self, places: &[usize]) -> String {
        let about = self.taken_for(places);
        self.look_at_processes(places, &about);
        about
    }

    /// The same of those that are meant.
    pub(super) fn about_meant(&mut self, whose: &Whose) -> String {
        let places = match whose {
            Whose::Everyone => self.workloads.first(MOST_WORKLOADS),
            Whose::ServiceAccount { namespace, name } => self.workloads.of_service_account(namespace, name),
            Whose::Workload { namespace, kind, name } => self.workloads.named(namespace, kind, name),
            Whose::User(_) => Vec::new(),
        };
        self.about(&places)
    }

    fn taken_for(&mut self, places: &[usize]) -> String {
        let mut text = String::new();
        for place in places {
            if let Some(kind) = self.taken_for_one(*place) {
                text.push_str(&format!(" The workload {} looks like {kind}.", self.workloads.title(*place)));
            }
        }
        text
    }

    fn taken_for_one(&mut self, place: usize) -> Option<&'static str> {
        if let Some(known) = self.workloads.taken_for.get(&place) {
            return *known;
        }
        let prompt = look_at_manifest::prompt(&self.workloads.outline(place));
        let kind = self.asker.ask("look-at-manifest", 0, &prompt, look_at_manifest::read)?.ok();
        self.workloads.taken_for.insert(place, kind);
        let workload = self.workloads.title(place);
        self.advice.workloads.extend(kind.map(|taken_for| TakenFor { workload, taken_for }));
        kind
    }
}

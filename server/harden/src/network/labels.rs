//! Labels by which a workload can be told for as long as it lives.

use leastwise_manifest::{Labels, Selector};
use std::collections::BTreeMap;

/// Labels with their values.
pub(super) type LabelMap = BTreeMap<String, String>;

/// Labels that controllers and tools give to single pods or revisions, to nodes, or to releases.
const PASSING: &[&str] = &[
    "app.kubernetes.io/managed-by",
    "app.kubernetes.io/version",
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name",
    "controller-revision-hash",
    "controller-uid",
    "helm.sh/chart",
    "job-name",
    "pod-template-generation",
    "pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
];

/// Whether a label stays the same for all pods of a workload, and over its revisions.
pub(super) fn is_lasting(key: &str) -> bool {
    let is_place = key.starts_with("topology.");
    let is_tool = key.ends_with("managed-by");
    !PASSING.contains(&key) && !is_place && !is_tool
}

/// Those that stay.
pub(super) fn lasting(labels: &LabelMap) -> LabelMap {
    labels
        .iter()
        .filter(|(key, _)| is_lasting(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// The same as the lenses have it.
pub(super) fn lens(labels: &LabelMap) -> Labels<'_> {
    let known = labels.iter().map(|(key, value)| (key.as_str(), Some(value.as_str()))).collect();
    Labels { known, open: false }
}

/// Whether a selector chooses pods with these labels.
pub(super) fn chooses(selector: &Selector<'_>, labels: &LabelMap) -> Option<bool> {
    selector.matches(&lens(labels))
}

/// Whether pods with `labels` have all of `asked`.
pub(super) fn has_all(labels: &LabelMap, asked: &LabelMap) -> bool {
    asked.iter().all(|(key, value)| labels.get(key) == Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A policy that asks for these is broken at the next run of a CronJob.
    #[test]
    fn labels_of_one_run_or_replica_do_not_last() {
        let label = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        let passing = [
            ("controller-uid", "0b5b734"),
            ("batch.kubernetes.io/controller-uid", "0b5b734"),
            ("job-name", "report-28618366"),
            ("batch.kubernetes.io/job-name", "report-28618366"),
            ("pod-template-hash", "7d4b9c6f5"),
            ("topology.kubernetes.io/zone", "a"),
        ];
        let labels: LabelMap = passing.into_iter().chain([("app", "report")]).map(label).collect();
        assert_eq!(lasting(&labels), LabelMap::from([label(("app", "report"))]));
    }
}

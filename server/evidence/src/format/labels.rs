use crate::REPLICA_LABELS;
use std::collections::BTreeMap;

/// The labels of a pod without those that tell replicas apart.
pub(super) fn lasting<'a>(labels: impl IntoIterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, String> {
    let is_lasting = |key: &str| !REPLICA_LABELS.contains(&key);
    let lasting = labels.into_iter().filter(|(key, _)| is_lasting(key));
    lasting.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

//! Jobs and CronJobs, for the rules that judge them.

use crate::finding::Report;
use leastwise_manifest::{Object, lookup};
use leastwise_yaml::{Field, Kind};

/// Whether the object is of the group of Jobs; where a template hides the group, the kind alone says so.
pub(super) fn is_batch(object: &Object<'_>) -> bool {
    matches!(object.api_group(), Some("batch") | None)
}

/// Whether a Job certainly has no owner that made it.
pub(super) fn is_standalone(object: &Object<'_>) -> bool {
    match lookup(object.node, &["metadata", "ownerReferences"]) {
        Field::Absent => true,
        Field::Present(entry) => {
            let is_empty =
                matches!(entry.value.kind(), Kind::Sequence) && entry.value.items().next().is_none();
            entry.value.is_null() || is_empty && !entry.value.is_open()
        }
        Field::Unknown => false,
    }
}

/// Reports the field `key` of the object's spec where it is not set.
pub(super) fn find_missing_field(object: &Object<'_>, key: &str, message: &str, report: &mut Report<'_, '_>) {
    let Some(spec) = object.node.get("spec").value() else { return };
    let is_missing = match spec.get(key) {
        Field::Absent => !spec.is_null(),
        Field::Present(entry) => entry.value.is_null(),
        Field::Unknown => false,
    };
    if is_missing {
        report.find(object.path.keys(&["spec", key]), message);
    }
}

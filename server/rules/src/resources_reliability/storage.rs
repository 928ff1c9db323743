//! How much of its node's disk a container may fill.

use super::amounts::{Bound, is_missing, may_have_resources};
use crate::finding::{Found, Report};
use leastwise_manifest::{Container, PodSpec};

const STORAGE: &str = "ephemeral-storage";

/// Reports the container where it has no limit. With one it has a request, too: Kubernetes copies it.
pub(super) fn find_unbounded<'r>(
    pod: &PodSpec<'_>,
    container: &Container<'_>,
    report: &'r mut Report<'_, '_>,
    what: &str,
) -> Option<Found<'r>> {
    let is_missing = |bound| is_missing(pod, container, bound, STORAGE, report.context());
    if !may_have_resources(container) || !is_missing(Bound::Limit) {
        return None;
    }
    let lacking = if is_missing(Bound::Request) { "limit or request" } else { "limit" };
    let path = container.path.keys(&["resources", Bound::Limit.key(), STORAGE]);
    Some(report.find(path, format!("{} {what}: it has no {STORAGE} {lacking}", container.title())))
}

//! The pods that a PodDisruptionBudget is about, for the rules that compare its thresholds with their number.

use super::scaling::{Scale, is_built_in, scale};
use leastwise_manifest::{Declared, DisruptionBudget, Labels, View, pod_specs};

/// The workloads that a budget selects.
pub(super) struct Budgeted<'w> {
    /// How many pods they run at least, together.
    pub(super) pods: i64,
    /// The first of them.
    pub(super) workload: &'w Declared,
    /// The first autoscaler among them.
    pub(super) autoscaler: Option<&'w Declared>,
}

/// The kinds of which the disruption controller knows how many pods they want.
const COUNTED: &[&str] = &["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"];

/// The pods that the budget counts. `None` where there are none, and where nobody knows how many: one workload that
/// may be selected, or of which the number is hidden, makes the whole unknown.
pub(super) fn budgeted<'w>(workspace: &View<'w>, budget: &DisruptionBudget<'_>) -> Option<Budgeted<'w>> {
    let home = budget.object.home();
    // Pods that cannot be seen may be selected, too.
    if workspace.may_hide_pods(home) {
        return None;
    }
    let mut found: Option<Budgeted<'w>> = None;
    for declared in workspace.workloads() {
        let may_be_counted = |labels: &Labels<'_>| budget.selects(labels) != Some(false);
        if !declared.home().may_be(home) || !declared.pod_labels().any(|labels| may_be_counted(&labels)) {
            continue;
        }
        let object = declared.object();
        for pod in pod_specs(&object) {
            match budget.selects(&pod.labels()) {
                Some(false) => continue,
                Some(true) if workspace.is_in(declared, home) => {}
                _ => return None,
            }
            let is_counted = object.kind().is_some_and(|kind| COUNTED.contains(&kind));
            if !is_counted || !is_built_in(object.api_group()) {
                return None;
            }
            let (pods, autoscaler) = match scale(workspace, &object) {
                Scale::Fixed(replicas) => (replicas, None),
                Scale::From(minimum, autoscaler) => (minimum, Some(autoscaler)),
                Scale::Unknown => return None,
            };
            match &mut found {
                Some(found) => {
                    found.pods = found.pods.saturating_add(pods);
                    found.autoscaler = found.autoscaler.or(autoscaler);
                }
                None => found = Some(Budgeted { pods, workload: declared, autoscaler }),
            }
        }
    }
    // What is scaled to nothing has nothing to evict.
    found.filter(|found| found.pods > 0)
}

//! What the rules on the node's namespaces share: each is one boolean of the pod that is better left out.

use crate::finding::{Fix, Report};
use leastwise_manifest::{PodSpec, Setting};
use leastwise_yaml::{Emptied, Patch};

/// Reports `field` where it is true, with a fix that removes it.
pub(super) fn find_shared(pod: &PodSpec<'_>, report: &mut Report<'_, '_>, field: &str, message: &str) {
    if let Setting::Set(true, _) = pod.boolean(&[field]) {
        let path = pod.path.key(field);
        report.find(path.clone(), message).fix(Fix::behavioural(
            format!("Remove {field}"),
            [Patch::Remove { path, emptied: Emptied::Keep }],
        ));
    }
}

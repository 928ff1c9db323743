//! Users and groups whose numbers nodes give to accounts of their own: what the rules on either share.

use super::level::titles;
use crate::finding::Report;
use leastwise_manifest::{PodSpec, Setting};

/// By convention the first number that no node gives out.
const FIRST_HIGH: i64 = 10_000;

/// Reports where `field` of a `securityContext` says, or leaves to images, that a container runs as a low `noun`.
pub(super) fn find_low(pod: &PodSpec<'_>, report: &mut Report<'_, '_>, field: &str, noun: &str) {
    // Windows knows no numbers, and those of a user namespace are others on the node.
    let has_own_users = matches!(pod.boolean(&["hostUsers"]), Setting::Set(false, _) | Setting::Unknown);
    if has_own_users || pod.is_windows() != Some(false) {
        return;
    }
    let low = |whose: &str, number: i64| {
        format!("{noun} {number} of {whose} is below {FIRST_HIGH}, where nodes have {noun}s of their own")
    };
    let containers = pod.containers();
    let mut inheriting = Vec::new();
    for container in &containers {
        match container.security_integer(&[field]) {
            Setting::Set(number, _) if number < FIRST_HIGH => {
                report.find(container.security_path(&[field]), low(&container.title(), number));
            }
            Setting::Unset => inheriting.push(container),
            Setting::Set(..) | Setting::Unknown => {}
        }
    }
    if inheriting.is_empty() {
        return;
    }
    let message = match pod.security_integer(&[field]) {
        Setting::Set(number, _) if number < FIRST_HIGH => low("the pod", number),
        Setting::Unset => format!("the image chooses the {noun} of {}", titles(&inheriting)),
        Setting::Set(..) | Setting::Unknown => return,
    };
    report.find(pod.security_path(&[field]), message);
}

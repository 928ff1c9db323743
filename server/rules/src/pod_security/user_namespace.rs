//! What a user namespace of the pod's own changes: root inside it is nobody on the node.

use crate::KubernetesVersion;
use crate::context::Context;
use leastwise_manifest::{PodSpec, Setting};

/// The first version whose profiles are lenient with such pods. Source: Pod Security Admission, `policy`.
const SINCE: KubernetesVersion = KubernetesVersion::minor(35);

/// Whether `hostUsers: false` makes the configured version's profiles lenient; `None` when nobody knows.
pub(super) fn makes_profiles_lenient(pod: &PodSpec<'_>, context: &Context<'_>) -> Option<bool> {
    if context.settings.kubernetes < SINCE {
        return Some(false);
    }
    match pod.boolean(&["hostUsers"]) {
        Setting::Set(host_users, _) => Some(!host_users),
        Setting::Unset => Some(false),
        Setting::Unknown => None,
    }
}

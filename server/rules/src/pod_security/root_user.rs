//! Who a container runs as: what the rules on root share.

use leastwise_manifest::{Container, PodSpec, Setting};

/// The field that fixes the user.
pub(super) const RUN_AS_USER: &[&str] = &["runAsUser"];

/// The field that makes the kubelet refuse to start a container as root.
pub(super) const RUN_AS_NON_ROOT: &[&str] = &["runAsNonRoot"];

/// The user that is set for a container, by itself or by its pod. Unset leaves it to the image.
pub(super) fn user<'d>(pod: &PodSpec<'d>, container: &Container<'d>) -> Setting<'d, i64> {
    container.security_integer(RUN_AS_USER).or(pod.security_integer(RUN_AS_USER))
}

/// Whether the kubelet refuses to start a container as root, by its own word or by its pod's.
pub(super) fn refuses_root<'d>(pod: &PodSpec<'d>, container: &Container<'d>) -> Setting<'d, bool> {
    container.security_boolean(RUN_AS_NON_ROOT).or(pod.security_boolean(RUN_AS_NON_ROOT))
}

/// A user is set for the container, and it is not root.
pub(super) fn is_known_not_root(pod: &PodSpec<'_>, container: &Container<'_>) -> bool {
    user(pod, container).known().is_some_and(|user| user > 0)
}

/// Root is set for the container.
pub(super) fn is_root(pod: &PodSpec<'_>, container: &Container<'_>) -> bool {
    user(pod, container).known() == Some(0)
}

//! AppArmor profiles: what the rules on them share.

use super::annotations::{APPARMOR, container_annotations, may_hide_annotations};
use super::level::Level;
use leastwise_manifest::{Container, PodSpec, Setting};

/// The field that names the kind of profile.
pub(super) const APPARMOR_TYPE: &[&str] = &["appArmorProfile", "type"];

/// What is asked of AppArmor for a container.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AppArmor {
    /// A profile.
    Confined,
    /// No confinement.
    Unconfined,
    /// Nothing.
    Unset,
    /// Nobody knows.
    Unknown,
}

/// What is asked for a container: by its own field, its pod's, or the older annotation.
pub(super) fn apparmor(pod: &PodSpec<'_>, container: &Container<'_>) -> AppArmor {
    let kind = |unconfined: bool| if unconfined { AppArmor::Unconfined } else { AppArmor::Confined };
    let own = Level::Container(container).string(APPARMOR_TYPE);
    match own.or(Level::Pod(pod).string(APPARMOR_TYPE)) {
        Setting::Set(profile, _) => kind(profile == "Unconfined"),
        Setting::Unknown => AppArmor::Unknown,
        Setting::Unset => {
            let annotations = container_annotations(pod, APPARMOR);
            match annotations.iter().find(|(name, ..)| Some(*name) == container.name()) {
                Some((_, profile, _)) => match profile.as_str() {
                    Some("") => AppArmor::Unset,
                    Some(profile) => kind(profile == "unconfined"),
                    None => AppArmor::Unknown,
                },
                None if may_hide_annotations(pod) => AppArmor::Unknown,
                None => AppArmor::Unset,
            }
        }
    }
}

//! The Pod Security Standards profile that a namespace enforces, for the rules that judge it.

use crate::Profile;
use crate::finding::{Fix, Report};
use leastwise_manifest::{Object, Setting, string};
use leastwise_yaml::Patch;

/// Where labels stand.
pub(super) const LABELS: [&str; 2] = ["metadata", "labels"];
/// The label that names the profile.
pub(super) const ENFORCE: &str = "pod-security.kubernetes.io/enforce";

/// Reports the label of a Namespace that enforces less than `wanted`, with a fix that sets it.
pub(super) fn find_below(object: &Object<'_>, report: &mut Report<'_, '_>, wanted: Profile) {
    if object.api_version() != Some("v1") {
        return;
    }
    let name = object.name().map_or("This namespace".to_owned(), |name| format!("Namespace \"{name}\""));
    let wanted_name = wanted.name();
    let message = match string(object.node, &[&LABELS[..], &[ENFORCE]].concat()) {
        Setting::Set(enforced, _) if meets(enforced, wanted) => return,
        Setting::Set(enforced, _) => {
            format!("{name} enforces \"{enforced}\" and so admits pods below the {wanted_name} profile")
        }
        Setting::Unset => {
            format!(
                "{name} enforces no profile of its own and so may admit pods below the {wanted_name} profile"
            )
        }
        Setting::Unknown => return,
    };
    let path = object.path.keys(&LABELS).key(ENFORCE);
    report.find(path.clone(), message).fix(Fix::behavioural(
        format!("Enforce the {wanted_name} profile"),
        [Patch::Set { path, value: wanted_name.into() }],
    ));
}

fn meets(enforced: &str, wanted: Profile) -> bool {
    [Profile::Baseline, Profile::Restricted]
        .into_iter()
        .any(|profile| profile >= wanted && profile.name() == enforced)
}

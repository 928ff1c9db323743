//! Whether a ServiceAccount gives its token to its pods.

use crate::finding::{Fix, Report};
use leastwise_manifest::{Object, ServiceAccount, Setting};
use leastwise_yaml::Patch;

const FIELD: &str = "automountServiceAccountToken";

/// Reports an account that gives its token, as those do that say nothing, with a fix that sets the field.
pub(super) fn find(object: &Object<'_>, report: &mut Report<'_, '_>) {
    let Some(account) = ServiceAccount::of(object) else { return };
    if !matches!(account.automount_token(), Setting::Set(true, _) | Setting::Unset) {
        return;
    }
    let name =
        object.name().map_or("This ServiceAccount".to_owned(), |name| format!("ServiceAccount \"{name}\""));
    let path = object.path.key(FIELD);
    report
        .find(path.clone(), format!("{name} gives its token to every pod that does not refuse it"))
        .missing_at(&object.path.keys(&["metadata", "name"]))
        .fix(Fix::behavioural(format!("Set {FIELD}: false"), [Patch::Set { path, value: false.into() }]));
}

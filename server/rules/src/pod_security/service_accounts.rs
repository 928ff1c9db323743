//! The ServiceAccount of a pod and the token it gets for it: what the rules on them share.

use leastwise_manifest::{Declared, PodSpec, ServiceAccount, Setting};
use leastwise_yaml::Path;

/// The field, of pods and accounts, that keeps the token away.
pub(super) const AUTOMOUNT: &str = "automountServiceAccountToken";

/// The account of pods that name none.
pub(super) const DEFAULT_ACCOUNT: &str = "default";

/// Whether a declared ServiceAccount keeps its token from pods that do not ask for one.
pub(super) fn gives_none(declared: &Declared) -> bool {
    let account = ServiceAccount::of(&declared.object());
    account.is_some_and(|account| matches!(account.automount_token(), Setting::Set(false, _)))
}

/// The ServiceAccount that the pod names, when it names one beside `default`.
pub(super) fn own_account<'d>(pod: &PodSpec<'d>) -> Option<&'d str> {
    pod.service_account().filter(|name| *name != DEFAULT_ACCOUNT)
}

/// Where the pod names its account: `serviceAccount` is the field's old name and counts where the new one is not set.
pub(super) fn account_path(pod: &PodSpec<'_>) -> Path {
    let is_set = |key: &str| matches!(pod.string(&[key]), Setting::Set(..));
    match !is_set("serviceAccountName") && is_set("serviceAccount") {
        true => pod.path.key("serviceAccount"),
        false => pod.path.key("serviceAccountName"),
    }
}

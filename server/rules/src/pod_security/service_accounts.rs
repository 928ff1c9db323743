//! The ServiceAccount of a pod and the token it gets for it: what the rules on them share.

use leastwise_manifest::{Declared, ServiceAccount, Setting};

/// The field, of pods and accounts, that keeps the token away.
pub(super) const AUTOMOUNT: &str = "automountServiceAccountToken";

/// Whether a declared ServiceAccount keeps its token from pods that do not ask for one.
pub(super) fn gives_none(declared: &Declared) -> bool {
    let account = ServiceAccount::of(&declared.object());
    account.is_some_and(|account| matches!(account.automount_token(), Setting::Set(false, _)))
}

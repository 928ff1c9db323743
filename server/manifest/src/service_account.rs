use crate::{Object, Setting, boolean};

/// A ServiceAccount.
#[derive(Clone, Debug)]
pub struct ServiceAccount<'d> {
    /// The object.
    pub object: Object<'d>,
}

impl<'d> ServiceAccount<'d> {
    /// The object as a ServiceAccount, if it is one.
    pub fn of(object: &Object<'d>) -> Option<Self> {
        let is_one = object.kind()? == "ServiceAccount" && object.api_version()? == "v1";
        is_one.then(|| Self { object: object.clone() })
    }

    /// `automountServiceAccountToken`, which pods of the account inherit.
    pub fn automount_token(&self) -> Setting<'d, bool> {
        boolean(self.object.node, &["automountServiceAccountToken"])
    }
}

//! What the objects of a workspace say about each other, as owned summaries that outlive their documents.

use crate::{Object, Setting, boolean};
use std::collections::BTreeMap;

/// The part of a ServiceAccount that pods inherit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAccount {
    /// `metadata.namespace`; `None` where the file does not say.
    pub namespace: Option<String>,
    /// `metadata.name`.
    pub name: String,
    /// `automountServiceAccountToken`; `None` when unset or unknown.
    pub automount_token: Option<bool>,
}

/// The objects known beside the one that is looked at, by the file (or other source) that declares them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workspace {
    /// In order of source, so that of two accounts of one name always the same counts.
    service_accounts: BTreeMap<String, Vec<ServiceAccount>>,
}

impl Workspace {
    /// Replaces what `source` declares. Tells whether that changed anything for others.
    pub fn update(&mut self, source: &str, objects: &[Object<'_>]) -> bool {
        let accounts: Vec<_> = objects.iter().filter_map(service_account).collect();
        let before = if accounts.is_empty() {
            self.service_accounts.remove(source).unwrap_or_default()
        } else {
            self.service_accounts.insert(source.to_owned(), accounts.clone()).unwrap_or_default()
        };
        before != accounts
    }

    /// The ServiceAccount of that name in that namespace, where `None` matches `None` alone: files that leave the
    /// namespace out are applied together.
    pub fn service_account(&self, namespace: Option<&str>, name: &str) -> Option<&ServiceAccount> {
        let mut accounts = self.service_accounts.values().flatten();
        accounts.find(|account| account.name == name && account.namespace.as_deref() == namespace)
    }
}

fn service_account(object: &Object<'_>) -> Option<ServiceAccount> {
    (object.kind()? == "ServiceAccount" && object.api_version()? == "v1").then_some(())?;
    Some(ServiceAccount {
        namespace: object.namespace().map(str::to_owned),
        name: object.name()?.to_owned(),
        automount_token: match boolean(object.node, &["automountServiceAccountToken"]) {
            Setting::Set(value, _) => Some(value),
            Setting::Unset | Setting::Unknown => None,
        },
    })
}

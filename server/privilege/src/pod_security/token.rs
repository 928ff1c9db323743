use crate::Aspect;
use crate::data::Documents;
use crate::judge::{Judge, Sides, Subject, title};
use crate::ledger::{Ledger, some_of};
use crate::power::{Power, Switch, phrase_beyond};
use crate::reading::{Input, Reading, said};
use leastwise_manifest::{Object, boolean};
use leastwise_yaml::Path;

/// Whether the pod gets a token of its service account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(crate) enum Token {
    /// It does not.
    Withheld,
    /// The service account decides, which is not known here; by default it gives one.
    LeftToServiceAccount,
    /// It does.
    Mounted,
}

impl Token {
    /// What the pod says, else what its service account says.
    pub(crate) fn effective(pod: Option<bool>, service_account: Option<bool>) -> Self {
        match pod.or(service_account) {
            Some(false) => Self::Withheld,
            Some(true) => Self::Mounted,
            None => Self::LeftToServiceAccount,
        }
    }
}

impl Power for Token {
    fn beyond(&self, other: Option<&Self>) -> Vec<String> {
        phrase_beyond(self, other, |token| match token {
            Self::Withheld => None,
            Self::LeftToServiceAccount => {
                Some("gets a token of its service account, unless that withholds it".to_owned())
            }
            Self::Mounted => Some("gets a token of its service account".to_owned()),
        })
    }

    fn is_greatest(&self) -> bool {
        *self == Self::Mounted
    }

    fn is_least(&self) -> bool {
        *self == Self::Withheld
    }
}

/// Compares a ServiceAccount with itself: whether pods that do not say get its token. What it may do is said by
/// those who grant it something, but its annotations and secrets may bring rights elsewhere.
pub(crate) fn compare_service_account<'d>(
    before: &Object<'d>,
    after: &Object<'d>,
    documents: &Documents<'d>,
    ledger: &mut Ledger,
) {
    const KEYS: &[&str] = &["automountServiceAccountToken"];
    let token = |object: &&Object<'d>| Reading {
        value: said(boolean(object.node, KEYS))
            .map(|mounted| Switch { on: mounted.unwrap_or(true), phrase: "gives its pods a token" }),
        inputs: vec![Input { node: object.node, keys: KEYS }],
        path: Path::root().keys(KEYS),
    };
    let sides = Sides::both(before, after);
    let subject = Subject { resources: sides.map(|object| object.resource()), container: None };
    Judge { ledger, documents: Some(documents), subject }.aspect(Aspect::Token, sides.map(token));
    let paths = documents.differing(before.node, after.node, &[Path::root().keys(KEYS)]);
    if !paths.is_empty() {
        let title = title(&before.resource());
        ledger.hide(true, true, format!("the meaning of {} in {title} is not judged", some_of(&paths)));
    }
}

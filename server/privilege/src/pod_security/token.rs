use crate::power::{Power, phrase_beyond};

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

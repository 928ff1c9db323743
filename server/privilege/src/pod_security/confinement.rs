//! Filters that the kernel puts around a process: seccomp, AppArmor, SELinux.

use crate::power::{Power, phrase_beyond};
use std::cmp::Ordering;

/// The filter of system calls.
///
/// Unset is below unconfined, because a kubelet with `seccompDefault` gives the runtime's profile, and above all
/// else, because others give none. A profile on the node may allow more than the runtime's or less.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seccomp {
    Unconfined,
    Unset,
    RuntimeDefault,
    Localhost(String),
}

impl PartialOrd for Seccomp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let rank = |profile: &Self| match profile {
            Self::Unconfined => 2,
            Self::Unset => 1,
            Self::RuntimeDefault | Self::Localhost(_) => 0,
        };
        match rank(self).cmp(&rank(other)) {
            Ordering::Equal => (self == other).then_some(Ordering::Equal),
            unequal => Some(unequal),
        }
    }
}

impl Power for Seccomp {
    fn beyond(&self, other: Option<&Self>) -> Vec<String> {
        phrase_beyond(self, other, |profile| match profile {
            Self::Unconfined => Some("may use every system call".to_owned()),
            Self::Unset => {
                Some("may use every system call, unless the node has a default profile".to_owned())
            }
            Self::RuntimeDefault => Some("may use the system calls of the runtime's profile".to_owned()),
            Self::Localhost(profile) => {
                Some(format!("may use the system calls of the node's profile {profile:?}"))
            }
        })
    }

    fn is_ordinary(&self) -> bool {
        matches!(self, Self::RuntimeDefault | Self::Localhost(_))
    }

    fn assumption(&self, other: &Self) -> Option<&'static str> {
        let is_unset_for_own = matches!((self, other), (Self::Unset, Self::Localhost(_)));
        is_unset_for_own.then_some("the node gives no seccomp profile where none is set")
    }

    fn is_greatest(&self) -> bool {
        *self == Self::Unconfined
    }
}

/// The AppArmor profile. Unset means the runtime's, on nodes that have AppArmor at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AppArmor {
    Unconfined,
    RuntimeDefault,
    Localhost(String),
}

impl PartialOrd for AppArmor {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            _ if self == other => Some(Ordering::Equal),
            (Self::Unconfined, _) => Some(Ordering::Greater),
            (_, Self::Unconfined) => Some(Ordering::Less),
            _ => None,
        }
    }
}

impl Power for AppArmor {
    fn beyond(&self, other: Option<&Self>) -> Vec<String> {
        phrase_beyond(self, other, |profile| match profile {
            Self::Unconfined => Some("is not confined by AppArmor".to_owned()),
            Self::RuntimeDefault => Some("may do what the runtime's AppArmor profile allows".to_owned()),
            Self::Localhost(profile) => {
                Some(format!("may do what the node's AppArmor profile {profile:?} allows"))
            }
        })
    }

    fn is_ordinary(&self) -> bool {
        *self != Self::Unconfined
    }

    fn is_greatest(&self) -> bool {
        *self == Self::Unconfined
    }
}

/// The SELinux label.
///
/// A user, role, type or level of one's own is above the runtime's: its type (`container_t`) is made to confine and
/// its level is the container's alone, while nothing is known of others. So to leave one out is narrower; two
/// different ones cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SeLinux {
    /// The type that a privileged container gets.
    Unconfined,
    /// Each part that is set, by its field's name.
    Label(Vec<(&'static str, String)>),
}

/// The parts of a label. Source: `core/v1` `SELinuxOptions`.
pub(crate) const SELINUX_PARTS: [&str; 4] = ["user", "role", "type", "level"];

impl SeLinux {
    /// The label with these parts; the runtime's own type is left out.
    pub(crate) fn label(parts: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let is_set = |(part, value): &(&str, String)| {
            !matches!((*part, value.as_str()), (_, "") | ("type", "container_t"))
        };
        Self::Label(parts.into_iter().filter(is_set).collect())
    }
}

impl Power for SeLinux {
    fn beyond(&self, other: Option<&Self>) -> Vec<String> {
        match (self, other) {
            (_, Some(Self::Unconfined)) => Vec::new(),
            (Self::Unconfined, _) => vec!["is not confined by SELinux".to_owned()],
            (Self::Label(parts), other) => {
                let others = match other {
                    Some(Self::Label(parts)) => parts.as_slice(),
                    _ => &[],
                };
                let beyond = parts.iter().filter(|part| !others.contains(part));
                beyond.map(|(part, value)| format!("has the SELinux {part} {value}")).collect()
            }
        }
    }

    fn assumption(&self, other: &Self) -> Option<&'static str> {
        let Self::Label(parts) = self else { return None };
        let goes = match other {
            Self::Label(others) => {
                parts.iter().any(|(part, _)| !others.iter().any(|(other, _)| part == other))
            }
            Self::Unconfined => false,
        };
        goes.then_some("the SELinux label of the runtime allows no more than the one that is set")
    }

    fn is_greatest(&self) -> bool {
        *self == Self::Unconfined
    }

    fn is_least(&self) -> bool {
        matches!(self, Self::Label(parts) if parts.is_empty())
    }
}

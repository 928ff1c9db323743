use crate::power::{Power, phrase_beyond};
use std::cmp::Ordering;

/// Who a container's processes run as.
///
/// Root is above all: what it may do on files, others may at most. The image's own user comes next, because the
/// manifest does not say that it is not root; then any user but root; then one user, who is no more and no less
/// than another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum User {
    /// `runAsUser: 0`.
    Root,
    /// The image's user, whoever that is.
    OfImage,
    /// The image's user, who is not root: the kubelet sees to that.
    OfImageNotRoot,
    /// This one.
    Id(i64),
}

impl User {
    /// What `runAsUser` and `runAsNonRoot` amount to.
    pub(crate) fn effective(id: Option<i64>, not_root: bool) -> Self {
        match (id, not_root) {
            // The kubelet refuses to start it; it would not be root in any case.
            (Some(0) | None, true) => Self::OfImageNotRoot,
            (Some(0), false) => Self::Root,
            (None, false) => Self::OfImage,
            (Some(id), _) => Self::Id(id),
        }
    }

    fn rank(self) -> u8 {
        match self {
            Self::Root => 3,
            Self::OfImage => 2,
            Self::OfImageNotRoot => 1,
            Self::Id(_) => 0,
        }
    }
}

impl PartialOrd for User {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Id(one), Self::Id(other)) => (one == other).then_some(Ordering::Equal),
            _ => Some(self.rank().cmp(&other.rank())),
        }
    }
}

impl Power for User {
    fn beyond(&self, other: Option<&Self>) -> Vec<String> {
        phrase_beyond(self, other, |user| match user {
            Self::Root => Some("runs as root".to_owned()),
            Self::OfImage => Some("runs as the image's user, who may be root".to_owned()),
            Self::OfImageNotRoot => Some("runs as any user but root".to_owned()),
            Self::Id(id) => Some(format!("runs as user {id}")),
        })
    }

    fn is_ordinary(&self) -> bool {
        matches!(self, Self::OfImageNotRoot | Self::Id(_))
    }

    fn assumption(&self, other: &Self) -> Option<&'static str> {
        let is_one_for_any = matches!((self, other), (Self::OfImage | Self::OfImageNotRoot, Self::Id(_)));
        is_one_for_any.then_some("the user of the image may do as much as the one that is set")
    }

    fn is_greatest(&self) -> bool {
        *self == Self::Root
    }
}

/// The primary group of a container's processes, ordered like [`User`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// `runAsGroup: 0`.
    Root,
    /// The image's group, whichever that is; most often root's.
    OfImage,
    /// This one.
    Id(i64),
}

impl Group {
    /// What `runAsGroup` amounts to.
    pub(crate) fn effective(id: Option<i64>) -> Self {
        match id {
            Some(0) => Self::Root,
            Some(id) => Self::Id(id),
            None => Self::OfImage,
        }
    }

    fn rank(self) -> u8 {
        match self {
            Self::Root => 2,
            Self::OfImage => 1,
            Self::Id(_) => 0,
        }
    }
}

impl PartialOrd for Group {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Id(one), Self::Id(other)) => (one == other).then_some(Ordering::Equal),
            _ => Some(self.rank().cmp(&other.rank())),
        }
    }
}

impl Power for Group {
    fn beyond(&self, other: Option<&Self>) -> Vec<String> {
        phrase_beyond(self, other, |group| match group {
            Self::Root => Some("runs in root's group".to_owned()),
            Self::OfImage => Some("runs in the image's group, which may be root's".to_owned()),
            Self::Id(id) => Some(format!("runs in group {id}")),
        })
    }

    fn is_ordinary(&self) -> bool {
        *self != Self::Root
    }

    fn assumption(&self, other: &Self) -> Option<&'static str> {
        let is_one_for_any = matches!((self, other), (Self::OfImage, Self::Id(_)));
        is_one_for_any.then_some("the group of the image may do as much as the one that is set")
    }

    fn is_greatest(&self) -> bool {
        *self == Self::Root
    }
}

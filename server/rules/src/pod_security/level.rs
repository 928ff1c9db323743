//! The two levels at which a security setting may stand, pod and container, and how a message says whom it is for.

use leastwise_manifest::{Container, PodSpec, Setting, lookup};
use leastwise_yaml::{Field, Kind, Path};

/// One `securityContext`: the pod's, or a container's, which counts before the pod's.
#[derive(Clone, Copy)]
pub(super) enum Level<'l, 'd> {
    Pod(&'l PodSpec<'d>),
    Container(&'l Container<'d>),
}

/// The pod's level, then that of each container.
pub(super) fn levels<'l, 'd>(
    pod: &'l PodSpec<'d>,
    containers: &'l [Container<'d>],
) -> impl Iterator<Item = Level<'l, 'd>> {
    std::iter::once(Level::Pod(pod)).chain(containers.iter().map(Level::Container))
}

impl<'d> Level<'_, 'd> {
    /// The boolean `keys` of this `securityContext`.
    pub(super) fn boolean(self, keys: &[&str]) -> Setting<'d, bool> {
        match self {
            Self::Pod(pod) => pod.security_boolean(keys),
            Self::Container(container) => container.security_boolean(keys),
        }
    }

    /// The whole number `keys` of this `securityContext`.
    pub(super) fn integer(self, keys: &[&str]) -> Setting<'d, i64> {
        match self {
            Self::Pod(pod) => pod.security_integer(keys),
            Self::Container(container) => container.security_integer(keys),
        }
    }

    /// The string `keys` of this `securityContext`.
    pub(super) fn string(self, keys: &[&str]) -> Setting<'d, &'d str> {
        match self {
            Self::Pod(pod) => pod.security_string(keys),
            Self::Container(container) => container.security_string(keys),
        }
    }

    /// The field `keys` of this `securityContext`.
    pub(super) fn field(self, keys: &[&str]) -> Field<'d> {
        match self {
            Self::Pod(pod) => lookup(pod.node, &[&["securityContext"], keys].concat()),
            Self::Container(container) => container.security(keys),
        }
    }

    /// The path of the field `keys` of this `securityContext`.
    pub(super) fn path(self, keys: &[&str]) -> Path {
        match self {
            Self::Pod(pod) => pod.security_path(keys),
            Self::Container(container) => container.security_path(keys),
        }
    }

    /// Whom its settings are for, to stand within a sentence.
    pub(super) fn title(self) -> String {
        match self {
            Self::Pod(_) => "the pod".to_owned(),
            Self::Container(container) => container.title(),
        }
    }
}

/// Whether the field is known to say nothing: it is absent, null or an empty mapping.
pub(super) fn says_nothing(field: Field<'_>) -> bool {
    match field {
        Field::Absent => true,
        Field::Unknown => false,
        Field::Present(entry) if entry.value.is_null() => true,
        Field::Present(entry) => {
            let is_whole = matches!(entry.value.kind(), Kind::Mapping) && !entry.value.is_open();
            is_whole && entry.value.entries().is_empty()
        }
    }
}

/// Names containers within a sentence, the first two of many.
pub(super) fn titles(containers: &[&Container<'_>]) -> String {
    match containers {
        [] => "no container".to_owned(),
        [only] => only.title(),
        [first, second] => format!("{} and {}", first.title(), second.title()),
        [first, second, rest @ ..] => {
            format!("{}, {} and {} more", first.title(), second.title(), rest.len())
        }
    }
}

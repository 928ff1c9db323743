use leastwise_yaml::{Entry, Field, Node};

/// What a field says, when one can know.
///
/// A null is unset, as it is for the API server. A value of another type than the field's is unknown: the API
/// server would refuse it, so it has no meaning to judge.
#[derive(Clone, Copy, Debug)]
pub enum Setting<'d, T> {
    /// It says this.
    Set(T, Entry<'d>),
    /// It is not there, or null.
    Unset,
    /// A template, broken text or a value of another type hides the answer.
    Unknown,
}

impl<'d, T> Setting<'d, T> {
    /// What it says, when it is known to say something.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Set(value, _) => Some(value),
            Self::Unset | Self::Unknown => None,
        }
    }

    /// Whether it is known to be absent or null.
    pub fn is_unset(&self) -> bool {
        matches!(self, Self::Unset)
    }

    /// Whether nobody knows.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// This setting, or `fallback` where it is unset: how a container inherits from its pod.
    #[must_use]
    pub fn or(self, fallback: Self) -> Self {
        match self {
            Self::Unset => fallback,
            known_or_unknown => known_or_unknown,
        }
    }

    pub(crate) fn read(field: Field<'d>, read: impl FnOnce(Node<'d>) -> Option<T>) -> Self {
        match field {
            Field::Present(entry) if entry.value.is_null() => Self::Unset,
            Field::Present(entry) => read(entry.value).map_or(Self::Unknown, |value| Self::Set(value, entry)),
            Field::Absent => Self::Unset,
            Field::Unknown => Self::Unknown,
        }
    }
}

/// Looks a chain of keys up, from `node` inwards.
pub fn lookup<'d>(node: Node<'d>, keys: &[&str]) -> Field<'d> {
    match keys {
        [] => Field::Unknown,
        [key] => node.get(key),
        [key, rest @ ..] => match node.get(key) {
            Field::Present(entry) => lookup(entry.value, rest),
            other => other,
        },
    }
}

/// The key of a security context in a pod spec or container.
pub(crate) const CONTEXT: &str = "securityContext";

/// Looks a chain of keys up in the `securityContext` of a pod or container.
pub(crate) fn security<'d>(holder: Node<'d>, context: &str, keys: &[&str]) -> Field<'d> {
    match holder.get(context) {
        Field::Present(context) => lookup(context.value, keys),
        other => other,
    }
}

/// The boolean at a chain of keys.
pub fn boolean<'d>(node: Node<'d>, keys: &[&str]) -> Setting<'d, bool> {
    Setting::read(lookup(node, keys), Node::as_bool)
}

/// The whole number at a chain of keys.
pub fn integer<'d>(node: Node<'d>, keys: &[&str]) -> Setting<'d, i64> {
    Setting::read(lookup(node, keys), Node::as_integer)
}

/// The text of a known scalar, whatever it means: people forget the quotes of names like `8080` or `on`. A null has
/// none.
pub(crate) fn text(node: Node<'_>) -> Option<&str> {
    node.as_text().filter(|_| !node.is_null())
}

/// The string at a chain of keys.
pub fn string<'d>(node: Node<'d>, keys: &[&str]) -> Setting<'d, &'d str> {
    Setting::read(lookup(node, keys), Node::as_str)
}

use crate::Path;

/// A value to be written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Literal {
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Text; quoted where Kubernetes would else read something different.
    String(String),
    /// A sequence.
    Sequence(Vec<Literal>),
    /// A mapping, its keys in the order they are written.
    Mapping(Vec<(String, Literal)>),
}

impl From<bool> for Literal {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<&str> for Literal {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<i64> for Literal {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

/// What happens to a mapping or sequence that a removal leaves empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Emptied {
    /// It stays, as `{}` or `[]`.
    #[default]
    Keep,
    /// It goes too, with every mapping or sequence that becomes empty by that. Items of sequences stay.
    Remove,
}

/// A change of meaning, which [`crate::apply`] turns into the least change of text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Patch {
    /// Writes a value: replaces the one that is there, else adds the key with the mappings it needs around it.
    /// An index one past the end of a sequence appends.
    Set {
        /// Where the value stands afterwards.
        path: Path,
        /// The value.
        value: Literal,
    },
    /// Removes a key with its value, or an item.
    Remove {
        /// What goes.
        path: Path,
        /// What happens to what it leaves empty.
        emptied: Emptied,
    },
}

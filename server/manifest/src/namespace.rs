/// Where an object lives, as far as its text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Namespace<'d> {
    /// In the namespace of this name.
    Named(&'d str),
    /// Wherever it is applied: objects that leave the namespace out are applied together.
    Unsaid,
    /// A template hides it.
    Unknown,
}

impl Namespace<'_> {
    /// Whether both are certainly the same namespace.
    pub fn is(self, other: Namespace<'_>) -> bool {
        match (self, other) {
            (Self::Named(one), Namespace::Named(other)) => one == other,
            (one, other) => one == Namespace::Unsaid && other == Namespace::Unsaid,
        }
    }

    /// Whether both could be the same namespace.
    pub fn may_be(self, other: Namespace<'_>) -> bool {
        match (self, other) {
            (Self::Named(one), Namespace::Named(other)) => one == other,
            _ => true,
        }
    }
}

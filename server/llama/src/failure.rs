//! What is told when something cannot be done: a kind for programs, and a message for people.

use std::fmt;

use leastwise_model::protocol::FailureKind;

/// Why a model cannot be loaded or a request not be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What kind of thing was wrong.
    pub kind: FailureKind,
    /// What was wrong, for a person.
    pub message: String,
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// llama.cpp refused or failed.
    pub(crate) fn engine(doing: &str, error: impl fmt::Display) -> Self {
        Self::new(FailureKind::Engine, format!("{doing}: {error}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// Why a computation stopped early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The request was given up.
    Cancelled,
    /// It cannot be done.
    Failed(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// What to say where nobody can have cancelled anything.
pub(crate) fn failure(stop: Stop) -> Failure {
    match stop {
        Stop::Failed(failure) => failure,
        Stop::Cancelled => Failure::engine("it cannot be measured", "it was cancelled"),
    }
}

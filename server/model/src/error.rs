//! Why there is no answer. Every kind is worth another sentence to the user, and none is worth more than one lost answer.

use std::time::Instant;

use crate::protocol::FailureKind;

/// Why a question to a model has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The caller gave up the question.
    #[error("cancelled")]
    Cancelled,
    /// No model can be asked now.
    #[error("the model is not available: {}", .0.reason)]
    Unavailable(Unavailable),
    /// The worker process ended, or was ended, while it had the question. The next question gets a new one.
    #[error("the model worker ended before it answered: {0}")]
    WorkerEnded(String),
    /// The worker answered that it cannot answer.
    #[error("{message}")]
    Refused {
        /// What kind of thing was wrong.
        kind: FailureKind,
        /// What was wrong, for a person.
        message: String,
    },
    /// The HTTP back end could not be reached, or answered with something else than a completion.
    #[error("the model server: {0}")]
    Http(String),
}

/// Why no worker can be asked, and from when on it is worth asking again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable {
    /// What went wrong, for a person.
    pub reason: String,
    /// The first moment a new worker will be tried. `None`: not before the model file changes or
    /// [`Supervisor::restart`](crate::Supervisor::restart) is called.
    pub retry_at: Option<Instant>,
}

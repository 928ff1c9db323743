//! How work that goes on in the background says what came of it, without knowing to whom.

use std::fmt;
use std::sync::Arc;

/// Whom to tell.
pub(crate) struct Tell<T>(Arc<dyn Fn(T) + Send + Sync>);

impl<T> Tell<T> {
    /// Does this with what is told.
    pub(crate) fn new(hear: impl Fn(T) + Send + Sync + 'static) -> Self {
        Self(Arc::new(hear))
    }

    /// Tells it.
    pub(crate) fn tell(&self, what: T) {
        (self.0)(what);
    }
}

impl<T> Clone for Tell<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for Tell<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Tell")
    }
}

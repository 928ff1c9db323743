use leastwise_analysis::{BaselineError, ConfigurationError};
use std::io;
use std::sync::Arc;

/// Why a file was not judged, or a folder not entered.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Problem {
    /// It cannot be read.
    #[error("{name}: {error}")]
    Unreadable { name: String, error: Arc<io::Error> },
    /// The walk through a folder stumbled.
    #[error("{0}")]
    Walk(Arc<ignore::Error>),
    /// It is larger than what is read.
    #[error("{name}: larger than {limit} MiB; not judged", limit = limit >> 20)]
    TooLarge { name: String, limit: u64 },
    /// It is Kubernetes', as far as can be seen, but no text.
    #[error("{name}:{row}:{column}: not UTF-8 from here on; not judged")]
    NotText { name: String, row: u32, column: u32 },
    /// Its configuration cannot be used.
    #[error("{0}")]
    Configuration(ConfigurationError),
    /// It is no baseline.
    #[error("{name}: {error}")]
    Baseline { name: String, error: Arc<BaselineError> },
    /// It cannot be written.
    #[error("{name}: not written: {error}")]
    Unwritable { name: String, error: Arc<io::Error> },
}

impl Problem {
    pub(crate) fn unreadable(name: &str, error: io::Error) -> Self {
        Self::Unreadable { name: name.to_owned(), error: Arc::new(error) }
    }

    pub(crate) fn unwritable(name: &str, error: io::Error) -> Self {
        Self::Unwritable { name: name.to_owned(), error: Arc::new(error) }
    }
}

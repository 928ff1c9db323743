//! Manifests beside what was seen at run time: what a role grants and nobody used, what was denied, and what is behind
//! a grant. The record is read by the rims; what it entails, [`leastwise_harden`] says.

mod around;
mod file;
mod role;

pub use file::{EvidenceFile, read_evidence};
pub(crate) use role::{findings, hover, offer, refine, usages};

use leastwise_evidence::Record;
use leastwise_harden::{Observed, Options};

/// What was seen at run time.
#[derive(Clone, Debug)]
pub struct Evidence {
    pub(crate) observed: Observed,
    record: Record,
}

impl Evidence {
    /// Reads a record once for all questions.
    pub fn new(record: Record) -> Self {
        Self { observed: Observed::of(&record, &Options::default()), record }
    }

    /// The record.
    pub fn record(&self) -> &Record {
        &self.record
    }
}

//! What was asked and answered, one file a question, for whoever wants to know why.

use crate::ask::Asked;
use std::path::PathBuf;
use std::{fs, io};

/// A folder of questions and answers, numbered in their order.
#[derive(Debug)]
pub struct TraceFolder {
    folder: PathBuf,
    written: usize,
}

impl TraceFolder {
    /// A folder, which is made where it is not there.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub fn new(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        fs::create_dir_all(&folder)?;
        Ok(Self { folder, written: 0 })
    }

    /// Writes one, as `003-create-role.json`.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&mut self, asked: &Asked) -> io::Result<()> {
        self.written += 1;
        let name = format!("{:03}-{}.json", self.written, asked.step);
        let mut text = serde_json::to_vec_pretty(asked)?;
        text.push(b'\n');
        fs::write(self.folder.join(name), text)
    }
}

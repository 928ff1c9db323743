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
    /// A folder, which is made where it is not there. Questions that are in it already stay: what is written comes after
    /// them.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub fn new(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        fs::create_dir_all(&folder)?;
        let mut written = 0;
        for entry in fs::read_dir(&folder)? {
            written = written.max(number_of(&entry?.file_name().to_string_lossy()));
        }
        Ok(Self { folder, written })
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

/// The number with which the name of a file begins.
fn number_of(name: &str) -> usize {
    name.split_once('-').and_then(|(number, _)| number.parse().ok()).unwrap_or_default()
}

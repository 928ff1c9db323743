//! What was asked and answered, one file a question, for whoever wants to know why.

use serde::Serialize;
use std::path::PathBuf;
use std::{fs, io};

/// A question, its answer and how long that took.
#[derive(Debug, Clone, Serialize)]
pub struct Asked {
    /// The step of the chain.
    pub step: &'static str,
    /// How often this question was asked before with another answer.
    pub attempt: usize,
    /// What answered.
    pub model: String,
    /// The part of the prompt that is always the same.
    pub system: String,
    /// The part of this question.
    pub user: String,
    /// The grammar of the answer.
    pub grammar: String,
    /// The answer as it came.
    pub answer: String,
    /// How long it took.
    pub seconds: f64,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "is", content = "because")]
pub enum Outcome {
    /// It was used.
    Used,
    /// It was not, for this reason.
    SentBack(String),
    /// There was none, for this reason.
    Failed(String),
}

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

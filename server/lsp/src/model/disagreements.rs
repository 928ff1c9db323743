//! The file in which the user, and no repository, wants to read where rules and model disagree.

use leastwise_analysis::{Disagreement, File, LEAST_PROBABILITY, disagreements};
use leastwise_model::{Error, Status, Supervisor, Tags};
use serde::Serialize;
use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

/// A JSON object a line, each written once in a session, however often the text is edited.
pub(super) struct DisagreementLog {
    path: PathBuf,
    written: HashSet<String>,
}

#[derive(Serialize)]
struct Entry<'a> {
    file: &'a str,
    #[serde(flatten)]
    disagreement: &'a Disagreement,
}

impl DisagreementLog {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, written: HashSet::new() }
    }

    /// Asks the detector for all that it thinks of a document, which it has just been shown, and writes where the rules
    /// think otherwise. A log that cannot be written costs nothing else.
    pub(super) fn write(
        &mut self,
        detector: &Supervisor,
        name: &str,
        file: &File,
        document: usize,
        said: &Tags,
        cancel: &AtomicBool,
    ) -> Result<(), Error> {
        let Some(placed) = file.stream().documents().get(document) else { return Ok(()) };
        let all = detector.tag(name, placed.document.source(), &[], Some(LEAST_PROBABILITY), cancel)?;
        let Status::Ready { model } = detector.status() else { return Ok(()) };
        let source = file.environment().source.as_ref();
        for disagreement in &disagreements(file, document, &model.labels, &said.tags, &all) {
            if let Err(error) = self.append(&Entry { file: source, disagreement }) {
                tracing::warn!(path = %self.path.display(), %error, "disagreements cannot be logged");
                break;
            }
        }
        Ok(())
    }

    fn append(&mut self, entry: &Entry<'_>) -> std::io::Result<()> {
        let line = serde_json::to_string(entry)? + "\n";
        if self.written.contains(&line) {
            return Ok(());
        }
        let mut file = OpenOptions::new().create(true).append(true).open(&self.path)?;
        file.write_all(line.as_bytes())?;
        self.written.insert(line);
        Ok(())
    }
}

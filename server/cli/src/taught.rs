//! The labels that were taught near the files that a model looks at, each folder read once.

use leastwise_analysis::TaughtLabels;
use leastwise_model::ModelFile;
use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Labels by folder, as far as they were taught on the detector that looks.
#[derive(Debug)]
pub(crate) struct Taught<'m> {
    model: &'m ModelFile,
    digest: Option<String>,
    by_folder: HashMap<PathBuf, Arc<TaughtLabels>>,
}

impl<'m> Taught<'m> {
    pub(crate) fn on(model: &'m ModelFile) -> Self {
        Self { model, digest: None, by_folder: HashMap::new() }
    }

    /// What counts for the file at `path`.
    pub(crate) fn of(&mut self, path: &Path) -> io::Result<Arc<TaughtLabels>> {
        let folder = path.parent().unwrap_or(path).to_owned();
        if let Some(known) = self.by_folder.get(&folder) {
            return Ok(Arc::clone(known));
        }
        let mut labels = TaughtLabels::near(path);
        if !labels.is_empty() {
            // Reading the whole model takes a moment, so it is done for those only who have taught it something.
            let digest = match self.digest.take() {
                Some(digest) => digest,
                None => self.model.digest()?,
            };
            labels = labels.on(&digest);
            self.digest = Some(digest);
        }
        let labels = Arc::new(labels);
        self.by_folder.insert(folder, Arc::clone(&labels));
        Ok(labels)
    }

    /// What is wrong with labels, each told once.
    pub(crate) fn errors(&self) -> BTreeSet<String> {
        self.by_folder.values().flat_map(|labels| &labels.errors).map(ToString::to_string).collect()
    }
}

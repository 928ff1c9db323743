//! The configuration of each folder: its nearest `.leastwise.yaml`, and the flags over it.

use crate::problem::Problem;
use leastwise_analysis::{Configuration, configuration};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What counts in a folder.
type Outcome = Result<Arc<Configuration>, Problem>;

/// Configurations by folder, each file read once.
#[derive(Debug)]
pub(crate) struct Configurations {
    flags: Configuration,
    by_folder: HashMap<PathBuf, Outcome>,
    by_file: HashMap<Option<PathBuf>, Outcome>,
}

impl Configurations {
    pub(crate) fn new(flags: Configuration) -> Self {
        Self { flags, by_folder: HashMap::new(), by_file: HashMap::new() }
    }

    /// What counts for the file at `path`.
    pub(crate) fn of(&mut self, path: &Path) -> Outcome {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let folder = path.parent().unwrap_or(&path).to_owned();
        if let Some(known) = self.by_folder.get(&folder) {
            return known.clone();
        }
        let file = configuration::find(&path);
        let flags = &self.flags;
        let outcome =
            self.by_file.entry(file).or_insert_with_key(|file| load(file.as_deref(), flags)).clone();
        self.by_folder.insert(folder, outcome.clone());
        outcome
    }

    /// The configuration files that cannot be used, in order of name.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut broken: Vec<_> =
            self.by_file.iter().filter_map(|(file, outcome)| Some((file, outcome.as_ref().err()?))).collect();
        broken.sort_by_key(|(file, _)| *file);
        broken.into_iter().map(|(_, problem)| problem.clone()).collect()
    }
}

fn load(file: Option<&Path>, flags: &Configuration) -> Outcome {
    let Some(file) = file else { return Ok(Arc::new(flags.clone())) };
    tracing::debug!(file = %file.display(), "configuration");
    let file = match std::env::current_dir() {
        Ok(here) => file.strip_prefix(&here).unwrap_or(file),
        Err(_) => file,
    };
    let base = configuration::load(file).map_err(Problem::Configuration)?;
    Ok(Arc::new(flags.clone().over(&base)))
}

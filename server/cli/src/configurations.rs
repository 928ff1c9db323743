//! The configuration of each folder: its nearest `.leastwise.yaml`, and the flags over it.

use crate::problem::Problem;
use leastwise_analysis::configuration::{self, Configuration, ConfigurationError, ConfigurationFile};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Configurations, each file read once.
#[derive(Debug)]
pub(crate) struct Configurations {
    flags: Configuration,
    by_folder: HashMap<PathBuf, Option<PathBuf>>,
    by_file: BTreeMap<PathBuf, ConfigurationFile>,
    without_file: Arc<Configuration>,
}

impl Configurations {
    pub(crate) fn new(flags: Configuration) -> Self {
        Self {
            without_file: Arc::new(flags.clone()),
            flags,
            by_folder: HashMap::new(),
            by_file: BTreeMap::new(),
        }
    }

    /// What counts for the file at `path`.
    pub(crate) fn of(&mut self, path: &Path) -> Arc<Configuration> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let folder = path.parent().unwrap_or(&path).to_owned();
        let Some(file) = self.by_folder.entry(folder).or_insert_with(|| configuration::find(&path)).clone()
        else {
            return Arc::clone(&self.without_file);
        };
        let flags = &self.flags;
        let known = self.by_file.entry(file).or_insert_with_key(|file| {
            tracing::debug!(file = %file.display(), "configuration");
            ConfigurationFile::load(file)
        });
        known.of(&path, |own| flags.clone().over(&own))
    }

    /// What is wrong in configuration files, in order of name and place. What is right in them counts.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let here = std::env::current_dir().unwrap_or_default();
        let errors = self.by_file.values().flat_map(|file| &file.errors);
        errors
            .map(|error| {
                let path = error.path.strip_prefix(&here).unwrap_or(&error.path).to_owned();
                Problem::Configuration(ConfigurationError { path, ..error.clone() })
            })
            .collect()
    }
}

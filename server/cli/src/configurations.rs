//! The configuration of each folder: its nearest `.leastwise.yaml`, and the flags over it.

use crate::problem::Problem;
use leastwise_analysis::configuration::{self, Configuration, ConfigurationError, ConfigurationFile};
use leastwise_analysis::{Evidence, EvidenceFile, read_evidence};
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
    /// What the flags say was seen at run time, in place of what configuration files say.
    given_evidence: Option<Arc<Evidence>>,
    /// What is in the files that configurations name, each list of them read once.
    evidence: HashMap<Vec<EvidenceFile>, Arc<Evidence>>,
    evidence_problems: Vec<String>,
}

impl Configurations {
    pub(crate) fn new(flags: Configuration) -> Self {
        Self {
            without_file: Arc::new(flags.clone()),
            flags,
            by_folder: HashMap::new(),
            by_file: BTreeMap::new(),
            given_evidence: None,
            evidence: HashMap::new(),
            evidence_problems: Vec::new(),
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

    /// Has all judged by this evidence.
    pub(crate) fn give_evidence(&mut self, evidence: Evidence) {
        self.given_evidence = Some(Arc::new(evidence));
    }

    /// What was seen at run time, as far as a configuration says where that stands.
    pub(crate) fn evidence(&mut self, configuration: &Configuration) -> Option<Arc<Evidence>> {
        let files = &configuration.evidence_files;
        if self.given_evidence.is_some() || files.is_empty() {
            return self.given_evidence.clone();
        }
        if let Some(known) = self.evidence.get(files) {
            return Some(Arc::clone(known));
        }
        let (evidence, problems) = read_evidence(files, &());
        self.evidence_problems.extend(problems);
        let evidence = Arc::new(evidence);
        self.evidence.insert(files.clone(), Arc::clone(&evidence));
        Some(evidence)
    }

    /// What could not be read of the evidence that configurations name.
    pub(crate) fn evidence_problems(&self) -> &[String] {
        &self.evidence_problems
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

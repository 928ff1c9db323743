//! Where model files lie on this machine. Only the user's own folders and environment are looked at, never the repository.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::catalog::MODELS;
use crate::supervisor::ModelFile;

/// The environment variable that names the model file to use instead of any other.
pub const ENVIRONMENT_VARIABLE: &str = "LEASTWISE_MODEL";

/// The folder where fetched models are kept: `leastwise/models` in the user's data folder. `None` without a home folder.
#[must_use]
pub fn data_folder() -> Option<PathBuf> {
    etcetera::choose_base_strategy().ok().map(|base| models_in(&base.data_dir()))
}

/// The folder where the developer's errands keep models: `leastwise/models` in the user's cache folder.
#[must_use]
pub fn cache_folder() -> Option<PathBuf> {
    etcetera::choose_base_strategy().ok().map(|base| models_in(&base.cache_dir()))
}

/// Where the default model may lie, the best place first. A file of the catalogue comes with its SHA-256.
#[must_use]
pub fn candidates() -> Vec<ModelFile> {
    candidates_in(
        std::env::var_os(ENVIRONMENT_VARIABLE),
        [data_folder(), cache_folder()].into_iter().flatten(),
    )
}

/// The default model: the first candidate that is a file.
#[must_use]
pub fn default_model() -> Option<ModelFile> {
    candidates().into_iter().find(|candidate| candidate.path.is_file())
}

fn models_in(base: &Path) -> PathBuf {
    base.join("leastwise").join("models")
}

fn candidates_in(named: Option<OsString>, folders: impl Iterator<Item = PathBuf>) -> Vec<ModelFile> {
    if let Some(path) = named.filter(|path| !path.is_empty()) {
        // Whoever names a file means this one, also when it is not there: then its absence is the message.
        return vec![ModelFile { path: path.into(), sha256: None }];
    }
    folders
        .flat_map(|folder| {
            MODELS.iter().map(move |model| ModelFile {
                path: folder.join(model.file),
                sha256: Some(model.sha256.to_owned()),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::SMOLLM2;

    #[test]
    fn the_named_file_is_the_only_candidate() {
        let candidates = candidates_in(Some("/models/mine.gguf".into()), std::iter::once("/data".into()));
        assert_eq!(candidates, [ModelFile { path: "/models/mine.gguf".into(), sha256: None }]);
    }

    #[test]
    fn known_files_come_with_their_digest_from_the_folders_in_order() {
        let folders = ["/data".into(), "/cache".into()];
        let candidates = candidates_in(None, folders.into_iter());
        assert_eq!(candidates.len(), 2 * MODELS.len());
        assert_eq!(candidates[0].path, Path::new("/data").join(SMOLLM2.file));
        assert_eq!(candidates[0].sha256.as_deref(), Some(SMOLLM2.sha256));
        assert!(candidates[MODELS.len()].path.starts_with("/cache"));
    }

    #[test]
    fn an_empty_variable_names_nothing() {
        assert!(!candidates_in(Some("".into()), std::iter::once("/data".into())).is_empty());
    }
}

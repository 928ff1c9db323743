//! Where model files lie on this machine. Only the user's own folders and environment are looked at, never the repository.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::catalog::{SMOLLM2, detectors};
use crate::supervisor::ModelFile;

/// The environment variable that names the detector's file to use instead of any other.
pub const ENVIRONMENT_VARIABLE: &str = "LEASTWISE_MODEL";

/// The environment variable that names the file of the model that explains.
pub const EXPLAINER_VARIABLE: &str = "LEASTWISE_EXPLAINER";

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

/// Where the detector may lie, the best place first: the default one before the small one. A file of the catalogue comes with
/// its SHA-256.
#[must_use]
pub fn detector_candidates() -> Vec<ModelFile> {
    let known = detectors().iter().map(|detector| (detector.file.as_str(), detector.sha256.as_str()));
    candidates_in(std::env::var_os(ENVIRONMENT_VARIABLE), known, &folders())
}

/// Where the model that explains may lie, the best place first, with its SHA-256.
#[must_use]
pub fn explainer_candidates() -> Vec<ModelFile> {
    let known = [(SMOLLM2.file, SMOLLM2.sha256)];
    candidates_in(std::env::var_os(EXPLAINER_VARIABLE), known.into_iter(), &folders())
}

/// The detector: the first candidate that is a file.
#[must_use]
pub fn detector() -> Option<ModelFile> {
    first_file(detector_candidates())
}

/// The model that explains: the first candidate that is a file.
#[must_use]
pub fn explainer() -> Option<ModelFile> {
    first_file(explainer_candidates())
}

/// The folders where models are looked for, the best first.
#[must_use]
pub fn folders() -> Vec<PathBuf> {
    [data_folder(), cache_folder()].into_iter().flatten().collect()
}

fn first_file(candidates: Vec<ModelFile>) -> Option<ModelFile> {
    candidates.into_iter().find(|candidate| candidate.path.is_file())
}

fn models_in(base: &Path) -> PathBuf {
    base.join("leastwise").join("models")
}

/// The named file, or else each known one, given by name and SHA-256, in each folder.
fn candidates_in<'k>(
    named: Option<OsString>,
    known: impl Iterator<Item = (&'k str, &'k str)>,
    folders: &[PathBuf],
) -> Vec<ModelFile> {
    if let Some(path) = named.filter(|path| !path.is_empty()) {
        // Whoever names a file means this one, also when it is not there: then its absence is the message.
        return vec![ModelFile { path: path.into(), sha256: None }];
    }
    known
        .flat_map(|(file, sha256)| {
            folders
                .iter()
                .map(move |folder| ModelFile { path: folder.join(file), sha256: Some(sha256.to_owned()) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [(&str, &str); 2] = [("large.gguf", "aa"), ("small.gguf", "bb")];

    fn candidates(named: Option<&str>) -> Vec<ModelFile> {
        let folders = ["/data".into(), "/cache".into()];
        candidates_in(named.map(OsString::from), KNOWN.into_iter(), &folders)
    }

    #[test]
    fn the_named_file_is_the_only_candidate() {
        let named = candidates(Some("/models/mine.gguf"));
        assert_eq!(named, [ModelFile { path: "/models/mine.gguf".into(), sha256: None }]);
    }

    #[test]
    fn a_better_model_in_a_later_folder_comes_before_a_lesser_one() {
        let file =
            |path: &str, sha256: &str| ModelFile { path: path.into(), sha256: Some(sha256.to_owned()) };
        let expected = [
            file("/data/large.gguf", "aa"),
            file("/cache/large.gguf", "aa"),
            file("/data/small.gguf", "bb"),
            file("/cache/small.gguf", "bb"),
        ];
        assert_eq!(candidates(None), expected);
    }

    #[test]
    fn an_empty_variable_names_nothing() {
        assert_eq!(candidates(Some("")), candidates(None));
    }
}

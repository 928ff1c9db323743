//! Which files the paths on the command line mean.

use crate::problem::Problem;
use ignore::{DirEntry, WalkBuilder};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Folders that hold other people's files.
const VENDORED: [&str; 2] = ["node_modules", "vendor"];

/// Something to judge.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// How it is called in output: as the user called it or the folder it was found in.
    pub(crate) name: String,
    /// Where its text comes from.
    pub(crate) origin: Origin,
    /// Where its configuration is looked for.
    pub(crate) place: PathBuf,
}

/// Where a text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    StandardInput,
    /// The user named it, so it is read whatever it is called.
    Named,
    /// It lay in a folder.
    Found,
}

/// The files that the paths mean, in order of name, each once: `-` is standard input, a folder means its YAML and
/// JSON files but for those that are hidden, ignored by git, or vendored.
pub(crate) fn sources(paths: &[PathBuf], stdin_filename: Option<&Path>) -> (Vec<Source>, Vec<Problem>) {
    let mut found = BTreeMap::new();
    let mut problems = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            let place = stdin_filename.unwrap_or(Path::new("-")).to_owned();
            let name = place.display().to_string();
            found.insert(name.clone(), Source { name, origin: Origin::StandardInput, place });
        } else if path.is_dir() {
            walk(path, &mut |entry| match entry {
                Ok(path) => add(&mut found, path, Origin::Found),
                Err(error) => problems.push(Problem::Walk(Arc::new(error))),
            });
        } else {
            add(&mut found, path, Origin::Named);
        }
    }
    (found.into_values().collect(), problems)
}

fn add(found: &mut BTreeMap<String, Source>, path: &Path, origin: Origin) {
    let name = path.strip_prefix("./").unwrap_or(path).display().to_string();
    found.entry(name.clone()).or_insert_with(|| Source { name, origin, place: path.to_owned() });
}

fn walk(folder: &Path, found: &mut dyn FnMut(Result<&Path, ignore::Error>)) {
    let is_own = |entry: &DirEntry| {
        let is_vendored = VENDORED.iter().any(|name| entry.file_name() == *name);
        entry.depth() == 0 || !(is_vendored && entry.file_type().is_some_and(|kind| kind.is_dir()))
    };
    for entry in WalkBuilder::new(folder).filter_entry(is_own).build() {
        match entry {
            Ok(entry) if is_manifest(&entry) => found(Ok(entry.path())),
            Ok(_) => {}
            Err(error) => found(Err(error)),
        }
    }
}

fn is_manifest(entry: &DirEntry) -> bool {
    let extension = entry.path().extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    !is_folder && matches!(extension.as_deref(), Some("yaml" | "yml" | "json"))
}

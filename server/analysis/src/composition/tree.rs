use crate::composition::Composition;
use leastwise_manifest::{KUSTOMIZATION_NAMES, Kustomization, PatchText};
use leastwise_yaml::parse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// As many Kustomize files as are followed; more than any honest workspace has.
const FILES: usize = 5_000;

/// All texts that are put together with others, by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compositions {
    by_path: BTreeMap<PathBuf, Arc<Composition>>,
    /// What was read, or would have been had it been there.
    sources: BTreeSet<PathBuf>,
}

/// Reads the text of a file, when it is there.
type Read<'r> = &'r dyn Fn(&Path) -> Option<String>;

impl Compositions {
    /// Follows the Kustomize files at `paths`, and those that they name.
    pub fn of(paths: impl IntoIterator<Item = PathBuf>, read: Read<'_>) -> Self {
        let mut tree = Tree { read, files: BTreeMap::new(), sources: BTreeSet::new() };
        let mut pending: Vec<PathBuf> = paths.into_iter().map(|path| normal(&path)).collect();
        while let Some(path) = pending.pop() {
            if tree.files.len() < FILES && !tree.files.contains_key(&path) {
                tree.load(&path);
                pending.extend(tree.named_by(&path));
            }
        }
        let by_path = tree.partial().map(|path| (path, Arc::new(Composition { is_partial: true })));
        Self { by_path: by_path.collect(), sources: tree.sources }
    }

    /// How the text at `path` is put together with others.
    pub fn at(&self, path: &Path) -> Arc<Composition> {
        self.by_path.get(&normal(path)).cloned().unwrap_or_default()
    }

    /// Whether another text at `path` could change this.
    pub fn depend_on(&self, path: &Path) -> bool {
        is_kustomization(path) || self.sources.contains(&normal(path))
    }
}

/// Whether a file is called as Kustomize files are.
pub fn is_kustomization(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(Kustomization::is_named)
}

/// The path without `.` and `..`, as it is written: links are not followed.
pub fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

struct Tree<'r> {
    read: Read<'r>,
    files: BTreeMap<PathBuf, Kustomization>,
    sources: BTreeSet<PathBuf>,
}

impl Tree<'_> {
    fn text(&mut self, path: &Path) -> Option<String> {
        self.sources.insert(path.to_owned());
        (self.read)(path)
    }

    fn load(&mut self, path: &Path) {
        let Some(text) = self.text(path) else { return };
        if let Some(placed) = parse(&text).documents().first() {
            self.files.insert(path.to_owned(), Kustomization::of(&placed.document));
        }
    }

    /// The Kustomize files of the folders that one names.
    fn named_by(&mut self, path: &Path) -> Vec<PathBuf> {
        let Some(file) = self.files.get(path) else { return Vec::new() };
        let folders: Vec<_> = file.resources.iter().chain(&file.components).cloned().collect();
        folders.iter().filter_map(|folder| self.kustomization_in(&beside(path, folder)?)).collect()
    }

    /// The Kustomize file of a folder. Files of other names are no folders.
    fn kustomization_in(&mut self, folder: &Path) -> Option<PathBuf> {
        let is_file = folder
            .extension()
            .is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|known| extension == *known));
        if is_file {
            return None;
        }
        KUSTOMIZATION_NAMES
            .iter()
            .map(|name| folder.join(name))
            .find(|path| self.files.contains_key(path) || self.text(path).is_some())
    }

    /// The files that are patches, and nothing else.
    fn partial(&self) -> impl Iterator<Item = PathBuf> {
        let mut patches = BTreeSet::new();
        for (path, file) in &self.files {
            patches.extend(file.patches.iter().filter_map(|patch| match &patch.text {
                PatchText::File(name) => beside(path, name),
                PatchText::Inline(_) => None,
            }));
        }
        for (path, file) in &self.files {
            for name in &file.resources {
                if let Some(whole) = beside(path, name) {
                    patches.remove(&whole);
                }
            }
        }
        patches.into_iter()
    }
}

/// What a Kustomize file at `path` means by `name`. Addresses mean nothing here: nothing is fetched.
fn beside(path: &Path, name: &str) -> Option<PathBuf> {
    let is_remote = name.contains("://") || name.contains("?ref=") || name.starts_with("git@");
    (!is_remote).then(|| normal(&path.parent().unwrap_or(path).join(name)))
}

use crate::composition::overlay::OverlayPatch;
use crate::composition::{Composition, Overlay};
use leastwise_manifest::{KUSTOMIZATION_NAMES, Kustomization, PatchText};
use leastwise_yaml::parse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// As many Kustomize files as are followed; more than any honest workspace has.
const FILES: usize = 5_000;

/// As deep as they may build on each other, and as many steps as are made from one to another.
const DEPTH: usize = 32;
const STEPS: usize = 50_000;

/// As many overlays as a base is judged with: each costs as much as the base itself.
const OVERLAYS: usize = 16;

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
        let mut by_path: BTreeMap<PathBuf, Composition> = BTreeMap::new();
        for path in tree.partial() {
            by_path.entry(path).or_default().is_partial = true;
        }
        for (path, overlays) in tree.overlays() {
            // Where one of them is not decided, nothing is known of all.
            by_path.entry(path).or_default().overlays = overlays.unwrap_or_default();
        }
        let by_path = by_path.into_iter().map(|(path, composition)| (path, Arc::new(composition)));
        Self { by_path: by_path.collect(), sources: tree.sources }
    }

    /// How the text at `path` is put together with others.
    pub fn at(&self, path: &Path) -> Arc<Composition> {
        let known = self.by_path.get(&normal(path)).cloned().unwrap_or_default();
        if is_chart_values(path) {
            Arc::new(Composition { is_chart_values: true, ..Composition::clone(&known) })
        } else {
            known
        }
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

    /// What each text that Kustomize files build on becomes; `None` where that is not decided.
    fn overlays(&mut self) -> BTreeMap<PathBuf, Option<Vec<Overlay>>> {
        let layers = self.layers();
        let mut named = BTreeSet::new();
        for path in layers.keys() {
            let file = &self.files[path];
            let folders = file.resources.iter().filter_map(|name| beside(path, name));
            // One that names itself is still the outermost.
            named.extend(folders.filter_map(|folder| self.known_in(&folder)).filter(|other| other != path));
        }
        let mut overlays = BTreeMap::new();
        let mut left = STEPS;
        for root in layers.keys().filter(|path| !named.contains(*path) && !self.files[*path].is_component) {
            let mut walk =
                Walk { tree: self, layers: &layers, root, overlays: &mut overlays, left: &mut left };
            walk.file(root, &Some(Vec::new()), &mut Vec::new());
        }
        if left == 0 { BTreeMap::new() } else { overlays }
    }

    /// The patches of each Kustomize file, those of its components before its own.
    fn layers(&mut self) -> BTreeMap<PathBuf, Layer> {
        let paths: Vec<_> = self.files.keys().cloned().collect();
        paths.into_iter().map(|path| (path.clone(), self.layer(&path, DEPTH))).collect()
    }

    fn layer(&mut self, path: &Path, depth: usize) -> Layer {
        let file = self.files.get(path).filter(|file| !file.is_opaque && depth > 0)?.clone();
        let mut patches = Vec::new();
        for name in &file.components {
            let component = self.known_in(&beside(path, name)?)?;
            patches.extend(self.layer(&component, depth - 1)?);
        }
        for patch in file.patches {
            let text = match patch.text {
                PatchText::Inline(text) => text,
                PatchText::File(name) => self.text(&beside(path, &name)?)?,
            };
            let documents =
                parse(&text).documents().iter().map(|placed| Arc::clone(&placed.document)).collect();
            patches.push(Arc::new(OverlayPatch { target: patch.target, documents }));
        }
        Some(patches)
    }

    fn known_in(&self, folder: &Path) -> Option<PathBuf> {
        KUSTOMIZATION_NAMES.iter().map(|name| folder.join(name)).find(|path| self.files.contains_key(path))
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

/// What a Kustomize file changes, in order; `None` where that is not decided.
type Layer = Option<Vec<Arc<OverlayPatch>>>;

/// From one Kustomize file that nobody builds on to all texts that it builds on.
struct Walk<'w, 'r> {
    tree: &'w Tree<'r>,
    layers: &'w BTreeMap<PathBuf, Layer>,
    root: &'w Path,
    overlays: &'w mut BTreeMap<PathBuf, Option<Vec<Overlay>>>,
    left: &'w mut usize,
}

impl Walk<'_, '_> {
    /// Follows a Kustomize file; `outer` is what those change that build on it, `above` are those.
    fn file(&mut self, path: &Path, outer: &Layer, above: &mut Vec<PathBuf>) {
        let Some(file) = self.tree.files.get(path) else { return };
        if above.len() >= DEPTH || above.iter().any(|other| other == path) {
            return;
        }
        let own = self.layers.get(path).cloned().flatten();
        let patches = own.zip(outer.clone()).map(|(own, outer)| own.into_iter().chain(outer).collect());
        above.push(path.to_owned());
        for resource in file.resources.iter().filter_map(|name| beside(path, name)) {
            if *self.left == 0 {
                break;
            }
            *self.left -= 1;
            match self.tree.known_in(&resource) {
                Some(folder) => self.file(&folder, &patches, above),
                None => self.reach(resource, patches.clone()),
            }
        }
        above.pop();
    }

    fn reach(&mut self, text: PathBuf, patches: Layer) {
        let overlay = patches.map(|patches| Overlay { name: name(self.root, &text), patches });
        let known = self.overlays.entry(text).or_insert_with(|| Some(Vec::new()));
        *known = known.take().zip(overlay).map(|(mut known, overlay)| {
            known.push(overlay);
            known
        });
        if known.as_ref().is_some_and(|known| known.len() > OVERLAYS) {
            *known = None;
        }
    }
}

/// The folder of an overlay, as it is called from where it parts from the text's.
fn name(root: &Path, text: &Path) -> String {
    let folder = root.parent().unwrap_or(root);
    let shared = folder.components().zip(text.components()).take_while(|(one, other)| one == other).count();
    let name: PathBuf = folder.components().skip(shared).collect();
    if name.as_os_str().is_empty() { "its kustomization".to_owned() } else { name.display().to_string() }
}

/// What a Kustomize file at `path` means by `name`. Addresses mean nothing here: nothing is fetched.
fn beside(path: &Path, name: &str) -> Option<PathBuf> {
    let is_remote = name.contains("://") || name.contains("?ref=") || name.starts_with("git@");
    (!is_remote).then(|| normal(&path.parent().unwrap_or(path).join(name)))
}

/// Whether a file holds values of a Helm chart: by its name, with a `Chart.yaml` beside or above it.
pub fn is_chart_values(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_named = name.starts_with("values") && (name.ends_with(".yaml") || name.ends_with(".yml"));
    is_named && path.ancestors().skip(1).take(3).any(|folder| folder.join("Chart.yaml").is_file())
}

//! The objects of files and folders, for the commands that compare them as a whole.

use crate::problem::Problem;
use crate::sources::{Source, sources};
use crate::text::Encoding;
use crate::{progress, text};
use leastwise_manifest::{Object, Resource, objects, place};
use leastwise_text::{Buffer, Overlap, TextEdit};
use leastwise_yaml::{Document, Path, Stream};
use rayon::prelude::*;
use std::collections::HashMap;
use std::path::PathBuf;

/// All objects of some files.
#[derive(Debug, Default)]
pub(crate) struct Manifests {
    files: Vec<Manifest>,
    /// Where the objects stand that are called so, in order: file, document and path.
    places: HashMap<Resource, Vec<(usize, usize, Path)>>,
    /// What could not be read, and why.
    pub(crate) problems: Vec<Problem>,
}

/// A file with objects.
#[derive(Debug)]
struct Manifest {
    source: Source,
    encoding: Encoding,
    buffer: Buffer,
    stream: Stream,
}

/// A file whose documents were changed.
#[derive(Debug)]
pub(crate) struct Rewritten<'m> {
    pub(crate) source: &'m Source,
    pub(crate) encoding: Encoding,
    pub(crate) before: String,
    pub(crate) after: String,
}

/// A place in a file, counted from one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Standing {
    pub(crate) name: String,
    pub(crate) row: u32,
    pub(crate) column: u32,
}

impl Manifests {
    /// Reads the files that the paths mean, as `check` does. Those without Kubernetes objects are left in peace.
    pub(crate) fn read(paths: &[PathBuf]) -> Self {
        let (sources, problems) = sources(paths, None);
        let bar = progress::bar(sources.len(), "Reading");
        let outcomes: Vec<_> = sources
            .into_par_iter()
            .map(|source| {
                bar.inc(1);
                let decoded = text::read(&source)?;
                let stream = leastwise_yaml::parse(&decoded.text);
                if stream.documents().iter().all(|placed| is_foreign(&placed.document)) {
                    return Ok(None);
                }
                match decoded.broken {
                    Some((row, column)) => Err(Problem::NotText { name: source.name, row, column }),
                    None => {
                        let (encoding, buffer) = (decoded.encoding, Buffer::new(&decoded.text));
                        Ok(Some(Manifest { source, encoding, buffer, stream }))
                    }
                }
            })
            .collect();
        bar.finish_and_clear();
        let mut manifests = Self { problems, ..Self::default() };
        for outcome in outcomes {
            match outcome {
                Ok(manifest) => manifests.files.extend(manifest),
                Err(problem) => manifests.problems.push(problem),
            }
        }
        for (file, manifest) in manifests.files.iter().enumerate() {
            for (document, placed) in manifest.stream.documents().iter().enumerate() {
                for object in objects(&placed.document) {
                    let places = manifests.places.entry(object.resource()).or_default();
                    places.push((file, document, object.path));
                }
            }
        }
        manifests
    }

    /// The objects in order of file and place.
    pub(crate) fn objects(&self) -> Vec<Object<'_>> {
        self.documents().flat_map(|(_, placed)| objects(&placed.document)).collect()
    }

    /// What is not YAML, in words with file and line.
    pub(crate) fn errors(&self) -> Vec<String> {
        let errors = self.documents().flat_map(|(manifest, placed)| {
            placed.document.errors().iter().map(move |error| {
                let place = manifest.buffer.place(error.range.start() + placed.offset);
                format!(
                    "{}:{}:{}: not read here: {}",
                    manifest.source.name, place.row, place.column, error.message
                )
            })
        });
        errors.collect()
    }

    /// Where a path of an object stands. `None` where no object is called so.
    pub(crate) fn find(&self, resource: &Resource, path: &Path) -> Option<Standing> {
        let placed = |(file, document, object): &(usize, usize, Path)| {
            let manifest = self.files.get(*file)?;
            Some((manifest, manifest.stream.documents().get(*document)?, object.join(path)))
        };
        // Of objects of one name the last counts, but it may not have what is looked for.
        let named: Vec<_> = self.places.get(resource)?.iter().rev().filter_map(placed).collect();
        let has_path = named.iter().position(|(_, placed, path)| placed.document.at(path).is_some());
        let (manifest, placed, path) = named.get(has_path.unwrap_or_default())?;
        let start = place(&placed.document, path).range.start() + placed.offset;
        let place = manifest.buffer.place(start);
        Some(Standing { name: manifest.source.name.clone(), row: place.row, column: place.column })
    }

    /// The documents in order of file and place.
    pub(crate) fn texts(&self) -> Vec<&Document> {
        self.documents().map(|(_, placed)| &*placed.document).collect()
    }

    /// The files with changes of some of their documents, which are counted as [`texts`](Self::texts) does.
    pub(crate) fn rewritten(&self, changes: &[(usize, &[TextEdit])]) -> Result<Vec<Rewritten<'_>>, Overlap> {
        let (mut rewritten, mut first) = (Vec::new(), 0);
        for manifest in &self.files {
            let placed = manifest.stream.documents();
            let own = changes.iter().filter_map(|(document, edits)| {
                let offset = placed.get(document.checked_sub(first)?)?.offset;
                Some(edits.iter().map(move |edit| TextEdit { range: edit.range + offset, ..edit.clone() }))
            });
            let edits: Vec<_> = own.flatten().collect();
            first += placed.len();
            if edits.is_empty() {
                continue;
            }
            let before = manifest.buffer.text();
            let after = leastwise_text::apply(&before, &edits)?;
            rewritten.push(Rewritten {
                source: &manifest.source,
                encoding: manifest.encoding,
                before,
                after,
            });
        }
        Ok(rewritten)
    }

    fn documents(&self) -> impl Iterator<Item = (&Manifest, &leastwise_yaml::PlacedDocument)> {
        self.files
            .iter()
            .flat_map(|manifest| manifest.stream.documents().iter().map(move |placed| (manifest, placed)))
    }
}

/// Whether a document holds no Kubernetes objects. One that is broken where they would be seen may.
fn is_foreign(document: &Document) -> bool {
    let may_be_broken_object = || !document.errors().is_empty() && document.source().contains("apiVersion");
    objects(document).is_empty() && !may_be_broken_object()
}

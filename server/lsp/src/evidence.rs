//! What was seen at run time, from the files that settings name: read in the background, and again when they change.

use crate::event::{Event, Events};
use leastwise_analysis::{Configuration, Evidence, EvidenceFile, read_evidence};
use leastwise_evidence::Watch;
use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// When a file was written and how long it is: enough to notice a change.
type Stamp = Option<(SystemTime, u64)>;

/// The evidence in use, by the files that it is read from.
#[derive(Debug, Default)]
pub(crate) struct Evidences {
    known: HashMap<Vec<EvidenceFile>, Known>,
    /// What the user has been told.
    told: BTreeSet<String>,
}

#[derive(Debug)]
struct Known {
    evidence: Option<Arc<Evidence>>,
    stamps: Vec<Stamp>,
    is_reading: bool,
}

/// What was read.
pub(crate) struct Read {
    files: Vec<EvidenceFile>,
    evidence: Arc<Evidence>,
    problems: Vec<String>,
}

impl Read {
    /// What came of it, in words.
    pub(crate) fn summary(&self) -> String {
        format!("{} different requests", self.evidence.record().requests.len())
    }
}

impl Evidences {
    /// The evidence by which a file is judged, as far as it has been read. What an editor's setting names must lie in
    /// the folder of the workspace that holds the file.
    pub(crate) fn of(
        &mut self,
        configuration: &Configuration,
        path: Option<&Path>,
        folders: &[PathBuf],
    ) -> Option<Arc<Evidence>> {
        let files = files(configuration, path, folders, &mut self.told);
        if files.is_empty() {
            return None;
        }
        let new = Known { evidence: None, stamps: Vec::new(), is_reading: false };
        self.known.entry(files).or_insert(new).evidence.clone()
    }

    /// Begins to read what has never been read, or has changed since. Whether anything has begun.
    pub(crate) fn read(&mut self, events: &Events) -> bool {
        let mut has_begun = false;
        for (files, known) in &mut self.known {
            let stamps: Vec<_> = files.iter().map(|file| stamp(&file.path())).collect();
            if known.is_reading || (known.evidence.is_some() && known.stamps == stamps) {
                continue;
            }
            (known.stamps, known.is_reading) = (stamps, true);
            has_begun |= begin(files.clone(), events);
        }
        has_begun
    }

    /// Takes over what was read, and answers what is to be told of it: each thing once.
    pub(crate) fn take(&mut self, read: Read) -> Vec<String> {
        if let Some(known) = self.known.get_mut(&read.files) {
            known.is_reading = false;
            known.evidence = Some(read.evidence);
        }
        read.problems.into_iter().filter(|problem| self.told.insert(problem.clone())).collect()
    }

    /// Whether anything is still being read.
    pub(crate) fn is_reading(&self) -> bool {
        self.known.values().any(|known| known.is_reading)
    }
}

fn files(
    configuration: &Configuration,
    path: Option<&Path>,
    folders: &[PathBuf],
    told: &mut BTreeSet<String>,
) -> Vec<EvidenceFile> {
    if !configuration.evidence_files.is_empty() || configuration.evidence.is_empty() {
        return configuration.evidence_files.clone();
    }
    let holding = folders.iter().filter(|folder| path.is_some_and(|path| path.starts_with(folder)));
    let Some(folder) = holding.max_by_key(|folder| folder.as_os_str().len()) else { return Vec::new() };
    let mut files = Vec::new();
    for name in &configuration.evidence {
        match EvidenceFile::within(folder, name) {
            Ok(file) => files.push(file),
            Err(why) => {
                if told.insert(why.clone()) {
                    tracing::warn!("{why}");
                }
            }
        }
    }
    files
}

fn stamp(path: &Path) -> Stamp {
    std::fs::metadata(path).and_then(|metadata| Ok((metadata.modified()?, metadata.len()))).ok()
}

/// Reads in a thread of its own: a log may be large. Whether that has begun.
fn begin(files: Vec<EvidenceFile>, events: &Events) -> bool {
    let events = events.clone();
    let reading = std::thread::Builder::new().name("evidence".to_owned()).spawn(move || {
        // Whoever waits for this must hear of its end.
        let read = catch_unwind(AssertUnwindSafe(|| read_evidence(&files, &() as &dyn Watch)));
        let (evidence, problems) = read.unwrap_or_else(|_| {
            let problem = "the evidence could not be read. Please report this.".to_owned();
            (Evidence::new(leastwise_evidence::Record::default()), vec![problem])
        });
        events.send(Event::Evidence(Read { files, evidence: Arc::new(evidence), problems }));
    });
    if let Err(error) = &reading {
        tracing::error!(%error, "cannot read evidence");
    }
    reading.is_ok()
}

//! What was seen at run time, from the files that settings name: read in the background, and again when they change.

mod status;

pub(crate) use status::{EvidenceChanged, EvidenceChangedParams, EvidenceParams, EvidenceStatus};

use crate::tell::Tell;
use leastwise_analysis::{Configuration, Evidence, EvidenceFile, read_evidence};
use leastwise_evidence::Watch;
use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// When a file was written and how long it is: enough to notice a change.
type Stamp = Option<(SystemTime, u64)>;

/// The evidence in use, by the files that it is read from.
#[derive(Debug, Default)]
pub(crate) struct Evidences {
    known: HashMap<Vec<EvidenceFile>, Known>,
    /// What the user has been told.
    told: BTreeSet<String>,
    /// What the user is still to be told of the settings.
    faults: Vec<String>,
}

#[derive(Debug, Default)]
struct Known {
    evidence: Option<Arc<Evidence>>,
    stamps: Vec<Stamp>,
    is_reading: bool,
    /// It has changed while it was read.
    is_outdated: bool,
    /// How long the last reading took.
    took: Duration,
    /// What could not be read of it.
    problems: Vec<String>,
}

/// What was read.
pub(crate) struct Read {
    files: Vec<EvidenceFile>,
    evidence: Arc<Evidence>,
    problems: Vec<String>,
    took: Duration,
}

impl Read {
    /// What came of it, in words.
    pub(crate) fn summary(&self) -> String {
        let record = self.evidence.record();
        let parts = [
            (record.requests.len(), "request"),
            (record.connections.len(), "connection"),
            (record.containers.len(), "container"),
        ];
        let known = parts.iter().filter(|(count, _)| *count > 0);
        let words: Vec<_> = known
            .map(|(count, thing)| format!("{count} {thing}{}", if *count == 1 { "" } else { "s" }))
            .collect();
        if words.is_empty() { "nothing was seen".to_owned() } else { words.join(", ") }
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
        let files = self.files(configuration, path, folders);
        if files.is_empty() {
            return None;
        }
        self.known.entry(files).or_default().evidence.clone()
    }

    /// What a user may know of the evidence by which a file is judged.
    pub(crate) fn status(
        &mut self,
        configuration: &Configuration,
        path: Option<&Path>,
        folders: &[PathBuf],
    ) -> EvidenceStatus {
        let files = self.files(configuration, path, folders);
        let Some(known) = self.known.get(&files) else { return EvidenceStatus::of(0, None, false, &[]) };
        EvidenceStatus::of(files.len(), known.evidence.as_deref(), known.is_reading, &known.problems)
    }

    /// Begins to read what has never been read. Whether anything has begun.
    pub(crate) fn read_new(&mut self, done: &Tell<Read>) -> bool {
        self.read(done, |known| known.evidence.is_none())
    }

    /// Begins to read what has never been read, or has changed since. Whether anything has begun.
    pub(crate) fn read_changed(&mut self, done: &Tell<Read>) -> bool {
        self.read(done, |_| true)
    }

    fn read(&mut self, done: &Tell<Read>, is_meant: impl Fn(&Known) -> bool) -> bool {
        let mut has_begun = false;
        for (files, known) in self.known.iter_mut().filter(|(_, known)| is_meant(known)) {
            let stamps: Vec<_> = files.iter().map(|file| stamp(&file.path())).collect();
            if known.stamps == stamps && (known.is_reading || known.evidence.is_some()) {
                continue;
            }
            known.stamps = stamps;
            if known.is_reading {
                known.is_outdated = true;
            } else {
                known.is_reading = begin(files.clone(), Duration::ZERO, done);
                has_begun |= known.is_reading;
            }
        }
        has_begun
    }

    /// Takes over what was read, and answers what is to be told of it: each thing once. What has changed meanwhile is
    /// read again, after a pause: of a log that never rests, half of the time is enough.
    pub(crate) fn take(&mut self, read: Read, done: &Tell<Read>) -> Vec<String> {
        if let Some(known) = self.known.get_mut(&read.files) {
            (known.evidence, known.took) = (Some(read.evidence), read.took);
            known.problems.clone_from(&read.problems);
            known.is_reading =
                std::mem::take(&mut known.is_outdated) && begin(read.files.clone(), known.took, done);
        }
        read.problems.into_iter().filter(|problem| self.told.insert(problem.clone())).collect()
    }

    /// What was wrong with the settings since this was last asked.
    pub(crate) fn faults(&mut self) -> Vec<String> {
        std::mem::take(&mut self.faults)
    }

    /// Whether anything is still being read.
    pub(crate) fn is_reading(&self) -> bool {
        self.known.values().any(|known| known.is_reading)
    }

    fn files(
        &mut self,
        configuration: &Configuration,
        path: Option<&Path>,
        folders: &[PathBuf],
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
                    let fault = format!("setting {}.evidence: {why}", crate::NAME);
                    if self.told.insert(fault.clone()) {
                        self.faults.push(fault);
                    }
                }
            }
        }
        files
    }
}

fn stamp(path: &Path) -> Stamp {
    std::fs::metadata(path).and_then(|metadata| Ok((metadata.modified()?, metadata.len()))).ok()
}

/// Reads in a thread of its own, after a pause: a log may be large. Whether that has begun.
fn begin(files: Vec<EvidenceFile>, pause: Duration, done: &Tell<Read>) -> bool {
    let done = done.clone();
    let reading = std::thread::Builder::new().name("evidence".to_owned()).spawn(move || {
        std::thread::sleep(pause);
        let start = Instant::now();
        // Whoever waits for this must hear of its end.
        let read = catch_unwind(AssertUnwindSafe(|| read_evidence(&files, &() as &dyn Watch)));
        let (evidence, problems) = read.unwrap_or_else(|_| {
            let problem = "the evidence could not be read. Please report this.".to_owned();
            (Evidence::new(leastwise_evidence::Record::default()), vec![problem])
        });
        done.tell(Read { files, evidence: Arc::new(evidence), problems, took: start.elapsed() });
    });
    if let Err(error) = &reading {
        tracing::error!(%error, "cannot read evidence");
    }
    reading.is_ok()
}

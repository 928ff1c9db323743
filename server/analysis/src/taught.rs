//! Labels that were taught: where their files lie, what is wrong in them, and what they say. They are data alone, as rules'
//! settings are: none chooses a program, a model or an address.

use crate::Sighting;
use crate::configuration::FILE_NAME;
use leastwise_model::protocol::Probe;
use leastwise_model::teach::{BrokenLabel, MAX_FILE_BYTES, Outline, TaughtLabel};
use leastwise_model::{Tag, Tags};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Where the files lie, from the folder of the configuration on.
const FOLDER: &str = ".leastwise/labels";
/// The most labels of a folder that count. Each costs a little for every line.
pub(crate) const MOST_LABELS: usize = 64;

/// The labels of a folder, in order of name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaughtLabels {
    /// Those that can be used.
    pub labels: Vec<TaughtLabel>,
    /// What is wrong. It costs that label alone.
    pub errors: Vec<TaughtLabelError>,
    folder: PathBuf,
}

/// Why a label is not used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct TaughtLabelError {
    /// Its file, or the folder.
    pub path: PathBuf,
    reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Reason {
    #[error("the taught label is not used: {0}")]
    Broken(#[from] BrokenLabel),
    #[error("the taught label is not used: it was taught on another model; teach it again")]
    OtherDetector,
    #[error("the taught label is not used: it calls itself \"{0}\"")]
    OtherName(String),
    #[error("the taught label is not used: it is larger than {MAX_FILE_BYTES} bytes")]
    TooLarge,
    #[error("only the first {MOST_LABELS} taught labels are used")]
    TooMany,
    #[error("{0}")]
    Unreadable(String),
}

/// Where the label of that name is stored for those who work in `folder`: where labels lie already or a configuration is, in
/// the folder or the nearest above it, else in the folder itself.
pub fn taught_label_file(folder: &Path, name: &str) -> PathBuf {
    let is_home = |folder: &&Path| folder.join(FOLDER).is_dir() || folder.join(FILE_NAME).is_file();
    let home = folder.ancestors().find(is_home).unwrap_or(folder);
    file_in(&home.join(FOLDER), name)
}

fn file_in(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.json"))
}

impl TaughtLabels {
    /// The labels that count for the file at `path`: those of the nearest folder that has any, from the file's upwards.
    pub fn near(path: &Path) -> Self {
        folder_near(path).map_or_else(Self::default, |folder| Self::of(&folder))
    }

    /// The labels in a folder.
    fn of(folder: &Path) -> Self {
        let mut taught = Self { folder: folder.to_owned(), ..Self::default() };
        let mut files = match files(folder) {
            Ok(files) => files,
            Err(error) => {
                taught.fault(folder, Reason::Unreadable(error.to_string()));
                return taught;
            }
        };
        if files.len() > MOST_LABELS {
            files.truncate(MOST_LABELS);
            taught.fault(folder, Reason::TooMany);
        }
        for file in files {
            match read(&file) {
                Ok(label) => taught.labels.push(label),
                Err(reason) => taught.fault(&file, reason),
            }
        }
        taught
    }

    /// Leaves out those that were taught on another detector than the one of this SHA-256.
    #[must_use]
    pub fn on(mut self, detector: &str) -> Self {
        let (own, others): (Vec<_>, Vec<_>) =
            self.labels.into_iter().partition(|label| label.detector.eq_ignore_ascii_case(detector));
        self.labels = own;
        for label in others {
            let file = file_in(&self.folder, &label.name);
            self.fault(&file, Reason::OtherDetector);
        }
        self
    }

    /// Whether there is nothing to say or to use.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.errors.is_empty()
    }

    /// The label of that name.
    pub fn get(&self, name: &str) -> Option<&TaughtLabel> {
        self.labels.iter().find(|label| label.name == name)
    }

    /// What the detector computes beside its own labels.
    pub fn probes(&self) -> Vec<Probe> {
        self.labels.iter().filter_map(TaughtLabel::probe).collect()
    }

    /// Judges what the detector computed beside its own labels by the words of the lines, too, and adds what the labels tell
    /// that have a pattern, as far as the text was judged. What is not taught stays as it is.
    pub fn settle(&self, text: &str, Tags { tags, judged_lines }: Tags) -> Tags {
        let lines: Vec<&str> = text.split('\n').collect();
        let settled = tags.into_iter().filter_map(|tag| {
            let Some(label) = self.get(&tag.label) else { return Some(tag) };
            let probability = label.probability(tag.probability, &lines, tag.line as usize)?;
            Some(Tag { probability, ..tag })
        });
        let mut tags: Vec<Tag> = settled.collect();
        if self.labels.iter().any(|label| label.pattern.is_some()) {
            let outline = Outline::of(text);
            let told = self.labels.iter().flat_map(|label| label.tags(&outline));
            tags.extend(told.filter(|tag| tag.line < judged_lines));
            tags.sort_by_key(|tag| tag.line);
        }
        Tags { tags, judged_lines }
    }

    /// Gives what was seen the words of its label, where that was taught.
    pub fn put_words(&self, sightings: &mut [Sighting]) {
        for sighting in sightings {
            if let Some(label) = self.get(&sighting.label) {
                sighting.message = label.message();
            }
        }
    }

    fn fault(&mut self, path: &Path, reason: Reason) {
        self.errors.push(TaughtLabelError { path: path.to_owned(), reason });
    }
}

fn folder_near(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.ancestors().skip(1).map(|folder| folder.join(FOLDER)).find(|folder| folder.is_dir())
}

/// The files of the labels that count for the file at `path`. What cannot be looked into has none.
pub(crate) fn files_near(path: &Path) -> Vec<PathBuf> {
    folder_near(path).and_then(|folder| files(&folder).ok()).unwrap_or_default()
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read(path: &Path) -> Result<TaughtLabel, Reason> {
    let unreadable = |error: io::Error| Reason::Unreadable(error.to_string());
    // A pipe or a device would be waited for.
    if !path.is_file() {
        return Err(Reason::Unreadable("it is no file".to_owned()));
    }
    let mut text = String::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text).map_err(unreadable)?;
    if text.len() as u64 > MAX_FILE_BYTES {
        return Err(Reason::TooLarge);
    }
    let label = TaughtLabel::read(&text)?;
    match path.file_stem() {
        Some(stem) if *stem == *label.name => Ok(label),
        _ => Err(Reason::OtherName(label.name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_model::protocol::LineState;
    use leastwise_model::teach::{Example, ExampleDocument, Whitening, learn};
    use std::collections::BTreeSet;

    /// A label that was really learned, if from little.
    fn label(name: &str, detector: char) -> TaughtLabel {
        let file = |number: f32| {
            let states = vec![LineState { line: 0, state: vec![number] }];
            let document = ExampleDocument { text: "a: 1".to_owned(), states, marked: BTreeSet::new() };
            Example { is_bad: number > 0.0, documents: vec![document] }
        };
        let whitening = Whitening::new(vec![0.0], vec![1.0]).unwrap();
        let lesson = learn(name, &[8.0, 9.0, -8.0, -9.0].map(file), &whitening).unwrap();
        TaughtLabel::new(name, Some("Ours alone"), &detector.to_string().repeat(64), &lesson)
    }

    fn write(path: &Path, text: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn names(taught: &TaughtLabels) -> Vec<&str> {
        taught.labels.iter().map(|label| label.name.as_str()).collect()
    }

    #[test]
    fn the_nearest_folder_counts_and_one_stores_beside_the_configuration() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("a/b");
        std::fs::create_dir_all(&inner).unwrap();
        write(&root.path().join(FILE_NAME), "");
        let path = taught_label_file(&inner, "ours");
        assert_eq!(path, root.path().join(".leastwise/labels/ours.json"));
        write(&path, &label("ours", 'a').text());
        assert_eq!(names(&TaughtLabels::near(&inner.join("pod.yaml"))), ["ours"]);
        write(&inner.join(".leastwise/labels/theirs.json"), &label("theirs", 'a').text());
        assert_eq!(names(&TaughtLabels::near(&inner.join("pod.yaml"))), ["theirs"]);
        assert_eq!(taught_label_file(&inner, "x"), inner.join(".leastwise/labels/x.json"));
        assert!(TaughtLabels::near(&root.path().join("a/pod.yaml")).get("ours").is_some());
    }

    #[test]
    fn what_is_wrong_with_a_file_is_told_and_costs_that_label_alone() {
        let root = tempfile::tempdir().unwrap();
        let file = |name: &str| root.path().join(".leastwise/labels").join(name);
        write(&file("ours.json"), &label("ours", 'a').text());
        write(&file("other.json"), &label("another", 'a').text());
        write(&file("older.json"), &label("older", 'b').text());
        write(&file("broken.json"), "{\"version\": 1,\n \"name\": }");
        write(&file("large.json"), &" ".repeat(usize::try_from(MAX_FILE_BYTES).unwrap() + 1));
        write(&file("notes.txt"), "left in peace");
        std::fs::create_dir(file("folder.json")).unwrap();
        let taught = TaughtLabels::near(&root.path().join("pod.yaml")).on(&"a".repeat(64));
        assert_eq!(names(&taught), ["ours"]);
        assert_eq!(taught.probes().len(), 1);
        let told: Vec<String> = taught.errors.iter().map(ToString::to_string).collect();
        for (name, words) in [
            ("broken.json", ": 2:10: expected value"),
            ("folder.json", "no file"),
            ("large.json", "larger than"),
            ("older.json", "teach it again"),
            ("other.json", "calls itself \"another\""),
        ] {
            assert!(told.iter().any(|told| told.contains(name) && told.contains(words)), "{name}: {told:#?}");
        }
        assert_eq!(told.len(), 5, "{told:#?}");
    }
}

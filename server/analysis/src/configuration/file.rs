//! Configuration files: where they are, what they say, what is wrong in them and where.

use super::{Configuration, FILE_NAME, Override};
use crate::baseline::Baseline;
use crate::evidence::EvidenceFile;
use crate::taught_names::know_taught_names_near;
use globset::{Glob, GlobSet, GlobSetBuilder};
use leastwise_manifest::place;
use leastwise_text::{Buffer, Place, TextRange, TextSize};
use leastwise_yaml::{Emptied, Patch, Path as YamlPath, apply};
use serde_path_to_error::Segment;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Something wrong in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{}: {message}", path.display(), range.map(|(start, _)| format!(":{}:{}", start.row, start.column)).unwrap_or_default())]
pub struct ConfigurationError {
    /// The file.
    pub path: PathBuf,
    /// Where it begins and where it ends, if it is about a place.
    pub range: Option<(Place, Place)>,
    /// What is wrong.
    pub message: String,
}

/// The nearest configuration file in the folder of `path` or above it.
pub fn find(path: &Path) -> Option<PathBuf> {
    path.ancestors().skip(1).map(|folder| folder.join(FILE_NAME)).find(|file| file.is_file())
}

/// A configuration file as it was read. What is wrong in it costs that setting, and no other.
#[derive(Debug)]
pub struct ConfigurationFile {
    /// What is wrong.
    pub errors: Vec<ConfigurationError>,
    /// Where its paths begin.
    folder: PathBuf,
    own: Configuration,
    excluded: GlobSet,
    /// What [`Override::paths`] match, in order.
    overridden: Vec<GlobSet>,
    /// What holds, by the overrides that match and whether the file is excluded: files alike share one.
    merged: HashMap<(Vec<usize>, bool), Arc<Configuration>>,
}

impl ConfigurationFile {
    /// Reads a file.
    pub fn load(path: &Path) -> Self {
        know_taught_names_near(path);
        match std::fs::read_to_string(path) {
            Ok(text) => Self::read(path, &text),
            Err(error) => {
                let mut file = Self::new(path, Configuration::default());
                file.fault(path, None, error.to_string());
                file
            }
        }
    }

    /// Reads the text of a file.
    fn read(path: &Path, text: &str) -> Self {
        let (own, faults) = parse(text);
        let buffer = Buffer::new(text);
        let mut file = Self::new(path, own);
        let places = |range: TextRange| (buffer.place(range.start()), buffer.place(range.end()));
        for Fault { range, message } in faults {
            file.fault(path, Some(places(range)), message);
        }
        let stream = leastwise_yaml::parse(text);
        let document = stream.documents().first().map(|placed| &placed.document);
        let at = |path: &YamlPath| document.map(|document| places(place(document, path).range));
        let globs = |file: &mut Self, patterns: &[String], list: &YamlPath| {
            let mut set = GlobSetBuilder::new();
            for (index, pattern) in patterns.iter().enumerate() {
                match Glob::new(pattern) {
                    Ok(glob) => {
                        set.add(glob);
                    }
                    Err(error) => file.fault(path, at(&list.index(index)), error.to_string()),
                }
            }
            // Each pattern has been understood; together they could only be too many.
            set.build().unwrap_or_else(|error| {
                file.fault(path, at(list), error.to_string());
                GlobSet::empty()
            })
        };
        let Configuration { exclude, overrides, baseline, evidence, .. } = file.own.clone();
        file.excluded = globs(&mut file, &exclude, &YamlPath::root().key("exclude"));
        for (index, settings) in overrides.iter().enumerate() {
            let list = YamlPath::root().key("overrides").index(index).key("paths");
            let matching = globs(&mut file, &settings.paths, &list);
            file.overridden.push(matching);
        }
        for (index, name) in evidence.iter().enumerate() {
            match EvidenceFile::within(&file.folder, name) {
                Ok(evidence) => file.own.evidence_files.push(evidence),
                Err(why) => {
                    file.fault(path, at(&YamlPath::root().key("evidence").index(index)), why);
                }
            }
        }
        if let Some(name) = baseline {
            match Baseline::load(&file.folder.join(&name)) {
                Ok(baseline) => file.own.known = Some(Arc::new(baseline)),
                Err(error) => {
                    file.fault(path, at(&YamlPath::root().key("baseline")), format!("{name}: {error}"));
                }
            }
        }
        file
    }

    fn new(path: &Path, own: Configuration) -> Self {
        Self {
            errors: Vec::new(),
            folder: path.parent().unwrap_or(Path::new("")).to_owned(),
            own,
            excluded: GlobSet::empty(),
            overridden: Vec::new(),
            merged: HashMap::new(),
        }
    }

    fn fault(&mut self, path: &Path, range: Option<(Place, Place)>, message: String) {
        self.errors.push(ConfigurationError { path: path.to_owned(), range, message });
    }

    /// What the file itself says.
    pub fn own(&self) -> &Configuration {
        &self.own
    }

    /// What holds for the file at `path`, merged with what else is set. The same configuration is always the same
    /// [`Arc`], until [`Self::forget_merged`].
    pub fn of(
        &mut self,
        path: &Path,
        merge: impl FnOnce(Configuration) -> Configuration,
    ) -> Arc<Configuration> {
        let relative = path.strip_prefix(&self.folder).unwrap_or(path);
        let matching = self.overridden.iter().enumerate().filter(|(_, globs)| globs.is_match(relative));
        let matching: Vec<_> = matching.map(|(index, _)| index).collect();
        let is_excluded = self.excluded.is_match(relative);
        let key = (matching, is_excluded);
        if let Some(known) = self.merged.get(&key) {
            return Arc::clone(known);
        }
        let mut own = Configuration { is_excluded, ..self.own.clone() };
        for settings in key.0.iter().filter_map(|index| self.own.overrides.get(*index)) {
            own = Configuration::from(Override::clone(settings)).over(&own);
        }
        let merged = Arc::new(merge(own));
        self.merged.insert(key, Arc::clone(&merged));
        merged
    }

    /// Forgets what was merged: what else is set has changed.
    pub fn forget_merged(&mut self) {
        self.merged.clear();
    }
}

/// Something that is not understood.
struct Fault {
    range: TextRange,
    message: String,
}

/// Reads a configuration, each part that is not understood left out.
fn parse(text: &str) -> (Configuration, Vec<Fault>) {
    let mut faults = Vec::new();
    let stream = leastwise_yaml::parse(text);
    let syntax = stream.documents().iter().flat_map(|placed| placed.document.errors());
    faults.extend(syntax.map(|error| Fault { range: error.range, message: error.message.clone() }));
    if !faults.is_empty() {
        return (Configuration::default(), faults);
    }
    let mut rest = text.to_owned();
    // What was taken out so far: where, in the text as it then was, and how much.
    let mut removed: Vec<TextRange> = Vec::new();
    loop {
        let deserializer = serde_yaml::Deserializer::from_str(&rest);
        let error = match serde_path_to_error::deserialize::<_, Option<Configuration>>(deserializer) {
            Ok(configuration) => return (configuration.unwrap_or_default(), faults),
            Err(error) => error,
        };
        let stream = leastwise_yaml::parse(&rest);
        let Some(document) = stream.documents().first().map(|placed| Arc::clone(&placed.document)) else {
            return (Configuration::default(), faults);
        };
        let message = error.inner().to_string();
        let message = message.split(" at line ").next().unwrap_or(&message);
        // The path is said by the place.
        let message = message
            .rsplit_once(": ")
            .filter(|(path, _)| !path.contains(' '))
            .map_or(message, |(_, rest)| rest);
        let path = path(error.path(), message);
        let shown = match document.entry_at(&path).filter(|_| message.starts_with("unknown field")) {
            Some(entry) => entry.key.range(),
            None => place(&document, &path).range,
        };
        let back = |offset: TextSize| {
            removed.iter().rev().fold(offset, |offset, gone| {
                if offset >= gone.start() { offset + gone.len() } else { offset }
            })
        };
        let range = TextRange::new(back(shown.start()), back(shown.end()).max(back(shown.start())));
        faults.push(Fault { range, message: message.to_owned() });
        let patch = Patch::Remove { path: path.clone(), emptied: Emptied::Keep };
        let Ok(edited) = apply(&document, &[patch]) else {
            return (Configuration::default(), faults);
        };
        // From the end, so that each is in the text as it then was.
        let mut edits = edited.edits;
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start()));
        if edits.is_empty() {
            return (Configuration::default(), faults);
        }
        for edit in &edits {
            rest.replace_range(std::ops::Range::<usize>::from(edit.range), &edit.content);
            removed.push(edit.range);
        }
    }
}

/// The path at which the reader stumbled; of an unknown key it knows the mapping only.
fn path(found: &serde_path_to_error::Path, message: &str) -> YamlPath {
    let mut path = YamlPath::root();
    for segment in found.iter() {
        path = match segment {
            Segment::Seq { index } => path.index(*index),
            Segment::Map { key } => path.key(key),
            Segment::Enum { variant } => path.key(variant),
            Segment::Unknown => path,
        };
    }
    let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
    match (unknown, path.last()) {
        (Some(key), Some(leastwise_yaml::Segment::Key(last))) if last == key => path,
        (Some(key), _) => path.key(key),
        (None, _) => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_rules::{KubernetesVersion, Profile, Severity, rule};

    fn selects(configuration: &Configuration, id: &str) -> bool {
        let rule = rule(id).unwrap();
        configuration.selects_rule(rule, rule.profile)
    }

    /// What a text says, which must all be understood.
    fn understood(text: &str) -> Configuration {
        let (configuration, faults) = parse(text);
        assert_eq!(faults.iter().map(|fault| &fault.message).collect::<Vec<_>>(), [""; 0]);
        configuration
    }

    #[test]
    fn reads_what_the_readme_shows() {
        let configuration = understood(
            "profile: baseline\nkubernetesVersion: \"1.30\"\nignore: [host-network, rbac]\nseverity: {host-pid: hint}\n",
        );
        assert_eq!(configuration.kubernetes_version, Some(KubernetesVersion::minor(30)));
        assert!(selects(&configuration, "host-pid"));
        assert!(!selects(&configuration, "host-network"));
        assert!(!selects(&configuration, "privilege-escalation-allowed"), "restricted only");
        assert_eq!(configuration.severity_of("host-pid", Severity::Error), Severity::Hint);
    }

    #[test]
    fn a_version_without_quotes_keeps_its_last_zero() {
        let configuration = understood("kubernetesVersion: 1.30\n");
        assert_eq!(configuration.kubernetes_version, Some(KubernetesVersion::minor(30)));
    }

    #[test]
    fn an_empty_file_says_nothing() {
        assert_eq!(understood("# nothing yet\n"), Configuration::default());
        assert_eq!(understood(""), Configuration::default());
    }

    #[test]
    fn each_fault_is_told_at_its_characters_and_costs_itself_only() {
        let text = "\
profile: strict
ignore:
- host-netwrk
- host-pid
- no-such
kubernetesVersion: [1]
modelPath: /evil.gguf
severity:
  host-ipc: dire
  host-network: hint
overrides:
- paths: [charts/**]
  profil: baseline
  ignore: [host-port]
";
        let (configuration, faults) = parse(text);
        let told: Vec<_> = faults
            .iter()
            .map(|fault| (&text[std::ops::Range::<usize>::from(fault.range)], fault.message.as_str()))
            .collect();
        let words = [
            ("strict", "strict"),
            ("host-netwrk", "host-netwrk"),
            ("no-such", "no-such"),
            ("kubernetesVersion", "in quotes"),
            ("modelPath", "modelPath"),
            ("dire", "dire"),
            ("profil", "profil"),
        ];
        assert_eq!(told.len(), words.len(), "{told:#?}");
        for (at, words) in words {
            assert!(told.iter().any(|(place, told)| *place == at && told.contains(words)), "{at}: {told:#?}");
        }
        assert!(!selects(&configuration, "host-pid"), "what is right beside it counts");
        assert_eq!(configuration.severity_of("host-network", Severity::Error), Severity::Hint);
        assert_eq!(configuration.overrides[0].ignore.len(), 1);
    }

    #[test]
    fn broken_text_is_told_at_its_place() {
        let (_, faults) = parse("profile: [\nignore: x\n");
        assert_eq!(faults.len(), 1);
    }

    #[test]
    fn overrides_hold_for_the_paths_they_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let text = "\
profile: baseline
exclude: ['**/generated/**']
overrides:
- paths: [charts/**]
  profile: privileged
- paths: ['charts/web/**', one.yaml]
  ignore: [host-pid]
";
        let mut file = ConfigurationFile::read(&path, text);
        assert_eq!(file.errors, []);
        let mut of = |name: &str| file.of(&folder.path().join(name), |own| own);
        assert_eq!(of("pod.yaml").profile, Some(Profile::Baseline));
        assert!(Arc::ptr_eq(&of("pod.yaml"), &of("other.yaml")));
        assert_eq!(of("charts/db/pod.yaml").profile, Some(Profile::Privileged));
        assert!(selects(&of("pod.yaml"), "host-pid") && !selects(&of("one.yaml"), "host-pid"));
        assert_eq!(of("charts/web/a.yaml").profile, Some(Profile::Privileged));
        assert!(!selects(&of("a/generated/pod.yaml"), "privileged-container"));
    }

    #[test]
    fn patterns_and_baselines_that_are_none_are_told_at_their_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let text = "exclude: [a, 'x[']\nbaseline: none.json\noverrides:\n- paths: ['y[']\n";
        let file = ConfigurationFile::read(&path, text);
        let places: Vec<_> = file
            .errors
            .iter()
            .filter_map(|error| error.range)
            .map(|(start, end)| (start.row, start.column, end.column))
            .collect();
        assert_eq!(places, [(1, 14, 18), (4, 11, 15), (2, 11, 20)], "{:?}", file.errors);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_told() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(ConfigurationFile::load(&folder.path().join(FILE_NAME)).errors.len(), 1);
    }

    #[test]
    fn the_nearest_file_counts() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::write(folder.path().join(FILE_NAME), "").unwrap();
        assert_eq!(find(&inner.join("pod.yaml")), Some(folder.path().join(FILE_NAME)));
        std::fs::write(inner.join(FILE_NAME), "").unwrap();
        assert_eq!(find(&inner.join("pod.yaml")), Some(inner.join(FILE_NAME)));
    }
}

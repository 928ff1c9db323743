//! What users set: in the editor, and in `.leastwise.yaml` near each file, which lies over the editor's settings.

use leastwise_analysis::configuration::{self, Configuration, ConfigurationError, ConfigurationFile};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// The editor settings that are no part of [`Configuration`]: they choose programs, files and addresses, or concern
/// the editor alone, and so are never read from a repository.
const EDITORS_OWN: [&str; 4] = ["path", "trace", "logLevel", "arguments"];

/// Which models the user, not a repository, wants to be asked.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) enum ModelChoice {
    /// The detector, if `leastwise model pull` has fetched it: what it sees is shown, and nothing is explained.
    #[default]
    IfThere,
    /// None.
    Off,
    /// Those that `leastwise model pull` has fetched, to see and to explain.
    Default,
    /// A file, for both.
    File(PathBuf),
    /// A server that speaks the OpenAI-compatible protocol, to explain. It is the local detector that sees, if that has been
    /// fetched.
    Server {
        /// The address up to the version, as in `http://localhost:11434/v1`.
        address: String,
        /// The model's name there.
        name: String,
        /// The key, where one is needed.
        key: Option<String>,
    },
}

impl<'de> Deserialize<'de> for ModelChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(
            untagged,
            expecting = "\"off\", \"default\", the path of a file, or an object with address and name"
        )]
        enum Written {
            Words(String),
            Server { address: String, name: String, key: Option<String> },
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Words(words) if words == "off" => Self::Off,
            Written::Words(words) if words == "default" => Self::Default,
            Written::Words(path) => Self::File(path.into()),
            Written::Server { address, name, key } => Self::Server { address, name, key },
        })
    }
}

/// What the user, not a repository, says about the models.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct ModelSettings {
    pub(crate) choice: ModelChoice,
    /// The file in which to write where rules and model disagree.
    pub(crate) log_disagreements: Option<PathBuf>,
}

/// The settings an editor has sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct EditorSettings {
    pub(crate) configuration: Configuration,
    pub(crate) model: Option<ModelChoice>,
    pub(crate) log_disagreements: Option<PathBuf>,
    /// What could not be understood, in words.
    pub(crate) errors: Vec<String>,
}

impl EditorSettings {
    /// Reads an object of settings, with or without the section's name around it. What one key says wrong costs
    /// that key only.
    pub(crate) fn read(value: &Value) -> Self {
        let section = value.get(crate::NAME).unwrap_or(value);
        let mut settings = Self::default();
        let nothing = Map::new();
        for (key, value) in section.as_object().unwrap_or(&nothing) {
            if value.is_null() || EDITORS_OWN.contains(&key.as_str()) {
                continue;
            }
            if let Err(error) = settings.read_one(key, value) {
                settings.errors.push(format!("setting {}.{key}: {error}", crate::NAME));
            }
        }
        settings
    }

    fn read_one(&mut self, key: &str, value: &Value) -> serde_json::Result<()> {
        match key {
            "model" => self.model = Some(ModelChoice::deserialize(value)?),
            "logDisagreements" => self.log_disagreements = Some(PathBuf::deserialize(value)?),
            _ => {
                let alone = Value::Object(Map::from_iter([(key.to_owned(), value.clone())]));
                let one = serde_json::from_value::<Configuration>(alone)?;
                self.configuration = one.over(&self.configuration);
            }
        }
        Ok(())
    }

    /// What they say about the models.
    pub(crate) fn models(&self) -> ModelSettings {
        ModelSettings {
            choice: self.model.clone().unwrap_or_default(),
            log_disagreements: self.log_disagreements.clone(),
        }
    }

    /// These settings where they say something, else `base`.
    pub(crate) fn over(self, base: &Self) -> Self {
        Self {
            configuration: self.configuration.over(&base.configuration),
            model: self.model.or_else(|| base.model.clone()),
            log_disagreements: self.log_disagreements.or_else(|| base.log_disagreements.clone()),
            errors: self.errors,
        }
    }
}

/// Every configuration in use.
#[derive(Debug, Default)]
pub(crate) struct Configurations {
    editor: Arc<Configuration>,
    files: HashMap<PathBuf, LastRead>,
}

/// A configuration file as last read.
#[derive(Debug)]
struct LastRead {
    /// When it was written and how long it is: enough to notice a change.
    stamp: Option<(SystemTime, u64)>,
    file: ConfigurationFile,
}

impl Configurations {
    /// Takes new settings from the editor. Tells whether anything changed.
    pub(crate) fn set_editor(&mut self, configuration: Configuration) -> bool {
        if configuration == *self.editor {
            return false;
        }
        self.files.values_mut().for_each(|known| known.file.forget_merged());
        self.editor = Arc::new(configuration);
        true
    }

    /// What holds for a file; for a text without a file, what the editor says. Files are read again when they have
    /// changed on disk. The same configuration is always the same [`Arc`].
    pub(crate) fn of(&mut self, path: Option<&Path>) -> Arc<Configuration> {
        match path.and_then(|path| Some((path, configuration::find(path)?))) {
            Some((path, file)) => self.read(path, file),
            None => Arc::clone(&self.editor),
        }
    }

    /// What is wrong in the files that are in use.
    pub(crate) fn errors(&self) -> impl Iterator<Item = &ConfigurationError> {
        self.files.values().flat_map(|known| &known.file.errors)
    }

    /// Forgets files that are no more.
    pub(crate) fn forget_deleted(&mut self) {
        self.files.retain(|path, _| path.is_file());
    }

    fn read(&mut self, path: &Path, file: PathBuf) -> Arc<Configuration> {
        let stamp =
            std::fs::metadata(&file).and_then(|metadata| Ok((metadata.modified()?, metadata.len()))).ok();
        let is_known = self.files.get(&file).is_some_and(|known| known.stamp == stamp && stamp.is_some());
        if !is_known {
            let read = ConfigurationFile::load(&file);
            match self.files.get_mut(&file).filter(|known| known.file.own() == read.own()) {
                // It says the same as before, so that nothing need be judged again.
                Some(known) => (known.stamp, known.file.errors) = (stamp, read.errors),
                None => {
                    self.files.insert(file.clone(), LastRead { stamp, file: read });
                }
            }
        }
        let editor = &self.editor;
        match self.files.get_mut(&file) {
            Some(known) => known.file.of(path, |own| own.over(editor)),
            None => Arc::clone(editor),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_rules::Profile;
    use serde_json::json;

    #[test]
    fn a_wrong_key_costs_itself_only() {
        let settings = EditorSettings::read(&json!({
            "leastwise": {"profile": "baseline", "ignore": ["no-such-rule"], "persona": null, "path": "x"}
        }));
        assert_eq!(settings.configuration.profile, Some(Profile::Baseline));
        let [error] = settings.errors.as_slice() else { panic!("{:?}", settings.errors) };
        assert!(error.starts_with("setting leastwise.ignore: ") && error.contains("no-such-rule"), "{error}");
    }

    #[test]
    fn settings_may_come_without_their_section() {
        let settings = EditorSettings::read(&json!({"profile": "privileged"}));
        assert_eq!(settings.configuration.profile, Some(Profile::Privileged));
        assert_eq!(EditorSettings::read(&Value::Null), EditorSettings::default());
    }

    #[test]
    fn the_user_chooses_the_model() {
        let model = |value| EditorSettings::read(&json!({"model": value})).model;
        assert_eq!(model(Value::Null), None);
        assert_eq!(EditorSettings::default().models().choice, ModelChoice::IfThere);
        assert_eq!(model(json!("off")), Some(ModelChoice::Off));
        assert_eq!(model(json!("default")), Some(ModelChoice::Default));
        assert_eq!(model(json!("/models/a.gguf")), Some(ModelChoice::File("/models/a.gguf".into())));
        let address = "http://localhost:11434/v1".to_owned();
        let server = ModelChoice::Server { address: address.clone(), name: "small".to_owned(), key: None };
        assert_eq!(model(json!({"address": address, "name": "small"})), Some(server));
        assert_eq!(EditorSettings::read(&json!({"model": 7})).errors.len(), 1);
        let log = EditorSettings::read(&json!({"logDisagreements": "/log.jsonl"})).models().log_disagreements;
        assert_eq!(log, Some("/log.jsonl".into()));
    }

    #[test]
    fn a_file_lies_over_the_editors_settings_and_is_read_again_when_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = folder.path().join("pod.yaml");
        let file = folder.path().join(configuration::FILE_NAME);
        let mut configurations = Configurations::default();
        configurations.set_editor(EditorSettings::read(&json!({"profile": "baseline"})).configuration);
        assert_eq!(configurations.of(Some(&manifest)).profile, Some(Profile::Baseline));

        std::fs::write(&file, "profile: privileged\n").unwrap();
        let configuration = configurations.of(Some(&manifest));
        assert_eq!(configuration.profile, Some(Profile::Privileged));
        assert!(Arc::ptr_eq(&configuration, &configurations.of(Some(&manifest))));

        std::fs::write(&file, "profile: no such profile\n").unwrap();
        assert_eq!(
            configurations.of(Some(&manifest)).profile,
            Some(Profile::Baseline),
            "what is not understood is not said"
        );
        assert_eq!(configurations.errors().count(), 1);

        std::fs::remove_file(&file).unwrap();
        configurations.forget_deleted();
        assert_eq!(configurations.of(Some(&manifest)).profile, Some(Profile::Baseline));
        assert_eq!(configurations.errors().count(), 0);
    }
}

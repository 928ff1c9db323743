//! What a user may set, in `.leastwise.yaml`, in the editor's settings and by flags: one struct, whose doc comments
//! become the JSON schema and the editors' settings pages.
//!
//! A repository's file reaches only what is here. What chooses a program, a model file or an address is not: that
//! comes from the user alone.

use leastwise_rules::{
    Family, Finding, KubernetesVersion, Parameters, Persona, Profile, Rule, Severity, rule,
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The name of the configuration file, which is looked for upwards from each manifest.
pub const FILE_NAME: &str = ".leastwise.yaml";

/// Settings of Leastwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Configuration {
    /// The Pod Security Standards profile that pods should meet. Rules of a stricter profile stay silent. Default:
    /// `restricted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// The Kubernetes version whose API and Pod Security Standards count, in quotes: `"1.34"`. Default: `latest`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes_version: Option<KubernetesVersion>,
    /// Who is listening: `default` for what a good reviewer would always say, `pedantic` for hygiene and contested
    /// advice too. Default: `default`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persona: Option<Persona>,
    /// The only rules to apply, whatever profile and persona say: rule ids, families, profiles, or `all`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub select: Option<Vec<Selector>>,
    /// Rules to leave out: rule ids, families or profiles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<Selector>,
    /// Severities by rule id, in place of the rules' own.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub severity: BTreeMap<RuleId, Severity>,
    /// The least severity that makes `leastwise check` fail. Default: `warning`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_on: Option<Severity>,
    /// What the site sets for the rules that cannot know it: allow-lists, thresholds, patterns.
    pub parameters: Parameters,
}

impl Configuration {
    /// This configuration where it says something, else `base`. What either ignores is ignored.
    #[must_use]
    pub fn over(self, base: &Self) -> Self {
        let mut severity = base.severity.clone();
        severity.extend(self.severity);
        Self {
            profile: self.profile.or(base.profile),
            kubernetes_version: self.kubernetes_version.or(base.kubernetes_version),
            persona: self.persona.or(base.persona),
            select: self.select.or_else(|| base.select.clone()),
            ignore: base.ignore.iter().cloned().chain(self.ignore).collect(),
            severity,
            fail_on: self.fail_on.or(base.fail_on),
            parameters: self.parameters.over(&base.parameters),
        }
    }

    /// The least severity that makes a check fail.
    pub fn fail_on(&self) -> Severity {
        self.fail_on.unwrap_or(Severity::Warning)
    }

    /// What the rules need to know of it.
    pub fn rule_settings(&self) -> leastwise_rules::Settings {
        leastwise_rules::Settings {
            kubernetes: self.kubernetes_version.unwrap_or_default(),
            profile: self.profile(),
            parameters: self.parameters.clone(),
        }
    }

    /// Whether a finding is shown.
    pub fn selects(&self, finding: &Finding) -> bool {
        self.selects_rule(finding.rule, finding.profile)
    }

    /// Whether the findings of a rule are shown that `profile` forbids.
    pub(crate) fn selects_rule(&self, rule: &Rule, profile: Option<Profile>) -> bool {
        let named = |selectors: &[Selector]| selectors.iter().any(|selector| selector.holds(rule));
        let on = match &self.select {
            Some(selectors) => named(selectors),
            None => self.listens_to(rule) && profile.is_none_or(|profile| profile <= self.profile()),
        };
        on && !named(&self.ignore)
    }

    /// A rule's severity here, given the one its finding has.
    pub fn severity_of(&self, rule: &str, own: Severity) -> Severity {
        self.severity.get(rule).copied().unwrap_or(own)
    }

    fn profile(&self) -> Profile {
        self.profile.unwrap_or(Profile::Restricted)
    }

    fn listens_to(&self, rule: &Rule) -> bool {
        match rule.persona {
            Persona::Default => true,
            Persona::Pedantic => matches!(self.persona, Some(Persona::Pedantic | Persona::Policy)),
            Persona::Policy => rule.parameter.is_some_and(|parameter| self.parameters.is_set(parameter)),
        }
    }
}

/// Some rules: one by its id, a family, those of a profile, or all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selector {
    /// Every rule.
    All,
    /// One rule.
    Rule(RuleId),
    /// A family.
    Family(Family),
    /// What the profile forbids; the restricted one forbids what baseline does, too.
    Profile(Profile),
}

impl Selector {
    fn holds(self, rule: &Rule) -> bool {
        match self {
            Self::All => true,
            Self::Rule(id) => id.0 == rule.id,
            Self::Family(family) => family == rule.family,
            Self::Profile(profile) => rule.profile.is_some_and(|own| own <= profile),
        }
    }
}

/// A word that selects no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownName {
    /// Not an id.
    #[error("there is no rule \"{0}\"; `leastwise rules` lists them")]
    Rule(String),
    /// Not a selector either.
    #[error("\"{0}\" is no rule, family, profile or \"all\"; `leastwise rules` lists them")]
    Selector(String),
}

impl std::str::FromStr for Selector {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let family = || Family::ALL.into_iter().find(|family| family.name() == text).map(Self::Family);
        let profile = || {
            let profiles = [Profile::Privileged, Profile::Baseline, Profile::Restricted];
            profiles.into_iter().find(|profile| profile.name() == text).map(Self::Profile)
        };
        match text {
            "all" => Ok(Self::All),
            _ => family()
                .or_else(profile)
                .or_else(|| text.parse().ok().map(Self::Rule))
                .ok_or_else(|| UnknownName::Selector(text.to_owned())),
        }
    }
}

impl std::fmt::Display for Selector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::All => "all",
            Self::Rule(id) => id.0,
            Self::Family(family) => family.name(),
            Self::Profile(profile) => profile.name(),
        })
    }
}

/// The id of a rule that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub &'static str);

impl std::str::FromStr for RuleId {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        rule(text).map(|rule| Self(rule.id)).ok_or_else(|| UnknownName::Rule(text.to_owned()))
    }
}

impl std::borrow::Borrow<str> for RuleId {
    fn borrow(&self) -> &str {
        self.0
    }
}

impl std::fmt::Display for RuleId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.0)
    }
}

/// Reads and writes a type as the text that its `FromStr` and `Display` speak, with a schema that lists the words.
macro_rules! as_text {
    ($type:ident, $words:expr) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let words: Vec<String> = $words;
                schemars::json_schema!({ "type": "string", "enum": words })
            }
        }
    };
}

as_text!(RuleId, leastwise_rules::rules().map(|rule| rule.id.to_owned()).collect());
as_text!(
    Selector,
    ["all", "baseline", "restricted"]
        .into_iter()
        .chain(Family::ALL.map(Family::name))
        .chain(leastwise_rules::rules().map(|rule| rule.id))
        .map(str::to_owned)
        .collect()
);

/// A configuration file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{}: {message}", path.display(), place.map(|(row, column)| format!(":{row}:{column}")).unwrap_or_default())]
pub struct ConfigurationError {
    /// The file.
    pub path: PathBuf,
    /// One-based row and column, where known.
    pub place: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
}

/// The nearest configuration file in the folder of `path` or above it.
pub fn find(path: &Path) -> Option<PathBuf> {
    path.ancestors().skip(1).map(|folder| folder.join(FILE_NAME)).find(|file| file.is_file())
}

/// Reads a configuration file.
///
/// # Errors
/// When it cannot be read, is no YAML, or says what is not understood; with the place.
pub fn load(path: &Path) -> Result<Configuration, ConfigurationError> {
    let error = |place, message| ConfigurationError { path: path.to_owned(), place, message };
    let text = std::fs::read_to_string(path).map_err(|failure| error(None, failure.to_string()))?;
    parse(&text).map_err(|failure| {
        let place = failure.location().map(|location| (location.line(), location.column()));
        // The place is said once, before the message.
        let message = failure.to_string();
        error(place, message.split(" at line ").next().unwrap_or(&message).to_owned())
    })
}

/// An empty file is an empty configuration.
fn parse(text: &str) -> Result<Configuration, serde_yaml::Error> {
    Ok(serde_yaml::from_str::<Option<Configuration>>(text)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selects(configuration: &Configuration, id: &str) -> bool {
        let rule = rule(id).unwrap();
        configuration.selects_rule(rule, rule.profile)
    }

    #[test]
    fn reads_what_the_readme_shows() {
        let configuration = parse(
            "profile: baseline\nkubernetesVersion: \"1.30\"\nignore: [host-network, rbac]\nseverity: {host-pid: hint}\n",
        )
        .unwrap();
        assert_eq!(configuration.kubernetes_version, Some(KubernetesVersion::minor(30)));
        assert!(selects(&configuration, "host-pid"));
        assert!(!selects(&configuration, "host-network"));
        assert!(!selects(&configuration, "privilege-escalation-allowed"), "restricted only");
        assert_eq!(configuration.severity_of("host-pid", Severity::Error), Severity::Hint);
    }

    #[test]
    fn a_version_without_quotes_keeps_its_last_zero() {
        let configuration = parse("kubernetesVersion: 1.30\n").unwrap();
        assert_eq!(configuration.kubernetes_version, Some(KubernetesVersion::minor(30)));
    }

    #[test]
    fn an_empty_file_says_nothing() {
        assert_eq!(parse("# nothing yet\n").unwrap(), Configuration::default());
    }

    #[test]
    fn says_what_it_does_not_understand_and_where() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        for (text, place, words) in [
            ("profile: strict\n", (1, 10), "strict"),
            ("ignore:\n- host-netwrk\n", (2, 1), "host-netwrk"),
            ("kubernetesVersion: [1]\n", (1, 20), "in quotes"),
            ("modelPath: /evil.gguf\n", (1, 1), "modelPath"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = load(&path).unwrap_err();
            assert!(error.message.contains(words), "{error}");
            assert_eq!(error.place, Some(place), "{error}");
        }
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

    #[test]
    fn selecting_overrules_profile_and_persona_but_not_ignoring() {
        let configuration = Configuration {
            profile: Some(Profile::Privileged),
            select: Some(vec!["restricted".parse().unwrap()]),
            ignore: vec!["host-network".parse().unwrap()],
            ..Configuration::default()
        };
        assert!(selects(&configuration, "privilege-escalation-allowed"));
        assert!(!selects(&configuration, "host-network"));
    }
}

//! The flags about what is judged, which `check` and `fix` share.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use leastwise_analysis::Configuration;
use leastwise_analysis::configuration::Selector;
use leastwise_rules::{KubernetesVersion, Persona, Profile, Severity};
use serde::de::DeserializeOwned;
use serde::de::value::{Error, StrDeserializer};
use std::path::PathBuf;

/// What to judge, and by what.
#[derive(Debug, Args)]
pub(crate) struct Judging {
    /// Files and folders; `-` is standard input. Folders mean their .yaml, .yml and .json files that hold
    /// Kubernetes objects.
    #[arg(value_name = "PATH", default_value = ".", hide_default_value = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// The name that standard input has in output and when its configuration is looked for.
    #[arg(long, value_name = "PATH")]
    pub(crate) stdin_filename: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) settings: Settings,
}

/// What also stands in `.leastwise.yaml`; flags count more.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings, in place of those in .leastwise.yaml")]
pub(crate) struct Settings {
    /// The only rules to apply: ids, families, profiles or `all`.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    select: Vec<Selector>,
    /// Rules to leave out: ids, families or profiles.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    ignore: Vec<Selector>,
    /// The Pod Security Standards profile that pods should meet.
    #[arg(long, value_parser = word::<Profile>(&["privileged", "baseline", "restricted"]))]
    profile: Option<Profile>,
    /// The Kubernetes version that counts, like 1.34.
    #[arg(long, value_name = "VERSION")]
    kubernetes_version: Option<KubernetesVersion>,
    /// Who is listening: pedantic hears hygiene and contested advice, too.
    #[arg(long, value_parser = word::<Persona>(&["default", "pedantic", "policy"]))]
    persona: Option<Persona>,
}

impl Settings {
    /// The flags as a configuration that says nothing else.
    pub(crate) fn configuration(&self, fail_on: Option<Severity>) -> Configuration {
        Configuration {
            profile: self.profile,
            kubernetes_version: self.kubernetes_version,
            persona: self.persona,
            select: (!self.select.is_empty()).then(|| self.select.clone()),
            ignore: self.ignore.clone(),
            fail_on,
            ..Configuration::default()
        }
    }
}

/// Reads one of the words that configuration files use for the type.
pub(crate) fn word<T>(words: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(words).try_map(|word| T::deserialize(StrDeserializer::<Error>::new(&word)))
}

//! What a user may set, in `.leastwise.yaml`, in the editor's settings and by flags: one struct, whose doc comments
//! become the JSON schema and the editors' settings pages.
//!
//! A repository's file reaches only what is here. What chooses a program, a model file or an address is not: that
//! comes from the user alone.

use leastwise_rules::{Finding, KubernetesVersion, Parameters, Persona, Profile, Rule, Severity, rule};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

mod file;
mod selector;

pub use file::{ConfigurationError, ConfigurationFile, find};
pub use selector::{RuleId, Selector, UnknownName};

use crate::baseline::Baseline;
use crate::evidence::EvidenceFile;

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
    /// The only rules to apply, whatever profile and persona say: rule ids, families, profiles, or `all`. The model's
    /// labels are named like rules, and together by `meanings`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub select: Option<Vec<Selector>>,
    /// Rules to leave out: rule ids, families or profiles; of the model's labels their names, or `meanings`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<Selector>,
    /// Severities by rule id, in place of the rules' own. They count for what the model sees under these names, too,
    /// which is `info` and never makes a check fail unless it stands here; the model's own labels are named likewise.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub severity: BTreeMap<RuleId, Severity>,
    /// The least severity that makes `leastwise check` fail. Default: `warning`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_on: Option<Severity>,
    /// What the site sets for the rules that cannot know it: allow-lists, thresholds, patterns.
    pub parameters: Parameters,
    /// Files in which nothing is reported: patterns of paths from the folder of this file on, such as `vendor/**`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// A file of findings that were there when Leastwise came, which are not shown, as `leastwise check
    /// --write-baseline` writes it; its path from the folder of this file on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    /// Logs of what happened at run time, or records that `leastwise evidence` has made of them: paths from the folder of
    /// this file on, none of which leads out of it. With them, what a role grants and nobody used is found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// Other settings for some files. Where several patterns match, later ones lie over earlier ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
    /// The file that is judged is one of `exclude`.
    #[serde(skip)]
    pub is_excluded: bool,
    /// Where the files of `evidence` lie.
    #[serde(skip)]
    pub evidence_files: Vec<EvidenceFile>,
    /// What `baseline` holds.
    #[serde(skip)]
    pub known: Option<Arc<Baseline>>,
}

/// Settings for some files.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Override {
    /// Patterns of paths from the folder of the configuration file on, such as `charts/**/*.yaml`.
    pub paths: Vec<String>,
    /// As for all files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// As for all files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes_version: Option<KubernetesVersion>,
    /// As for all files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persona: Option<Persona>,
    /// As for all files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub select: Option<Vec<Selector>>,
    /// As for all files, and added to what they ignore.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<Selector>,
    /// As for all files.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub severity: BTreeMap<RuleId, Severity>,
    /// As for all files.
    pub parameters: Parameters,
}

impl From<Override> for Configuration {
    fn from(settings: Override) -> Self {
        let Override { paths: _, profile, kubernetes_version, persona, select, ignore, severity, parameters } =
            settings;
        Self { profile, kubernetes_version, persona, select, ignore, severity, parameters, ..Self::default() }
    }
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
            exclude: base.exclude.iter().cloned().chain(self.exclude).collect(),
            baseline: self.baseline.or_else(|| base.baseline.clone()),
            evidence: if self.evidence.is_empty() { base.evidence.clone() } else { self.evidence },
            evidence_files: match self.evidence_files.is_empty() {
                true => base.evidence_files.clone(),
                false => self.evidence_files,
            },
            overrides: base.overrides.iter().cloned().chain(self.overrides).collect(),
            is_excluded: self.is_excluded || base.is_excluded,
            known: self.known.or_else(|| base.known.clone()),
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
        self.selects_what(finding.rule, finding.persona, finding.profile)
    }

    /// Whether the findings of a rule are shown that `profile` forbids.
    pub(crate) fn selects_rule(&self, rule: &Rule, profile: Option<Profile>) -> bool {
        self.selects_what(rule, rule.persona, profile)
    }

    /// Whether what the model sees under this label is shown: as its rule's findings where a rule has that name, whatever
    /// the profile where it is a matter of sense.
    pub fn selects_label(&self, label: &str) -> bool {
        if let Some(rule) = rule(label) {
            return self.selects_rule(rule, rule.profile);
        }
        let named = |selectors: &[Selector]| selectors.iter().any(|selector| selector.holds_meaning(label));
        let on = self.select.as_deref().is_none_or(named);
        on && !named(&self.ignore) && !self.is_excluded
    }

    fn selects_what(&self, rule: &Rule, persona: Persona, profile: Option<Profile>) -> bool {
        if self.is_excluded {
            return false;
        }
        let named = |selectors: &[Selector]| selectors.iter().any(|selector| selector.holds(rule));
        let on = match &self.select {
            Some(selectors) => named(selectors),
            None => self.listens_to(rule, persona) && profile.is_none_or(|profile| profile <= self.profile()),
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

    fn listens_to(&self, rule: &Rule, persona: Persona) -> bool {
        match persona {
            Persona::Default => true,
            Persona::Pedantic => matches!(self.persona, Some(Persona::Pedantic | Persona::Policy)),
            Persona::Policy => rule.parameter.is_some_and(|parameter| self.parameters.is_set(parameter)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selects(configuration: &Configuration, id: &str) -> bool {
        let rule = rule(id).unwrap();
        configuration.selects_rule(rule, rule.profile)
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

    #[test]
    fn labels_of_the_model_are_named_like_rules() {
        let naming = |select: &[&str], ignore: &[&str]| {
            let read = |words: &[&str]| words.iter().map(|word| word.parse().unwrap()).collect();
            Configuration {
                select: (!select.is_empty()).then(|| read(select)),
                ignore: read(ignore),
                profile: Some(Profile::Privileged),
                ..Configuration::default()
            }
        };
        let label = "secret-in-plain-text";
        for (select, ignore, is_selected) in [
            (&[][..], &[][..], true),
            (&["all"], &[], true),
            (&["meanings"], &[], true),
            (&[label], &[], true),
            (&["secrets", "restricted", "setting-misspelled"], &[], false),
            (&[], &[label], false),
            (&[label], &["meanings"], false),
            (&[], &["secrets"], true),
        ] {
            let configuration = naming(select, ignore);
            assert_eq!(configuration.selects_label(label), is_selected, "{select:?} without {ignore:?}");
        }
        let excluded = Configuration { is_excluded: true, ..Configuration::default() };
        assert!(!excluded.selects_label(label));
        assert!(!naming(&[], &[]).selects_label("host-network"), "as the rule is: the profile is too lax");
        assert!(!naming(&["meanings"], &[]).selects_label("host-network"), "it is a rule's");
    }
}

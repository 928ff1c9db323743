//! How settings name rules.

use crate::meaning::{MEANINGS, meaning};
use crate::taught_names::taught_name;
use leastwise_rules::{Family, Profile, Rule, rule};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;

/// Some rules: one by its id, a family, those of a profile, or all. Or what the model sees beside them: one meaning by its
/// name, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selector {
    /// Every rule.
    All,
    /// One rule, or one meaning.
    Rule(RuleId),
    /// Every matter of sense, which only the model sees.
    Meanings,
    /// A family.
    Family(Family),
    /// What the profile forbids; the restricted one forbids what baseline does, too.
    Profile(Profile),
}

impl Selector {
    pub(super) fn holds(self, rule: &Rule) -> bool {
        match self {
            Self::All => true,
            Self::Meanings => false,
            Self::Rule(id) => id.0 == rule.id,
            Self::Family(family) => family == rule.family,
            Self::Profile(profile) => rule.profile.is_some_and(|own| own <= profile),
        }
    }

    /// Whether it means the label of the model, which is no rule's id.
    pub(super) fn holds_meaning(self, label: &str) -> bool {
        match self {
            Self::All | Self::Meanings => true,
            Self::Rule(id) => id.0 == label,
            Self::Family(_) | Self::Profile(_) => false,
        }
    }
}

/// A word that selects no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownName {
    /// Not an id.
    #[error(
        "there is no rule \"{0}\"; `leastwise rules` lists them, and `leastwise model labels` what the model sees"
    )]
    Rule(String),
    /// Not a selector either.
    #[error(
        "\"{0}\" is no rule, family, profile or \"all\"; `leastwise rules` lists them, and `leastwise model labels` what \
         the model sees"
    )]
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
            "meanings" => Ok(Self::Meanings),
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
            Self::Meanings => "meanings",
            Self::Rule(id) => id.0,
            Self::Family(family) => family.name(),
            Self::Profile(profile) => profile.name(),
        })
    }
}

/// The id of a rule that exists, or the name of a meaning, which settings treat alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub &'static str);

impl std::str::FromStr for RuleId {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let id = rule(text).map(|rule| rule.id).or_else(|| meaning(text).map(|meaning| meaning.id));
        let id = id.or_else(|| taught_name(text));
        id.map(Self).ok_or_else(|| UnknownName::Rule(text.to_owned()))
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

/// Everything that a [`RuleId`] can be.
fn ids() -> impl Iterator<Item = &'static str> {
    leastwise_rules::all_rules().map(|rule| rule.id).chain(MEANINGS.iter().map(|meaning| meaning.id))
}

as_text!(RuleId, ids().map(str::to_owned).collect());
as_text!(
    Selector,
    ["all", "baseline", "restricted", "meanings"]
        .into_iter()
        .chain(Family::ALL.map(Family::name))
        .chain(ids())
        .map(str::to_owned)
        .collect()
);

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// A Kubernetes minor version. Pod Security Standards and the API change with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KubernetesVersion {
    /// Always 1 so far.
    pub major: u32,
    /// The minor version.
    pub minor: u32,
}

impl KubernetesVersion {
    /// The newest version whose Pod Security Standards these rules know.
    pub const LATEST: Self = Self::minor(37);

    /// Version 1.`minor`.
    pub const fn minor(minor: u32) -> Self {
        Self { major: 1, minor }
    }
}

impl Default for KubernetesVersion {
    fn default() -> Self {
        Self::LATEST
    }
}

impl fmt::Display for KubernetesVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

/// A text that is no Kubernetes version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no Kubernetes version; write it like 1.34, or latest")]
pub struct VersionError(String);

impl FromStr for KubernetesVersion {
    type Err = VersionError;

    /// Reads `1.34`, `v1.34`, `1.34.2` (the patch does not matter) and `latest`.
    fn from_str(text: &str) -> Result<Self, VersionError> {
        if text == "latest" {
            return Ok(Self::LATEST);
        }
        let mut parts = text.strip_prefix('v').unwrap_or(text).splitn(3, '.');
        let mut number = || parts.next().and_then(|part| part.parse().ok());
        match (number(), number()) {
            (Some(major), Some(minor)) => Ok(Self { major, minor }),
            _ => Err(VersionError(text.to_owned())),
        }
    }
}

impl<'de> Deserialize<'de> for KubernetesVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = KubernetesVersion;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter
                    .write_str("a Kubernetes version in quotes, since 1.30 without them is the number 1.3")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<KubernetesVersion, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

impl Serialize for KubernetesVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for KubernetesVersion {
    fn schema_name() -> Cow<'static, str> {
        "KubernetesVersion".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": r"^(latest|v?\d+\.\d+(\..*)?)$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for text in ["1.34", "v1.34", "1.34.2"] {
            assert_eq!(text.parse(), Ok(KubernetesVersion::minor(34)), "{text}");
        }
        assert_eq!("latest".parse(), Ok(KubernetesVersion::LATEST));
        assert!("newest".parse::<KubernetesVersion>().is_err());
        assert!("1".parse::<KubernetesVersion>().is_err());
    }
}

//! The amounts of CPU and memory that a site permits, for [`crate::Parameters`].

use leastwise_manifest::Quantity;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;

/// The amounts that containers may request and be limited to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ResourceBounds {
    /// What requests may be.
    pub requests: BoundedResources,
    /// What limits may be.
    pub limits: BoundedResources,
}

/// The permitted amounts of each resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct BoundedResources {
    /// Of CPU.
    pub cpu: QuantityRange,
    /// Of memory.
    pub memory: QuantityRange,
}

/// A range of quantities, both ends included. An end that is left out is open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct QuantityRange {
    /// The least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<WrittenQuantity>,
    /// The most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<WrittenQuantity>,
}

/// A quantity as it is written: `500m`, `1Gi`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenQuantity {
    text: String,
    quantity: Quantity,
}

impl WrittenQuantity {
    /// What it means.
    pub fn quantity(&self) -> Quantity {
        self.quantity
    }

    /// Reads it; `None` where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self { text: text.to_owned(), quantity: Quantity::parse(text)? })
    }
}

impl fmt::Display for WrittenQuantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Serialize for WrittenQuantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WrittenQuantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = WrittenQuantity;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a Kubernetes quantity like 500m or 1Gi")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<WrittenQuantity, E> {
                WrittenQuantity::parse(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<WrittenQuantity, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<WrittenQuantity, E> {
                self.visit_str(&number.to_string())
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for WrittenQuantity {
    fn schema_name() -> Cow<'static, str> {
        "WrittenQuantity".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["string", "number"] })
    }
}

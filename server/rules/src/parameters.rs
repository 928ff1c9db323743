//! What a site sets for the rules that cannot know it: allow-lists, thresholds, patterns. Everything is optional;
//! a rule says in its documentation what holds without.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A range of whole numbers, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The first.
    pub from: i64,
    /// The last.
    pub to: i64,
}

impl Range {
    /// Whether the number is in it.
    pub fn contains(self, number: i64) -> bool {
        (self.from..=self.to).contains(&number)
    }
}

/// Declares [`Parameters`]: one optional value a name, documented for the JSON schema.
macro_rules! parameters {
    ($($(#[doc = $line:literal])+ $name:ident: $value:ty,)+) => {
        /// What a site sets for the rules that cannot know it.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields, default)]
        pub struct Parameters {
            $(
                $(#[doc = $line])+
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $name: Option<$value>,
            )+
        }

        impl Parameters {
            /// These where they say something, else `base`.
            #[must_use]
            pub fn over(self, base: &Self) -> Self {
                Self { $($name: self.$name.or_else(|| base.$name.clone()),)+ }
            }

            /// Whether the parameter that a rule names in [`crate::Rule::parameter`] is set.
            pub fn is_set(&self, name: &str) -> bool {
                match name {
                    $(stringify!($name) => self.$name.is_some(),)+
                    _ => false,
                }
            }

            /// Every parameter's name, as rules name it.
            pub const NAMES: &[&str] = &[$(stringify!($name)),+];
        }
    };
}

// In alphabetical order.
parameters! {
    /// The ports of a node that containers may bind. Turns `host-port-outside-range` on.
    host_ports: Range,
    /// How many events a second kubelets should be able to record at least. 0 means any number.
    kubelet_event_rate: i64,
    /// How many replicas a workload should have at least. Default: 2.
    minimum_replicas: i64,
}

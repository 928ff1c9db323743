//! What a site sets for the rules that cannot know it: allow-lists, thresholds, patterns. Everything is optional;
//! a rule says in its documentation what holds without.

use crate::ResourceBounds;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

/// The users and groups that pods may have. What is left out is not judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Identities {
    /// The numbers that `runAsUser` may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<Range>>,
    /// The numbers that `runAsGroup` may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<Range>>,
    /// The numbers that `fsGroup` may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_system_groups: Option<Vec<Range>>,
    /// The numbers that `supplementalGroups` may hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplemental_groups: Option<Vec<Range>>,
    /// Whether the user, groups and file system groups that have ranges must be set, too. Default: false.
    pub required: bool,
}

/// The images that may run under a ServiceAccount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceAccountImages {
    /// The name of the ServiceAccount.
    pub service_account: String,
    /// Image names without tag and digest, or how they begin up to a slash.
    pub images: Vec<String>,
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
    /// Programs that liveness probes should not run. Default: `jcmd`, `ps`, `ls`.
    denied_probe_commands: Vec<String>,
    /// The resources of which requests should equal limits, for `request-differs-from-limit`. Default: `cpu`, `memory`
    /// and `ephemeral-storage`.
    equal_resources: Vec<String>,
    /// The directories of a node under which `hostPath` volumes may lie. Turns `host-path-outside-allowed-prefix` on;
    /// `persistent-volume-host-path` leaves them in peace.
    host_path_prefixes: Vec<String>,
    /// The ports of a node that containers may bind. Turns `host-port-outside-range` on.
    host_ports: Range,
    /// The users and groups that pods may have. Turns `user-or-group-outside-range` on.
    identities: Identities,
    /// How many events a second kubelets should be able to record at least. 0 means any number.
    kubelet_event_rate: i64,
    /// How many containers a pod should have at most, init containers aside. Default: 4.
    maximum_containers: i64,
    /// How many times its request the memory limit of a container should be at most. Default: 2.5.
    maximum_limit_request_ratio: f64,
    /// How many replicas a workload should have at least. Default: 2.
    minimum_replicas: i64,
    /// The priority classes that pods may have, by namespace; those of `*` count for every namespace that is not named.
    /// Turns `priority-class-not-allowed` on.
    priority_classes: BTreeMap<String, Vec<String>>,
    /// The CPU and memory that containers may request and be limited to. Turns `resource-bounds-exceeded` on.
    resource_bounds: ResourceBounds,
    /// The runtime classes that pods may name. Turns `runtime-class-not-allowed` on.
    runtime_classes: Vec<String>,
    /// Which images may run under which ServiceAccount. Turns `service-account-not-allowed` on.
    service_account_images: Vec<ServiceAccountImages>,
    /// The user that containers for Windows must name, such as ContainerUser. Default: any.
    windows_user: String,
}

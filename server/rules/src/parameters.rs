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

/// The most that a container of an agent sandbox may ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AgentSandboxLimits {
    /// The greatest `limits.cpu`, such as `2` or `500m`.
    pub cpu: Option<String>,
    /// The greatest `limits.memory`, such as `4Gi`.
    pub memory: Option<String>,
}

/// Annotations that objects may not have, and those that they may. Keys may hold `*` for any text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AnnotationLists {
    /// The keys that are never allowed.
    pub block: Vec<String>,
    /// For a prefix of keys, such as `nginx.ingress.kubernetes.io/`, the only keys with it that are allowed.
    pub allow: BTreeMap<String, Vec<String>>,
}

/// Places that images may come from, and may not: a registry, or the beginning of a path in one, as in
/// `docker.io/library`. Hosts may begin with `*.`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ImageRegistries {
    /// Where images may come from; from anywhere when empty.
    pub allow: Vec<String>,
    /// Where they may not come from, whatever is allowed.
    pub block: Vec<String>,
}

/// Which Secrets workloads may refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SecretReferences {
    /// What the names of Secrets must begin with, one of these; any name when empty.
    pub prefixes: Vec<String>,
    /// A label, `key` or `key=value`, by which a Secret says that workloads must not refer to it.
    pub restricting_label: Option<String>,
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
    /// The most CPU and memory that a container of an agent sandbox may be allowed, for
    /// `agent-sandbox-limits-missing`. Default: any.
    agent_sandbox_limits: AgentSandboxLimits,
    /// The runtime classes that confine an agent sandbox. Default: `gvisor`.
    agent_sandbox_runtime_classes: Vec<String>,
    /// The annotations that are blocked or allowed. Turns `annotation-not-allowed` on.
    annotation_lists: AnnotationLists,
    /// The values that an environment variable must not have, by its name; `*` stands for any text. Turns
    /// `env-value-denied` on.
    denied_env_values: BTreeMap<String, Vec<String>>,
    /// Programs that liveness probes should not run. Default: `jcmd`, `ps`, `ls`.
    denied_probe_commands: Vec<String>,
    /// The resources of which requests should equal limits, for `request-differs-from-limit`. Default: `cpu`, `memory`
    /// and `ephemeral-storage`.
    equal_resources: Vec<String>,
    /// Image tags that move, beside `latest`.
    floating_tags: Vec<String>,
    /// The directories of a node under which `hostPath` volumes may lie. Turns `host-path-outside-allowed-prefix` on;
    /// `persistent-volume-host-path` leaves them in peace.
    host_path_prefixes: Vec<String>,
    /// The ports of a node that containers may bind. Turns `host-port-outside-range` on.
    host_ports: Range,
    /// The users and groups that pods may have. Turns `user-or-group-outside-range` on.
    identities: Identities,
    /// The registries that images may come from. Turns `image-registry-not-allowed` on.
    image_registries: ImageRegistries,
    /// The classes that Ingresses may name. Turns `ingress-class-not-allowed` on.
    ingress_classes: Vec<String>,
    /// The first safe release of each minor version of ingress-nginx. Default: `1.11.5` and `1.12.1`.
    ingress_nginx_releases: Vec<String>,
    /// How many events a second kubelets should be able to record at least. 0 means any number.
    kubelet_event_rate: i64,
    /// The pattern of a label's value, by its key; `*` stands for any text and `?` for one character. Turns
    /// `label-pattern-mismatch` on.
    label_patterns: BTreeMap<String, String>,
    /// How many containers a pod should have at most, init containers aside. Default: 4.
    maximum_containers: i64,
    /// How many times its request the memory limit of a container should be at most. Default: 2.5.
    maximum_limit_request_ratio: f64,
    /// How many replicas a Deployment may have at most. Turns `replicas-above-cap` on.
    maximum_replicas: i64,
    /// How many replicas a workload should have at least. Default: 2.
    minimum_replicas: i64,
    /// The priority classes that pods may have, by namespace; those of `*` count for every namespace that is not named.
    /// Turns `priority-class-not-allowed` on.
    priority_classes: BTreeMap<String, Vec<String>>,
    /// The registries that want credentials. Turns `image-pull-secret-missing` on.
    private_registries: Vec<String>,
    /// The hosts that `image-public-registry` takes for public. Default: `docker.io` and `ghcr.io`.
    public_registries: Vec<String>,
    /// Whether `default-namespace-used` also finds objects without a namespace. Default: no, as it comes from
    /// who applies them.
    require_namespace: bool,
    /// The annotations that objects must have: the pattern of the value by the key, `*` for any. Turns
    /// `required-annotation-missing` on.
    required_annotations: BTreeMap<String, String>,
    /// The labels that objects must have. Turns `required-label-missing` on.
    required_labels: Vec<String>,
    /// The CPU and memory that containers may request and be limited to. Turns `resource-bounds-exceeded` on.
    resource_bounds: ResourceBounds,
    /// The runtime classes that pods may name. Turns `runtime-class-not-allowed` on.
    runtime_classes: Vec<String>,
    /// The Secrets that workloads may refer to. Turns `secret-reference-not-allowed` on.
    secret_references: SecretReferences,
    /// Which images may run under which ServiceAccount. Turns `service-account-not-allowed` on.
    service_account_images: Vec<ServiceAccountImages>,
    /// The ports that Services may have. Turns `service-port-outside-range` on.
    service_ports: Range,
    /// The user that containers for Windows must name, such as ContainerUser. Default: any.
    windows_user: String,
}

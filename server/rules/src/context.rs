use crate::{KubernetesVersion, Profile};
use leastwise_manifest::Workspace;
use std::ops::RangeInclusive;

/// What rules may ask beside the document they judge.
#[derive(Clone, Copy, Debug)]
pub struct Context<'c> {
    /// What the user set.
    pub settings: &'c Settings,
    /// The other objects.
    pub workspace: &'c Workspace,
    /// Rules that are not run: they have panicked before.
    pub disabled: &'c [&'static str],
}

/// The user's settings that change what rules find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The version whose API and Pod Security Standards count.
    pub kubernetes: KubernetesVersion,
    /// The profile that pods should meet.
    pub profile: Profile,
    /// The node ports that containers may bind, where that is limited.
    pub host_ports: Option<RangeInclusive<i64>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { kubernetes: KubernetesVersion::LATEST, profile: Profile::Restricted, host_ports: None }
    }
}

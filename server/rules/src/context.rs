use crate::{KubernetesVersion, Parameters, Plan, Profile};
use leastwise_manifest::View;

/// What rules may ask beside the document they judge.
#[derive(Clone, Copy, Debug)]
pub struct Context<'c> {
    /// What the user set.
    pub settings: &'c Settings,
    /// The other objects.
    pub workspace: &'c View<'c>,
    /// The rules that are applied.
    pub plan: &'c Plan,
}

/// The user's settings that change what rules find.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The version whose API and Pod Security Standards count.
    pub kubernetes: KubernetesVersion,
    /// The profile that pods should meet.
    pub profile: Profile,
    /// What the site sets for the rules that cannot know it.
    pub parameters: Parameters,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            kubernetes: KubernetesVersion::LATEST,
            profile: Profile::Restricted,
            parameters: Parameters::default(),
        }
    }
}

use std::time::Duration;

/// What is asked for beside the exact answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// For whom.
    pub whose: Whose,
    /// Names that controllers make up are not kept: what was done to one of them is granted for every name.
    pub robust: bool,
    /// What protocols need although no event shows it is granted, too.
    pub include_implied: bool,
    /// What every authenticated subject may do in a cluster as it is installed is granted, too.
    pub keep_discovery: bool,
    /// What was only ever forbidden is granted, too, and marked: a client stops at the first refusal, so that a first run
    /// shows little else.
    pub include_denied: bool,
    /// Things are taken away although the logs are known to have lost events.
    pub despite_loss: bool,
    /// What rests on nothing but silence of which nobody knows what it means is changed, too.
    pub include_candidates: bool,
    /// What rests on silence is not done where somebody looked for less long than this; it is named only.
    pub minimum_window: Option<Duration>,
}

/// Whose privileges are made or tightened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    /// Everybody's, but for users of Kubernetes itself, whose names begin with `system:`.
    #[default]
    Everyone,
    /// A service account's.
    ServiceAccount {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// A user's.
    User(String),
    /// A workload's: for requests, those of its service account.
    Workload {
        /// Its namespace.
        namespace: String,
        /// Its kind, like `Deployment`.
        kind: String,
        /// Its name.
        name: String,
    },
}

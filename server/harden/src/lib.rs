//! Least privilege from what was seen: manifests that grant what was needed and nothing else, made anew
//! (*creation*) or from what stands there already (*refinement*).
//!
//! What goes in is the aggregated [`Record`](leastwise_evidence::Record) of an observation and the manifests of the
//! workspace; what comes out is a [`Proposal`]. Each statement in it says on what it rests: it is *exact* where events
//! entail it, *implied* where a protocol needs it although no event shows it, and a *candidate* where it rests on
//! silence. What cannot be judged is refused, with the reason. Nothing leaves this crate that
//! [`leastwise_privilege`] has not judged, and edits come from [`leastwise_yaml`].

mod manifests;
mod name;
mod needed;
mod network;
mod options;
mod proof;
mod proposal;
mod rbac;
mod schedules;
mod seen;
mod usage;
mod watch;
mod workload;

pub use manifests::Manifests;
pub use needed::needed;
pub use network::{
    DraftedNetworkPolicy, NetworkPolicyDraft, NetworkPolicyTask, PolicyConnection,
    create_drafted_network_policies, create_network_policies, network_usages, refine_network_policies,
};
pub use options::{Options, Whose};
pub use proposal::{Change, Created, Judgement, Level, Proposal, Refused, Statement};
pub use rbac::{
    DraftedRole, Observed, RoleDraft, RoleRequest, RoleTask, RuleDraft, create_drafted_roles, create_roles,
    refine_roles, risk, role_usages,
};
pub use seen::in_words;
pub use usage::{Excess, Unused, Usage, window};
pub use workload::{create_workloads, refine_workloads, seen_namespaces, workload_usages};

use leastwise_evidence::Record;
use leastwise_privilege::Needed;
use leastwise_yaml::Patch;

/// What is made or tightened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Roles and ClusterRoles, with their bindings.
    Role,
    /// NetworkPolicies.
    NetworkPolicy,
    /// What the pods of Deployments and the like may do on their nodes.
    Workload,
}

/// Whether something is made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Task {
    /// It is.
    Create,
    /// What stands among the manifests is tightened.
    Refine,
}

/// Makes or tightens manifests of one kind.
pub fn harden(
    task: Task,
    kind: Kind,
    record: &Record,
    manifests: &Manifests<'_>,
    options: &Options,
) -> Proposal {
    let mut proposal = match (task, kind) {
        (Task::Create, Kind::Role) => create_roles(record, manifests, options),
        (Task::Refine, Kind::Role) => refine_roles(record, manifests, options),
        (Task::Create, Kind::NetworkPolicy) => create_network_policies(record, manifests, options),
        (Task::Refine, Kind::NetworkPolicy) => refine_network_policies(record, manifests, options),
        (Task::Create, Kind::Workload) => create_workloads(record, manifests, options),
        (Task::Refine, Kind::Workload) => refine_workloads(record, manifests, options),
    };
    schedules::warn(record, manifests, &mut proposal);
    proposal
}

/// Proves a change of one of the documents: it must take away, grant nothing, and leave all that was seen to be needed.
///
/// # Errors
/// Why it must not be offered.
pub fn prove_change(
    kind: Kind,
    record: &Record,
    observed: &Observed,
    manifests: &Manifests<'_>,
    document: usize,
    patches: &[Patch],
) -> Result<Judgement, String> {
    let needed = match kind {
        Kind::Role => observed.needed(),
        Kind::NetworkPolicy => network::needed(record, manifests),
        // What processes need of the kernel no request or connection shows.
        Kind::Workload => Needed::default(),
    };
    proof::Proof::new(manifests, needed).judge_change(document, patches)
}

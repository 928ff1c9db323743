//! What scales a workload, and how many pods it has at least; for the rules on replicas, budgets and autoscalers.

use leastwise_manifest::{Autoscaler, Declared, Object, Setting, View, integer, lookup};

/// How many pods a workload runs.
pub(super) enum Scale<'w> {
    /// So many.
    Fixed(i64),
    /// An autoscaler decides, from this number on.
    From(i64, &'w Declared),
    /// Nobody knows.
    Unknown,
}

/// The kind of autoscaler that adds and takes away pods.
pub(super) const HORIZONTAL: &str = "HorizontalPodAutoscaler";
/// The kind of autoscaler that changes what pods request.
pub(super) const VERTICAL: &str = "VerticalPodAutoscaler";
/// KEDA's kind, which makes a HorizontalPodAutoscaler of its own.
pub(super) const SCALED_OBJECT: &str = "ScaledObject";

/// The groups that Kubernetes keeps its scalable kinds in.
const BUILT_IN_GROUPS: &[&str] = &["", "apps", "extensions"];

/// Whether a kind of this group belongs to Kubernetes itself; where no group is known, the kind alone says so.
pub(super) fn is_built_in(group: Option<&str>) -> bool {
    group.is_none_or(|group| BUILT_IN_GROUPS.contains(&group))
}

/// The autoscaler of that kind that certainly scales the object.
pub(super) fn scaler<'w>(workspace: &View<'w>, kind: &str, object: &Object<'_>) -> Option<&'w Declared> {
    workspace.of_kind(kind).find(|declared| {
        let scaler = declared.object();
        workspace.is_in(declared, object.home())
            && Autoscaler::of(&scaler).is_some_and(|scaler| scaler.target.is(object) == Some(true))
    })
}

/// Whether an autoscaler of that kind could scale the object.
pub(super) fn may_be_scaled(workspace: &View<'_>, kind: &str, object: &Object<'_>) -> bool {
    workspace.of_kind(kind).any(|declared| {
        let scaler = declared.object();
        declared.home().may_be(object.home())
            && Autoscaler::of(&scaler).is_some_and(|scaler| scaler.target.is(object) != Some(false))
    })
}

/// How many pods the workload runs.
pub(super) fn scale<'w>(workspace: &View<'w>, object: &Object<'_>) -> Scale<'w> {
    if let Some(declared) = scaler(workspace, HORIZONTAL, object) {
        let minimum = Autoscaler::of(&declared.object()).and_then(|scaler| scaler.minimum());
        return minimum.map_or(Scale::Unknown, |minimum| Scale::From(minimum, declared));
    }
    if [HORIZONTAL, SCALED_OBJECT].iter().any(|kind| may_be_scaled(workspace, kind, object)) {
        return Scale::Unknown;
    }
    match integer(object.node, &["spec", "replicas"]) {
        Setting::Set(replicas, _) => Scale::Fixed(replicas),
        // The API server fills in 1; but a spec that is not there is not yet written.
        Setting::Unset if lookup(object.node, &["spec"]).value().is_some() => Scale::Fixed(1),
        Setting::Unset | Setting::Unknown => Scale::Unknown,
    }
}

/// Whether the workload certainly runs several pods, or is scaled to.
pub(super) fn is_replicated(workspace: &View<'_>, object: &Object<'_>) -> bool {
    match scale(workspace, object) {
        Scale::Fixed(replicas) => replicas > 1,
        Scale::From(..) => true,
        // KEDA is asked to scale it, whatever the numbers are.
        Scale::Unknown => scaler(workspace, SCALED_OBJECT, object).is_some(),
    }
}

/// What an object is called, within a sentence.
pub(super) fn title(object: &Object<'_>) -> String {
    let kind = object.kind().unwrap_or("object");
    match object.name() {
        Some(name) => format!("{kind} \"{name}\""),
        None => format!("another {kind}"),
    }
}

//! How much of a resource a container asks for and may use, once everything that fills gaps has had its say: the
//! limit copied into the request, the pod's own resources, and the defaults of LimitRanges.

use crate::KubernetesVersion;
use crate::context::Context;
use crate::finding::Report;
use leastwise_manifest::{
    Container, ContainerList, Namespace, Object, PodSpec, Quantity, Setting, quantity, string,
};
use leastwise_yaml::{Field, Kind, Node};

/// The two bounds of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// What is set aside for the container.
    Request,
    /// What it cannot exceed.
    Limit,
}

impl Bound {
    /// Its key under `resources`.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Request => "requests",
            Self::Limit => "limits",
        }
    }

    /// Where a LimitRange item says it, the first that is there: what is left out is taken from the next
    /// (Kubernetes, `SetDefaults_LimitRangeItem`).
    fn defaults(self) -> &'static [&'static str] {
        match self {
            Self::Request => &["defaultRequest", "default", "max", "min"],
            Self::Limit => &["default", "max"],
        }
    }
}

/// How much, as far as one can know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Amount {
    /// This much.
    Known(Quantity),
    /// Nothing says.
    Missing,
    /// A template, broken text or a value that is no quantity hides it.
    Unknown,
}

impl From<Setting<'_, Quantity>> for Amount {
    fn from(setting: Setting<'_, Quantity>) -> Self {
        match setting {
            Setting::Set(quantity, _) => Self::Known(quantity),
            Setting::Unset => Self::Missing,
            Setting::Unknown => Self::Unknown,
        }
    }
}

impl Amount {
    /// This, or what fills the gap where it is missing.
    fn or_else(self, fill: impl FnOnce() -> Self) -> Self {
        if self == Self::Missing { fill() } else { self }
    }
}

/// The first version in which pods have resources of their own without a feature gate being opened.
const POD_RESOURCES: KubernetesVersion = KubernetesVersion::minor(34);

/// The resources that a pod can bound as a whole. Huge pages aside, which nobody asks for here.
const OF_PODS: [&str; 2] = ["cpu", "memory"];

/// Whether the API lets the container have resources.
pub(super) fn may_have_resources(container: &Container<'_>) -> bool {
    container.list != ContainerList::EphemeralContainers
}

/// What the container itself says.
pub(super) fn own<'d>(container: &Container<'d>, bound: Bound, resource: &str) -> Setting<'d, Quantity> {
    quantity(container.node, &["resources", bound.key(), resource])
}

/// What the pod as a whole says, in versions that let it.
pub(super) fn of_pod(pod: &PodSpec<'_>, bound: Bound, resource: &str, context: &Context<'_>) -> Amount {
    if context.settings.kubernetes < POD_RESOURCES || !OF_PODS.contains(&resource) {
        return Amount::Missing;
    }
    let own = |bound: Bound| Amount::from(quantity(pod.node, &["resources", bound.key(), resource]));
    match bound {
        Bound::Limit => own(Bound::Limit),
        Bound::Request => own(Bound::Request).or_else(|| own(Bound::Limit)),
    }
}

/// Whether the pod as a whole sets, or may set, any of its bounds, in versions that let it.
pub(super) fn bounds_of_pod(pod: &PodSpec<'_>, context: &Context<'_>) -> bool {
    [Bound::Request, Bound::Limit].into_iter().any(|bound| {
        OF_PODS.into_iter().any(|resource| of_pod(pod, bound, resource, context) != Amount::Missing)
    })
}

/// What counts for the container, the pod's own resources aside.
pub(super) fn effective(
    pod: &PodSpec<'_>,
    container: &Container<'_>,
    bound: Bound,
    resource: &str,
    context: &Context<'_>,
) -> Amount {
    let own = |bound| Amount::from(own(container, bound, resource));
    let said = match bound {
        Bound::Limit => own(Bound::Limit),
        Bound::Request => own(Bound::Request).or_else(|| own(Bound::Limit)),
    };
    said.or_else(|| of_limit_ranges(pod, bound, resource, context))
}

/// Reports the container where nothing bounds the resource: neither itself, nor its pod, nor a LimitRange.
pub(super) fn find_missing(
    pod: &PodSpec<'_>,
    container: &Container<'_>,
    report: &mut Report<'_, '_>,
    (bound, resource): (Bound, &str),
    what: &str,
) {
    if !may_have_resources(container) || !is_missing(pod, container, bound, resource, report.context()) {
        return;
    }
    let path = container.path.keys(&["resources", bound.key(), resource]);
    report.find(path, format!("{} {what}", container.title()));
}

/// Whether certainly nothing bounds the resource.
pub(super) fn is_missing(
    pod: &PodSpec<'_>,
    container: &Container<'_>,
    bound: Bound,
    resource: &str,
    context: &Context<'_>,
) -> bool {
    effective(pod, container, bound, resource, context) == Amount::Missing
        && of_pod(pod, bound, resource, context) == Amount::Missing
}

/// What the LimitRanges of the pod's namespace give containers that do not say.
fn of_limit_ranges(pod: &PodSpec<'_>, bound: Bound, resource: &str, context: &Context<'_>) -> Amount {
    let home = pod.object.home();
    let mut given = Amount::Missing;
    for declared in context.workspace.of_kind("LimitRange") {
        let object = declared.object();
        let is_here = context.workspace.is_in(declared, home);
        // A namespace that a template hides is likely the same on both sides, but nobody knows.
        let may_be_here = [home, object.home()].contains(&Namespace::Unknown) && declared.home().may_be(home);
        if is_here || may_be_here {
            match default_of(&object, bound, resource) {
                known @ Amount::Known(_) if is_here => return known,
                Amount::Known(_) | Amount::Unknown => given = Amount::Unknown,
                Amount::Missing => {}
            }
        }
    }
    given
}

fn default_of(limit_range: &Object<'_>, bound: Bound, resource: &str) -> Amount {
    let items = match limit_range.node.get("spec") {
        Field::Present(spec) => spec.value.get("limits"),
        other => other,
    };
    let items = match items {
        Field::Present(entry) if matches!(entry.value.kind(), Kind::Sequence) => entry.value,
        Field::Absent => return Amount::Missing,
        Field::Present(entry) if entry.value.is_null() => return Amount::Missing,
        Field::Present(_) | Field::Unknown => return Amount::Unknown,
    };
    let open = if items.is_open() { Amount::Unknown } else { Amount::Missing };
    items.items().map(|item| default_of_item(item.value, bound, resource)).fold(open, |given, next| {
        match (given, next) {
            (Amount::Known(_), _) | (_, Amount::Missing) => given,
            _ => next,
        }
    })
}

fn default_of_item(item: Node<'_>, bound: Bound, resource: &str) -> Amount {
    match string(item, &["type"]) {
        Setting::Set("Container", _) => {}
        Setting::Set(..) | Setting::Unset => return Amount::Missing,
        Setting::Unknown => return Amount::Unknown,
    }
    let amounts = bound.defaults().iter().map(|key| Amount::from(quantity(item, &[key, resource])));
    amounts.fold(Amount::Missing, |given, next| given.or_else(|| next))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check_silent, find};
    use crate::{KubernetesVersion, Settings, rule};

    const POD: &str =
        "apiVersion: v1\nkind: Pod\nmetadata: {namespace: shop}\nspec: {containers: [{name: web}]}\n";

    fn count(id: &str, settings: &Settings, text: &str) -> usize {
        find(rule(id).unwrap(), settings, text).len()
    }

    /// Whether the limit and the request of memory are missing beside a LimitRange.
    fn missing_beside(namespace: &str, limits: &str) -> (bool, bool) {
        let text = format!(
            "{POD}---\napiVersion: v1\nkind: LimitRange\nmetadata: {{namespace: {namespace}}}\nspec:\n  limits: {limits}\n"
        );
        let is_missing = |id| count(id, &Settings::default(), &text) == 1;
        (is_missing("memory-limit-missing"), is_missing("memory-request-missing"))
    }

    #[test]
    fn a_limit_range_of_the_namespace_fills_gaps_as_kubernetes_does() {
        for (limits, missing) in [
            ("[{type: Container, default: {memory: 1Gi}}]", (false, false)),
            ("[{type: Container, max: {memory: 1Gi}}]", (false, false)),
            ("[{type: Container, defaultRequest: {memory: 1Gi}}]", (true, false)),
            ("[{type: Container, min: {memory: 1Gi}}]", (true, false)),
            ("[{type: Container, default: {cpu: 1}}]", (true, true)),
            ("[{type: Pod, max: {memory: 1Gi}}]", (true, true)),
            ("[{type: Pod}, {type: Container, default: {memory: 1Gi}}]", (false, false)),
            ("[{type: Container, default: {memory: \"{{ .Values.memory }}\"}}]", (false, false)),
            ("{{ .Values.limits }}", (false, false)),
        ] {
            assert_eq!(missing_beside("shop", limits), missing, "{limits}");
        }
    }

    #[test]
    fn a_limit_range_elsewhere_fills_nothing_and_a_hidden_place_is_unknown() {
        let limits = "[{type: Container, default: {memory: 1Gi}}]";
        assert_eq!(missing_beside("other", limits), (true, true));
        assert_eq!(missing_beside("\"{{ .Values.namespace }}\"", limits), (false, false));
    }

    #[test]
    fn the_pod_as_a_whole_counts_in_versions_that_let_it() {
        let pod = |resources: &str| {
            format!(
                "apiVersion: v1\nkind: Pod\nspec: {{resources: {resources}, containers: [{{name: web}}]}}\n"
            )
        };
        let old = Settings { kubernetes: KubernetesVersion::minor(33), ..Settings::default() };
        let limited = pod("{limits: {memory: 1Gi}}");
        for id in ["memory-limit-missing", "memory-request-missing"] {
            check_silent(rule(id).unwrap(), &limited);
            assert_eq!(count(id, &old, &limited), 1, "{id}");
        }
        let requested = pod("{requests: {memory: 1Gi}}");
        assert_eq!(count("memory-limit-missing", &Settings::default(), &requested), 1);
        assert_eq!(count("memory-request-missing", &Settings::default(), &requested), 0);
    }
}

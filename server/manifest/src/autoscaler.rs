//! What scales workloads: HorizontalPodAutoscalers, VerticalPodAutoscalers and the ScaledObjects of KEDA.

use crate::Object;
use crate::setting::{Setting, integer, lookup, string, text};
use leastwise_yaml::{Field, Path};

/// An object that scales a workload.
#[derive(Clone, Debug)]
pub struct Autoscaler<'d> {
    /// The object.
    pub object: Object<'d>,
    /// What it scales.
    pub target: ScaleTarget<'d>,
}

/// The workload that an autoscaler names. It lives in the autoscaler's namespace.
#[derive(Clone, Debug)]
pub struct ScaleTarget<'d> {
    /// Where the reference stands in its document, or would.
    pub path: Path,
    /// The API group, when known.
    pub group: Option<&'d str>,
    /// The kind, when known.
    pub kind: Option<&'d str>,
    /// The name, when known.
    pub name: Option<&'d str>,
}

/// Kind, group, and the field that names the target.
const KINDS: &[(&str, &str, &str)] = &[
    ("HorizontalPodAutoscaler", "autoscaling", "scaleTargetRef"),
    ("ScaledObject", "keda.sh", "scaleTargetRef"),
    ("VerticalPodAutoscaler", "autoscaling.k8s.io", "targetRef"),
];

impl<'d> Autoscaler<'d> {
    /// The object as an autoscaler, if it is one. Where a template hides the version, the kind alone says so.
    pub fn of(object: &Object<'d>) -> Option<Self> {
        let kind = object.kind()?;
        let (_, group, field) = KINDS.iter().find(|(known, ..)| *known == kind)?;
        if object.api_group().is_some_and(|own| own != *group) {
            return None;
        }
        let read = |key| lookup(object.node, &["spec", field, key]);
        let named = |key| read(key).value().and_then(text);
        let kind = match read("kind") {
            // KEDA scales Deployments unless told otherwise.
            Field::Absent if kind == "ScaledObject" => Some("Deployment"),
            _ => named("kind"),
        };
        let target = ScaleTarget {
            path: object.path.keys(&["spec", field]),
            group: string(object.node, &["spec", field, "apiVersion"])
                .known()
                .map(|version| version.split_once('/').map_or("", |(group, _)| group)),
            kind,
            name: named("name"),
        };
        Some(Self { object: object.clone(), target })
    }

    /// `spec.minReplicas` of a HorizontalPodAutoscaler, which is 1 where it is not set. `None` when nobody knows.
    pub fn minimum(&self) -> Option<i64> {
        match integer(self.object.node, &["spec", "minReplicas"]) {
            Setting::Set(minimum, _) => Some(minimum),
            Setting::Unset => Some(1),
            Setting::Unknown => None,
        }
    }
}

impl ScaleTarget<'_> {
    /// Whether it is the object, going by kind, group and name. `None` when nobody knows.
    pub fn is(&self, object: &Object<'_>) -> Option<bool> {
        self.agrees(object.kind(), object.api_group(), object.name())
    }

    /// Whether both are the same workload of a namespace. `None` when nobody knows.
    pub fn is_same(&self, other: &ScaleTarget<'_>) -> Option<bool> {
        self.agrees(other.kind, other.group, other.name)
    }

    fn agrees(&self, kind: Option<&str>, group: Option<&str>, name: Option<&str>) -> Option<bool> {
        let same = |own: Option<&str>, other: Option<&str>| own.zip(other).map(|(own, other)| own == other);
        // An autoscaler may leave the group out, and those of before 1.16 call it `extensions`.
        let group_differs = same(self.group.map(current_group), group.map(current_group)) == Some(false);
        match (same(self.kind, kind), same(self.name, name)) {
            _ if group_differs => Some(false),
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }
}

fn current_group(group: &str) -> &str {
    if group == "extensions" { "apps" } else { group }
}

#[cfg(test)]
mod tests {
    use super::Autoscaler;
    use crate::objects;

    /// Whether the autoscaler scales `Deployment` web of `apps`, and its minimum.
    fn scales(autoscaler: &str) -> Option<(Option<bool>, Option<i64>)> {
        let text =
            format!("apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\n---\n{autoscaler}\n");
        let stream = leastwise_yaml::parse(&text);
        let [workload, scaler] =
            [0, 1].map(|index: usize| objects(&stream.documents()[index].document).remove(0));
        let scaler = Autoscaler::of(&scaler)?;
        Some((scaler.target.is(&workload), scaler.minimum()))
    }

    #[test]
    fn targets_are_told_by_kind_group_and_name() {
        let hpa = |spec: &str| {
            scales(&format!("apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nspec: {spec}"))
        };
        let target = |target: &str| hpa(&format!("{{minReplicas: 3, scaleTargetRef: {target}}}"));
        let three = |answer| Some((answer, Some(3)));
        assert_eq!(target("{apiVersion: apps/v1, kind: Deployment, name: web}"), three(Some(true)));
        assert_eq!(
            target("{apiVersion: extensions/v1beta1, kind: Deployment, name: web}"),
            three(Some(true))
        );
        assert_eq!(target("{kind: Deployment, name: web}"), three(Some(true)));
        assert_eq!(target("{kind: Deployment, name: \"{{ .Values.name }}\"}"), three(None));
        assert_eq!(target("{kind: Deployment, name: api}"), three(Some(false)));
        assert_eq!(target("{kind: StatefulSet, name: web}"), three(Some(false)));
        assert_eq!(target("{apiVersion: example.com/v1, kind: Deployment, name: web}"), three(Some(false)));
        assert_eq!(hpa("{scaleTargetRef: {kind: Deployment, name: web}}"), Some((Some(true), Some(1))));
        assert_eq!(hpa("{minReplicas: \"{{ .min }}\"}"), Some((None, None)));
    }

    #[test]
    fn a_scaled_object_means_a_deployment_unless_it_says_otherwise() {
        let target = |target: &str| {
            scales(&format!(
                "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nspec: {{scaleTargetRef: {target}}}"
            ))
            .map(|(answer, _)| answer)
        };
        assert_eq!(target("{name: web}"), Some(Some(true)));
        assert_eq!(target("{kind: StatefulSet, name: web}"), Some(Some(false)));
    }

    #[test]
    fn other_kinds_of_that_name_are_none() {
        assert_eq!(scales("apiVersion: example.com/v1\nkind: HorizontalPodAutoscaler"), None);
    }
}

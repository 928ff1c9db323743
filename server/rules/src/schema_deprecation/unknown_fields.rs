//! What may have been meant by a field that its type does not have.

use leastwise_manifest::schema::{Definition, Shape, definition};

/// Fields of other Kubernetes versions than the one whose definitions are kept: not known now, but once or again.
const OF_OTHER_VERSIONS: &[(&str, &str)] = &[
    ("core.v1.NodeSpec", "configSource"),
    ("core.v1.PersistentVolumeClaimStatus", "resizeStatus"),
    ("core.v1.PodResourceClaim", "source"),
    ("core.v1.PodSpec", "workloadRef"),
    ("core.v1.ServiceSpec", "ipFamily"),
    ("core.v1.ServiceSpec", "topologyKeys"),
    ("meta.v1.ObjectMeta", "clusterName"),
    ("meta.v1.ObjectMeta", "initializers"),
    ("networking.v1.NetworkPolicy", "status"),
    ("resource.v1.Device", "nodeAllocatableResourceMappings"),
    ("resource.v1beta1.BasicDevice", "nodeAllocatableResourceMappings"),
    ("resource.v1beta2.Device", "nodeAllocatableResourceMappings"),
];

/// Whether another Kubernetes version has the field.
pub(super) fn is_of_another_version(holder: &Definition, field: &str) -> bool {
    OF_OTHER_VERSIONS.contains(&(holder.name, field))
}

/// What to do about a field that `holder` does not have, to follow a semicolon; `ancestors` are the types around it
/// with their places, the nearest last.
pub(super) fn advice(
    holder: &Definition,
    field: &str,
    ancestors: &[(&'static Definition, String)],
) -> Option<String> {
    let has = |type_name: &str| definition(type_name).is_some_and(|known| known.field(field).is_some());
    match holder.name {
        "core.v1.PodSecurityContext" if has("core.v1.SecurityContext") => {
            return Some(
                "it has no effect for the whole pod and belongs into securityContext of each container"
                    .into(),
            );
        }
        "core.v1.PodSpec" if has("core.v1.SecurityContext") && !has("core.v1.PodSecurityContext") => {
            return Some("it belongs into securityContext of each container".into());
        }
        "core.v1.SecurityContext" if has("core.v1.PodSecurityContext") => {
            return Some("it belongs into securityContext of the pod".into());
        }
        _ => {}
    }
    let same = holder.fields.iter().find(|known| known.name.eq_ignore_ascii_case(field));
    if let Some(known) = same {
        return Some(format!("it is written {}", known.name));
    }
    if let Some((_, place)) = ancestors.iter().rfind(|(known, _)| known.field(field).is_some()) {
        return Some(match place.as_str() {
            "" => "it belongs to the object itself, beside kind".to_owned(),
            place => format!("it belongs into {place}"),
        });
    }
    if let Some(known) = nearest(holder, field) {
        return Some(format!("did you mean {known}"));
    }
    inside(holder, field).map(|place| format!("it belongs into {place}"))
}

/// The field whose name differs least, if by so little that a slip is likely.
fn nearest(holder: &Definition, field: &str) -> Option<&'static str> {
    let distances = holder.fields.iter().map(|known| (strsim::osa_distance(known.name, field), known.name));
    let (distance, name) = distances.min()?;
    (distance <= field.len() / 4 || distance == 1 && field.len() > 2).then_some(name)
}

/// The only field of `holder` whose own type has the field, one or two levels deep.
fn inside(holder: &Definition, field: &str) -> Option<String> {
    let mut places: Vec<String> = Vec::new();
    for known in holder.fields.iter().filter(|known| known.name != "status") {
        let Some((shape, place)) = step(known.shape, known.name) else { continue };
        if shape.field(field).is_some() {
            places.push(place);
        } else if known.name == "template" || known.name == "spec" {
            let deeper = shape.fields.iter().filter_map(|inner| step(inner.shape, inner.name));
            let deeper = deeper.filter(|(inner, _)| inner.field(field).is_some());
            places.extend(deeper.map(|(_, rest)| format!("{place}.{rest}")));
        }
    }
    // A field of containers is meant for those that run, not for the lists beside them.
    if let Some(containers) = places.iter().position(|place| place.ends_with("items of containers")) {
        return Some(places.swap_remove(containers));
    }
    match places.as_slice() {
        [_] => places.pop(),
        _ => None,
    }
}

fn step(shape: Shape, name: &str) -> Option<(&'static Definition, String)> {
    match shape {
        Shape::Object(inner) => Some((definition(inner)?, name.to_owned())),
        Shape::List(items) => match Shape::of(items) {
            Shape::Object(inner) => Some((definition(inner)?, format!("the items of {name}"))),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::advice;
    use leastwise_manifest::schema::definition;

    #[test]
    fn advice_names_the_place_or_the_slip() {
        let pod = || (definition("core.v1.Pod").unwrap(), String::new());
        let spec = || (definition("core.v1.PodSpec").unwrap(), "spec".to_owned());
        for (holder, field, words) in [
            ("core.v1.PodSecurityContext", "readOnlyRootFilesystem", "securityContext of each container"),
            ("core.v1.SecurityContext", "fsGroup", "securityContext of the pod"),
            ("core.v1.Container", "livenessprobe", "it is written livenessProbe"),
            ("core.v1.Container", "comand", "did you mean command"),
            ("core.v1.Container", "privileged", "it belongs into securityContext"),
            ("core.v1.Container", "volumes", "it belongs into spec"),
            ("core.v1.PodSpec", "readOnlyRootFilesystem", "belongs into securityContext of each container"),
            ("core.v1.PodSpec", "runAsUser", "belongs into securityContext"),
            ("core.v1.PodSpec", "image", "the items of containers"),
            ("core.v1.PodSpec", "livenessProbe", "the items of containers"),
            ("core.v1.PodSpec", "metadata", "the object itself"),
        ] {
            let found = advice(definition(holder).unwrap(), field, &[pod(), spec()]);
            assert!(found.as_ref().is_some_and(|found| found.contains(words)), "{holder} {field}: {found:?}");
        }
        let deployment = definition("apps.v1.DeploymentSpec").unwrap();
        assert_eq!(advice(deployment, "nodeSelector", &[]).as_deref(), Some("it belongs into template.spec"));
        assert_eq!(advice(definition("core.v1.Container").unwrap(), "zebra", &[pod(), spec()]), None);
    }
}

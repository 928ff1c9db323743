//! Objects that are not declared, but made in the cluster or at build time from others that are.

use leastwise_manifest::{Object, View, lookup};
use leastwise_yaml::{Field, Node};

/// Kinds whose objects each make one Secret, and where they say its name; where they do not, it is their own.
const MAKERS: [(&str, &[&str]); 3] = [
    ("Certificate", &["spec", "secretName"]),
    ("ExternalSecret", &["spec", "target", "name"]),
    ("SealedSecret", &["spec", "template", "metadata", "name"]),
];

/// What is made, the kinds whose objects list it, where the list stands, and the key of each name.
const LISTS: [(&str, &str, &[&str], &str); 3] = [
    ("ConfigMap", "Kustomization", &["configMapGenerator"], "name"),
    ("Secret", "Kustomization", &["secretGenerator"], "name"),
    ("Secret", "SecretProviderClass", &["spec", "secretObjects"], "secretName"),
];

/// Whether something in the workspace makes, or may make, an object of that kind and name, in whatever namespace.
pub(super) fn may_be_made(workspace: &View<'_>, kind: &str, name: &str) -> bool {
    let one_by_one = || {
        MAKERS.iter().any(|(maker, field)| {
            workspace.of_kind(maker).any(|declared| {
                let object = declared.object();
                match says(lookup(object.node, field)) {
                    Said::Name(said) => said == name,
                    Said::Nothing => object.name().is_none_or(|own| own == name),
                    Said::Hidden => true,
                }
            })
        })
    };
    let in_lists = || {
        LISTS.iter().filter(|(made, ..)| *made == kind).any(|(_, maker, list, key)| {
            workspace.of_kind(maker).any(|declared| lists(&declared.object(), list, key, name))
        })
    };
    in_lists() || kind == "Secret" && one_by_one()
}

/// What a field says of a name.
enum Said<'d> {
    Name(&'d str),
    Nothing,
    Hidden,
}

fn says(field: Field<'_>) -> Said<'_> {
    match field {
        Field::Absent => Said::Nothing,
        Field::Present(entry) if entry.value.is_null() => Said::Nothing,
        Field::Present(entry) => entry.value.as_text().map_or(Said::Hidden, Said::Name),
        Field::Unknown => Said::Hidden,
    }
}

fn lists(object: &Object<'_>, list: &[&str], key: &str, name: &str) -> bool {
    match lookup(object.node, list) {
        Field::Absent => false,
        Field::Unknown => true,
        Field::Present(entry) => {
            entry.value.is_open()
                || Node::items(entry.value).any(|item| match says(item.value.get(key)) {
                    Said::Name(said) => said == name,
                    Said::Nothing => false,
                    Said::Hidden => true,
                })
        }
    }
}

//! What can lack something, where nobody knows the kind: a container is known by its image, a pod by its containers. And whether what
//! is looked for is hidden by a template, or given by one as a whole.

use leastwise_rules::Rule;
use leastwise_yaml::{Document, Field, Kind, Node, Path};
use std::iter::successors;

/// Whether what the rule misses can be missed at this field. An item of `params:` has a name as a container has one, and
/// no image.
pub(super) fn can_lack(document: &Document, path: &Path, rule: &Rule) -> bool {
    let can = |is: fn(Node<'_>) -> bool, missed: &str| {
        let owner = owner(path, missed);
        // At the first key of an item, it is the item that lacks something.
        let nodes = [Some(owner.clone()), owner.parent()].into_iter().flatten();
        nodes.filter_map(|path| document.at(&path)).any(is)
    };
    rule.fields.iter().any(|field| match field.split_once('.') {
        Some(("C[*]", missed)) => can(is_container, missed),
        Some(("P", missed)) => can(is_pod, missed),
        _ => true,
    })
}

/// Whether nobody can say if the field is there. `field` is as rules name theirs.
pub(super) fn is_unknown(mut node: Node<'_>, field: &str) -> bool {
    for key in field.split('.') {
        match node.get(key.trim_end_matches("[*]")) {
            Field::Present(entry) => node = entry.value,
            Field::Unknown => return true,
            Field::Absent => return false,
        }
    }
    node.is_unknown()
}

/// Whether a template gives the field, or one that it lies in, as a whole: who wrote `resources: {{ toYaml .Values.resources }}` has
/// forgotten nothing, and what will stand there nobody knows. The same holds for a field around it into which values are put beside
/// what is written, but not for a container or a pod, where they hold something else. `field` is as rules name theirs.
pub(super) fn is_given_by_template(node: Node<'_>, field: &str) -> bool {
    let (key, rest) = field.split_once('.').map_or((field, None), |(key, rest)| (key, Some(rest)));
    let key = key.trim_end_matches("[*]");
    let mut entries = node.written_entries().filter(|entry| entry.key.key_text() == Some(key));
    entries.any(|entry| {
        let is_given_below = |rest| has_values_put_in(entry.value) || is_given_by_template(entry.value, rest);
        entry.value.is_unknown() || rest.is_some_and(is_given_below)
    })
}

/// Whether a template alone gives this value, below its key, or puts a chart's values there, so that nobody who reads the key's line
/// learns anything of it. What stands behind the key, as in `hostPID: {{ .Values.debug }}`, was meant to be there.
pub(super) fn is_given_whole(node: Node<'_>) -> bool {
    let range = node.range();
    node.is_unknown() && (range.is_empty() || writes_values(node.document().text(range)))
}

/// Whether a chart's values, whatever they are, become entries of the mapping.
fn has_values_put_in(node: Node<'_>) -> bool {
    node.writers().any(|range| writes_values(node.document().text(range)))
}

/// By `toYaml`, or by what the charts of Bitnami write for it.
fn writes_values(template: &str) -> bool {
    template.contains("toYaml") || template.contains("tplvalues.render")
}

/// Where the container or the pod is of which `missed` is a field: `securityContext:` above what is missed is a part of it.
fn owner(path: &Path, missed: &str) -> Path {
    let keys: Vec<_> = missed.split('.').collect();
    let above = successors(Some(path.clone()), Path::parent).take(keys.len());
    let owners = above.enumerate().filter(|(depth, above)| above.keys(&keys[..*depth]) == *path);
    owners.last().map_or_else(Path::root, |(_, owner)| owner)
}

fn is_container(node: Node<'_>) -> bool {
    matches!(node.kind(), Kind::Mapping) && !matches!(node.get("image"), Field::Absent)
}

/// A mapping that is a container itself, or has one in it or in a list.
fn is_pod(node: Node<'_>) -> bool {
    let holds_container =
        |value: Node<'_>| is_container(value) || value.items().any(|item| is_container(item.value));
    is_container(node) || node.written_entries().any(|entry| holds_container(entry.value))
}

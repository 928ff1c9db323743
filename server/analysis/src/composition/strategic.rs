//! Strategic merge patches: what Kubernetes' own merge makes of an object and a part of one.

use crate::composition::Undecided;
use leastwise_yaml::{Emptied, Field, Kind, Literal, Node, Patch, Path, Scalar, Segment};

/// As deep as patches are followed. Real ones are a third of it.
const DEPTH: usize = 64;

/// The lists of built-in types that are merged item by item, and by which key; all others are replaced.
/// Source: `patchMergeKey` in the API's types.
const MERGE_KEYS: &[(&str, &[&str])] = &[
    ("containers", &["name"]),
    ("initContainers", &["name"]),
    ("ephemeralContainers", &["name"]),
    ("volumes", &["name"]),
    ("env", &["name"]),
    ("imagePullSecrets", &["name"]),
    ("volumeMounts", &["mountPath"]),
    ("volumeDevices", &["devicePath"]),
    ("hostAliases", &["ip"]),
    ("topologySpreadConstraints", &["topologyKey", "whenUnsatisfiable"]),
    ("resourceClaims", &["name"]),
];

/// The changes that merge `patch` into the object `target`, which stands at `path`.
pub(crate) fn merge(
    target: Node<'_>,
    path: &Path,
    patch: Node<'_>,
    is_built_in: bool,
) -> Result<Vec<Patch>, Undecided> {
    let mut merge = Merge { is_built_in, patches: Vec::new() };
    merge.mapping(target, path, patch, DEPTH)?;
    Ok(merge.patches)
}

struct Merge {
    is_built_in: bool,
    patches: Vec<Patch>,
}

impl Merge {
    fn mapping(
        &mut self,
        target: Node<'_>,
        path: &Path,
        patch: Node<'_>,
        depth: usize,
    ) -> Result<(), Undecided> {
        if depth == 0 || patch.is_open() || target.is_open() {
            return Err(Undecided);
        }
        match directive(patch)? {
            Some("replace") => {
                self.set(path.clone(), literal(patch, depth)?);
                return Ok(());
            }
            Some("delete") => {
                self.remove(path.clone());
                return Ok(());
            }
            Some("merge") | None => {}
            Some(_) => return Err(Undecided),
        }
        for entry in patch.entries() {
            let key = entry.key.key_text().ok_or(Undecided)?;
            // What a patch calls itself is how it finds its object.
            let names_itself = depth == DEPTH && ["apiVersion", "kind"].contains(&key);
            let names_itself = names_itself
                || depth + 1 == DEPTH
                    && path.last() == Some(&Segment::Key("metadata".to_owned()))
                    && ["name", "namespace"].contains(&key);
            if key == "$patch" || names_itself {
                continue;
            }
            if key.starts_with('$') || entry.value.is_unknown() {
                return Err(Undecided);
            }
            self.field(target.get(key), &path.key(key), key, entry.value, depth - 1)?;
        }
        Ok(())
    }

    fn field(
        &mut self,
        target: Field<'_>,
        path: &Path,
        key: &str,
        patch: Node<'_>,
        depth: usize,
    ) -> Result<(), Undecided> {
        let known = match target {
            Field::Present(entry) => Some(entry.value),
            Field::Absent => None,
            Field::Unknown => return Err(Undecided),
        };
        match (known, patch.kind()) {
            (Some(_), _) if patch.is_null() => self.remove(path.clone()),
            (None, _) if patch.is_null() => {}
            (Some(target), Kind::Mapping) if matches!(target.kind(), Kind::Mapping) => {
                self.mapping(target, path, patch, depth)?;
            }
            (Some(target), Kind::Sequence) if matches!(target.kind(), Kind::Sequence) => {
                match self.merge_keys(key, patch) {
                    Some(keys) => self.list(target, path, patch, keys, depth)?,
                    None => self.set(path.clone(), literal(patch, depth)?),
                }
            }
            (_, Kind::Mapping) if directive(patch)? == Some("delete") => {}
            _ => self.set(path.clone(), literal(patch, depth)?),
        }
        Ok(())
    }

    fn merge_keys(&self, key: &str, patch: Node<'_>) -> Option<&'static [&'static str]> {
        if !self.is_built_in {
            return None;
        }
        if key == "ports" {
            // Those of a container, and those of a Service.
            let is_of_container = patch.items().all(|item| !item.value.get("containerPort").is_absent());
            return Some(if is_of_container {
                &["containerPort", "protocol"]
            } else {
                &["port", "protocol"]
            });
        }
        MERGE_KEYS.iter().find(|(known, _)| *known == key).map(|(_, keys)| *keys)
    }

    fn list(
        &mut self,
        target: Node<'_>,
        path: &Path,
        patch: Node<'_>,
        keys: &[&str],
        depth: usize,
    ) -> Result<(), Undecided> {
        if depth == 0 || target.is_open() || patch.is_open() {
            return Err(Undecided);
        }
        let mut end = target.items().count();
        let replaces =
            patch.items().any(|item| directive(item.value).is_ok_and(|one| one == Some("replace")));
        if replaces {
            return Err(Undecided);
        }
        for item in patch.items() {
            if !matches!(item.value.kind(), Kind::Mapping) {
                return Err(Undecided);
            }
            let is_same = |other: Node<'_>| keys.iter().all(|key| text(item.value, key) == text(other, key));
            if keys.first().is_none_or(|key| text(item.value, key).is_none()) {
                return Err(Undecided);
            }
            match target.items().find(|other| is_same(other.value)) {
                Some(known) => self.mapping(known.value, &path.index(known.index), item.value, depth - 1)?,
                None if directive(item.value)? == Some("delete") => {}
                None => {
                    self.set(path.index(end), literal(item.value, depth)?);
                    end += 1;
                }
            }
        }
        Ok(())
    }

    fn set(&mut self, path: Path, value: Literal) {
        self.patches.push(Patch::Set { path, value });
    }

    fn remove(&mut self, path: Path) {
        self.patches.push(Patch::Remove { path, emptied: Emptied::Keep });
    }
}

/// What `$patch` says, where it stands.
fn directive(node: Node<'_>) -> Result<Option<&str>, Undecided> {
    match node.get("$patch") {
        Field::Present(entry) => entry.value.as_str().map(Some).ok_or(Undecided),
        Field::Absent => Ok(None),
        Field::Unknown => Err(Undecided),
    }
}

/// The value of a merge key; a protocol that is left out is TCP.
fn text<'d>(item: Node<'d>, key: &str) -> Option<&'d str> {
    let written = item.get(key).value().and_then(Node::as_text);
    written.or((key == "protocol").then_some("TCP"))
}

/// The value to be written for a node, without directives and nulls.
pub(crate) fn literal(node: Node<'_>, depth: usize) -> Result<Literal, Undecided> {
    if depth == 0 || node.is_unknown() || node.is_open() {
        return Err(Undecided);
    }
    match node.kind() {
        Kind::Mapping => {
            let mut entries = Vec::new();
            for entry in node.entries() {
                let key = entry.key.key_text().ok_or(Undecided)?;
                if key != "$patch" && !entry.value.is_null() {
                    entries.push((key.to_owned(), literal(entry.value, depth - 1)?));
                }
            }
            Ok(Literal::Mapping(entries))
        }
        Kind::Sequence => {
            let items: Result<_, _> = node.items().map(|item| literal(item.value, depth - 1)).collect();
            Ok(Literal::Sequence(items?))
        }
        Kind::Scalar(Scalar::Boolean(value)) => Ok(Literal::Boolean(*value)),
        Kind::Scalar(Scalar::Integer(value)) => Ok(Literal::Integer(*value)),
        Kind::Scalar(Scalar::String) => node.as_str().map(Literal::from).ok_or(Undecided),
        Kind::Scalar(_) | Kind::Dangling => Err(Undecided),
    }
}

use crate::composition::{Undecided, operations, strategic};
use leastwise_manifest::{Object, PatchTarget, objects};
use leastwise_yaml::{Document, Kind, Node, apply};
use std::sync::Arc;

/// What a Kustomize file that nobody builds on makes of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlay {
    /// Its folder, as it is called from where it parts from the text's.
    pub name: String,
    /// Its patches, in the order in which they are applied.
    pub(crate) patches: Vec<Arc<OverlayPatch>>,
}

/// A patch that has been read.
#[derive(Debug)]
pub(crate) struct OverlayPatch {
    pub(crate) target: Option<PatchTarget>,
    pub(crate) documents: Vec<Arc<Document>>,
}

impl PartialEq for OverlayPatch {
    fn eq(&self, other: &Self) -> bool {
        let texts = |patch: &Self| -> Vec<String> {
            patch.documents.iter().map(|document| document.source().to_owned()).collect()
        };
        self.target == other.target && texts(self) == texts(other)
    }
}

impl Eq for OverlayPatch {}

impl Overlay {
    /// What becomes of a document; `None` where nothing does.
    pub(crate) fn applied(&self, document: &Document) -> Result<Option<Document>, Undecided> {
        let mut changed = None;
        for patch in &self.patches {
            for text in &patch.documents {
                let now = changed.as_ref().unwrap_or(document);
                if let Some(next) = patch.apply(text, now)? {
                    changed = Some(next);
                }
            }
        }
        Ok(changed)
    }
}

impl OverlayPatch {
    fn apply(&self, text: &Document, document: &Document) -> Result<Option<Document>, Undecided> {
        let patch = text.root();
        let mut changed: Option<Document> = None;
        let paths: Vec<_> = objects(document).into_iter().map(|object| object.path).collect();
        for path in paths {
            let now = changed.as_ref().unwrap_or(document);
            let object = Object { node: now.at(&path).ok_or(Undecided)?, path: path.clone() };
            let is_meant = match (&self.target, patch.kind()) {
                (Some(target), _) => targets(target, &object)?,
                (None, Kind::Mapping) => names(patch, &object)?,
                // Operations without a target are for nothing.
                (None, _) => return Err(Undecided),
            };
            if !is_meant {
                continue;
            }
            changed = Some(match patch.kind() {
                Kind::Sequence => operations::operate(now.clone(), &path, patch)?,
                Kind::Mapping => {
                    let is_built_in = object.is_built_in().ok_or(Undecided)?;
                    let patches = strategic::merge(object.node, &path, patch, is_built_in)?;
                    apply(now, &patches).map_err(|_| Undecided)?.document
                }
                Kind::Scalar(_) | Kind::Dangling => return Err(Undecided),
            });
        }
        Ok(changed)
    }
}

/// Whether a patch names the object: by group, kind and name, and by namespace where both say one.
fn names(patch: Node<'_>, object: &Object<'_>) -> Result<bool, Undecided> {
    let patch = Object { node: patch, path: object.path.clone() };
    let same = |one: Option<&str>, other: Option<&str>| match (one, other) {
        (Some(one), Some(other)) => Ok(one == other),
        _ => Err(Undecided),
    };
    let may_be_home = match (patch.namespace(), object.namespace()) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    Ok(same(patch.kind(), object.kind())?
        && same(patch.name(), object.name())?
        && same(patch.api_group(), object.api_group())?
        && may_be_home)
}

/// Whether a target means the object.
fn targets(target: &PatchTarget, object: &Object<'_>) -> Result<bool, Undecided> {
    let version = object.api_version().map(|text| text.rsplit('/').next().unwrap_or(text));
    let fields = [
        (&target.group, object.api_group()),
        (&target.version, version),
        (&target.kind, object.kind()),
        (&target.name, object.name()),
        (&target.namespace, object.namespace()),
    ];
    for (pattern, value) in fields {
        if !pattern.as_deref().map_or(Ok(true), |pattern| matches(pattern, value))? {
            return Ok(false);
        }
    }
    if target.selects { Err(Undecided) } else { Ok(true) }
}

/// Patterns are regular expressions; only those without any magic, and the one for anything, are followed.
fn matches(pattern: &str, value: Option<&str>) -> Result<bool, Undecided> {
    let has_magic = |pattern: &str| pattern.contains(['*', '+', '?', '[', '(', '|', '\\', '^', '$', '{']);
    match value {
        _ if pattern == ".*" => Ok(true),
        Some(value) if !has_magic(pattern) => Ok(pattern == value),
        _ => Err(Undecided),
    }
}

//! What a Kustomize file says of other files.

use crate::{lookup, string};
use leastwise_yaml::{Document, Kind, Node};

/// The names that Kustomize looks for in a folder, in its order.
pub const KUSTOMIZATION_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Fields that rewrite objects in ways that are not followed here.
const TRANSFORMING: [&str; 5] =
    ["transformers", "replacements", "vars", "helmCharts", "helmChartInflationGenerator"];

/// A Kustomize file. It may leave out `apiVersion` and `kind`, so its name decides what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kustomization {
    /// Files, folders and addresses that it builds on: `resources`, and `bases`, as they were called before.
    pub resources: Vec<String>,
    /// Folders of components, whose patches apply to what it builds on.
    pub components: Vec<String>,
    /// What it changes, in the order in which Kustomize does.
    pub patches: Vec<KustomizePatch>,
    /// It is itself a component: nothing without the one who names it.
    pub is_component: bool,
    /// It also rewrites objects in ways that are not followed here, or part of it is hidden.
    pub is_opaque: bool,
}

/// One patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KustomizePatch {
    /// Where its text stands.
    pub text: PatchText,
    /// The objects that it is for; without it the patch names its object itself.
    pub target: Option<PatchTarget>,
}

/// Where the text of a patch stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatchText {
    /// In this file, relative to the Kustomize file.
    File(String),
    /// In the Kustomize file.
    Inline(String),
}

/// Which objects a patch is for. What is left out is any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PatchTarget {
    /// The API group.
    pub group: Option<String>,
    /// The API version, without the group.
    pub version: Option<String>,
    /// A pattern for the kind.
    pub kind: Option<String>,
    /// A pattern for the name.
    pub name: Option<String>,
    /// A pattern for the namespace.
    pub namespace: Option<String>,
    /// It also selects by labels or annotations, which other parts of Kustomize may add.
    pub selects: bool,
}

impl Kustomization {
    /// Whether a file of this name is a Kustomize file.
    pub fn is_named(file_name: &str) -> bool {
        KUSTOMIZATION_NAMES.contains(&file_name)
    }

    /// Reads a Kustomize file.
    pub fn of(document: &Document) -> Self {
        let root = document.root();
        let texts = |key: &str| -> Vec<String> { items(root, key).filter_map(owned).collect() };
        let merged = items(root, "patchesStrategicMerge").filter_map(by_text);
        let patched = items(root, "patches").filter_map(patch);
        let operated = items(root, "patchesJson6902").filter_map(patch);
        let patches: Vec<_> = merged.chain(patched).chain(operated).collect();
        let written: usize = ["patchesStrategicMerge", "patches", "patchesJson6902"]
            .iter()
            .map(|key| items(root, key).count())
            .sum();
        Self {
            resources: texts("resources").into_iter().chain(texts("bases")).collect(),
            components: texts("components"),
            is_component: string(root, &["kind"]).known() == Some("Component"),
            is_opaque: root.is_open()
                || written != patches.len()
                || TRANSFORMING.iter().any(|key| !root.get(key).is_absent()),
            patches,
        }
    }
}

fn items<'d>(root: Node<'d>, key: &str) -> impl Iterator<Item = Node<'d>> + use<'d> {
    root.get(key).value().into_iter().flat_map(|list| list.items().map(|item| item.value))
}

fn owned(node: Node<'_>) -> Option<String> {
    node.as_text().filter(|_| !node.is_null()).map(str::to_owned)
}

/// A file's name or, over more than one line, the patch itself.
fn by_text(node: Node<'_>) -> Option<KustomizePatch> {
    let text = owned(node)?;
    let text = if text.contains('\n') { PatchText::Inline(text) } else { PatchText::File(text) };
    Some(KustomizePatch { text, target: None })
}

fn patch(node: Node<'_>) -> Option<KustomizePatch> {
    if !matches!(node.kind(), Kind::Mapping) {
        return by_text(node);
    }
    let at = |key: &str| node.get(key).value().and_then(owned);
    let text = at("path").map(PatchText::File).or_else(|| at("patch").map(PatchText::Inline))?;
    let target = node.get("target").value().filter(|target| matches!(target.kind(), Kind::Mapping));
    Some(KustomizePatch { text, target: target.map(PatchTarget::of) })
}

impl PatchTarget {
    fn of(node: Node<'_>) -> Self {
        let at = |key: &str| lookup(node, &[key]).value().and_then(owned).filter(|text| !text.is_empty());
        Self {
            group: at("group"),
            version: at("version"),
            kind: at("kind"),
            name: at("name"),
            namespace: at("namespace"),
            selects: ["labelSelector", "annotationSelector"].iter().any(|key| !node.get(key).is_absent()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_yaml::parse;

    fn read(text: &str) -> Kustomization {
        Kustomization::of(&parse(text).documents()[0].document)
    }

    #[test]
    fn patches_are_named_in_three_fields() {
        let read = read(
            "bases: [../base]\n\
             patchesStrategicMerge: [merged.yaml]\n\
             patches:\n- path: patched.yaml\n- patch: |\n    kind: Pod\n  target: {kind: Pod, name: web}\n\
             patchesJson6902:\n- path: operated.yaml\n  target: {kind: Service}\n",
        );
        let texts: Vec<_> = read.patches.iter().map(|patch| patch.text.clone()).collect();
        let file = |name: &str| PatchText::File(name.to_owned());
        let inline = PatchText::Inline("kind: Pod\n".to_owned());
        assert_eq!(texts, [file("merged.yaml"), file("patched.yaml"), inline, file("operated.yaml")]);
        assert_eq!(read.patches[2].target.as_ref().unwrap().name.as_deref(), Some("web"));
        assert_eq!((read.resources, read.is_opaque), (vec!["../base".to_owned()], false));
    }

    #[test]
    fn what_rewrites_objects_otherwise_is_opaque() {
        assert!(read("resources: [a.yaml]\nreplacements: []\n").is_opaque);
        assert!(!read("resources: [a.yaml]\nconfigMapGenerator: []\n").is_opaque);
    }
}

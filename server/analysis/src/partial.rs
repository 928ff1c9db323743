//! Parts of objects, whose rest stands in another file: patches.

use leastwise_manifest::objects;
use leastwise_rules::{Context, Judgement};
use leastwise_yaml::{Document, Field};

/// As many nodes as a directive is looked for in; more than any patch has.
const BUDGET: usize = 20_000;

/// Whether a document says itself that it is a patch, by a `$patch` directive in one of its objects.
pub fn is_patch(document: &Document) -> bool {
    document.source().contains("$patch") && {
        let mut has_directive = false;
        for object in objects(document) {
            object.node.walk(
                &mut |_, node| {
                    has_directive |= matches!(node.get("$patch"), Field::Present(_));
                    !has_directive
                },
                BUDGET,
            );
        }
        has_directive
    }
}

/// Judges a document only for what it sets. What it leaves out is set elsewhere or not, which nobody knows here: so
/// it meets no profile, either.
pub(crate) fn judge(document: &Document, context: &Context<'_>) -> Judgement {
    let mut judgement = leastwise_rules::judge(&document.as_part(), context);
    judgement.findings.retain(|finding| !finding.place.missing);
    judgement.pods.clear();
    judgement
}

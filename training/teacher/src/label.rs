//! What the rules say of a document, line by line.

use std::collections::BTreeSet;

use leastwise_analysis::{Environment, File, is_patch};
use leastwise_manifest::objects;
use serde::{Deserialize, Serialize};

/// A document as training keeps it. What is not looked at here passes through.
#[derive(Deserialize, Serialize)]
pub(crate) struct Document {
    text: String,
    labels: BTreeSet<(u32, String)>,
    /// Whether the rules could judge all of it. Where they could not, that they found nothing means nothing.
    #[serde(default)]
    judged: bool,
    #[serde(flatten)]
    rest: serde_json::Map<String, serde_json::Value>,
}

/// Adds the ids of the rules that find something at a line, of those that a user hears who has configured nothing. A document
/// is judged alone: what others would say about it is not to be seen in it.
pub(crate) fn label(mut document: Document) -> Document {
    let file = File::new(&document.text, &Environment::default());
    for located in file.diagnoses() {
        let line = file.buffer().line_of(located.range().start());
        document.labels.insert((line, located.diagnosis.rule().to_owned()));
    }
    document.judged = is_judged(&file);
    document
}

/// Whether the rules know what all of it means: no template hides anything, nothing is broken, it is no patch, whose other half
/// stands elsewhere, and each kind is Kubernetes' own.
fn is_judged(file: &File) -> bool {
    let mut documents = file.stream().documents().iter().map(|placed| &placed.document);
    file.syntax_errors().next().is_none()
        && documents.all(|document| {
            let objects = objects(document);
            document.templates().is_empty()
                && !is_patch(document)
                && !objects.is_empty()
                && objects.iter().all(|object| object.is_built_in() == Some(true))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str) -> bool {
        let document = Document {
            text: text.to_owned(),
            labels: BTreeSet::new(),
            judged: false,
            rest: serde_json::Map::new(),
        };
        label(document).judged
    }

    #[test]
    fn that_rules_find_nothing_means_something_only_where_they_know_all() {
        let pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    image: web:1.2\n";
        assert!(judged(pod));
        assert!(!judged(&pod.replace("web:1.2", "{{ .Values.image }}")));
        assert!(!judged(&pod.replace("v1\nkind: Pod", "example.org/v1\nkind: Sandbox")));
        assert!(!judged(&pod.replace("image: web:1.2", "env:\n    - $patch: replace")));
        assert!(!judged(&pod.replace("- name", "- [name")));
    }
}

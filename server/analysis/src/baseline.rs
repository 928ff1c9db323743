//! What was found when Leastwise came to an old repository, and is not to be shown: only what is new is.

use crate::Located;
use leastwise_rules::Finding;
use leastwise_yaml::{Document, Path, Segment};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Findings that are known. They are recognised by rule, object and field, whatever else changes around them, and
/// in whichever file the object is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Of this form; another would be another number.
    version: u8,
    findings: BTreeSet<String>,
}

const VERSION: u8 = 1;

/// Why a baseline cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] std::io::Error),
    /// It is no baseline.
    #[error("no baseline: {0}")]
    Misread(#[from] serde_json::Error),
    /// It is of a form that is not known here.
    #[error("a baseline of version {0}, but only {VERSION} is known")]
    Version(u8),
}

impl Baseline {
    /// The baseline that knows these findings.
    pub fn of<'f>(located: impl IntoIterator<Item = Located<'f>>) -> Self {
        let findings =
            located.into_iter().map(|located| identity(located.source(), &located.diagnosis.finding));
        Self { version: VERSION, findings: findings.collect() }
    }

    /// Reads a baseline file.
    ///
    /// # Errors
    /// When it cannot be read or is no baseline.
    pub fn load(path: &std::path::Path) -> Result<Self, BaselineError> {
        let baseline: Self = serde_json::from_str(&std::fs::read_to_string(path)?)?;
        if baseline.version == VERSION { Ok(baseline) } else { Err(BaselineError::Version(baseline.version)) }
    }

    /// As [`Self::load`] reads it: one finding a line, in order, so that changes show in a review.
    pub fn text(&self) -> String {
        // Nothing here can fail: all of it is text.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// How many findings it knows.
    pub fn len(&self) -> usize {
        self.findings.len()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// The same, and what else goes by these names.
    #[must_use]
    pub fn with(mut self, identities: impl IntoIterator<Item = String>) -> Self {
        self.findings.extend(identities);
        self
    }

    pub(crate) fn knows(&self, document: &Document, finding: &Finding) -> bool {
        self.holds(&identity(document, finding))
    }

    pub(crate) fn holds(&self, identity: &str) -> bool {
        self.findings.contains(identity)
    }
}

/// What a finding is called for good: the rule, the object and the field, with names in place of numbers where items
/// have names. It stays the same when lines, files or other findings change.
pub fn identity(document: &Document, finding: &Finding) -> String {
    identity_of(document, finding.rule.id, &finding.object, &finding.path)
}

/// The same of whatever is said under the name `id` of the field at `path`.
pub(crate) fn identity_of(document: &Document, id: &str, at: &Path, path: &Path) -> String {
    let object = document.at(at).unwrap_or_else(|| document.root());
    // A template is as good a name as any: it is the text that counts.
    let written = |keys: &[&str]| {
        let found = document.at(&at.keys(keys));
        found.map(|node| document.text(node.range()).trim_matches(['"', '\'']).to_owned()).unwrap_or_default()
    };
    let version = object.get("apiVersion").value().and_then(|version| version.as_text()).unwrap_or_default();
    // The version of an API may be raised without changing anything else.
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let (kind, namespace, name) =
        (written(&["kind"]), written(&["metadata", "namespace"]), written(&["metadata", "name"]));
    let field = field(document, at, path);
    format!("{id} {group}/{kind} {namespace}/{name} {field}")
}

fn field(document: &Document, object: &Path, path: &Path) -> String {
    let mut text = String::new();
    let mut here = object.clone();
    let relative = path.relative_to(object).unwrap_or_else(Path::root);
    for segment in relative.segments() {
        match segment {
            Segment::Key(key) => {
                here = here.key(key);
                // Writing to a string cannot fail.
                let _ = write!(text, ".{key}");
            }
            Segment::Index(index) => {
                here = here.index(*index);
                let item = document.at(&here);
                let name = item.and_then(|item| item.get("name").value().or(Some(item))?.as_text());
                let _ = match name {
                    Some(name) => write!(text, "[{name}]"),
                    None => write!(text, "[{index}]"),
                };
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Configuration, Environment, File, Standing};
    use std::sync::Arc;

    const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
  - name: first
    image: web:1.2
  - name: second
    image: web:1.2
    securityContext: {privileged: true}
";

    fn file(text: &str, known: Option<Baseline>) -> File {
        let select = Some(vec!["privileged-container".parse().unwrap()]);
        let configuration = Configuration { select, known: known.map(Arc::new), ..Configuration::default() };
        File::new(text, &Environment { configuration: Arc::new(configuration), ..Environment::default() })
    }

    #[test]
    fn a_finding_is_called_by_names() {
        let found = file(POD, None);
        let located = found.diagnoses().next().unwrap();
        assert_eq!(
            identity(located.source(), &located.diagnosis.finding),
            "privileged-container /Pod shop/web .spec.containers[second].securityContext.privileged"
        );
    }

    #[test]
    fn what_is_known_is_recognised_wherever_it_moves_and_what_is_new_is_shown() {
        let baseline = Baseline::of(file(POD, None).diagnoses());
        assert_eq!(baseline.len(), 1);
        let moved = format!("# A comment\n{POD}").replace("  - name: first\n    image: web:1.2\n", "");
        let standing = |text: &str| {
            let file = file(text, Some(baseline.clone()));
            let shown: Vec<_> = file.diagnoses().map(|located| located.is_shown()).collect();
            shown
        };
        assert_eq!(standing(POD), [false]);
        assert_eq!(standing(&moved), [false]);
        assert_eq!(standing(&POD.replace("name: second", "name: third")), [true]);
        let known = file(POD, Some(baseline.clone()));
        assert!(known.diagnoses().all(|one| matches!(one.standing, Standing::Suppressed("in the baseline"))));
    }

    #[test]
    fn it_is_read_as_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("baseline.json");
        let baseline = Baseline::of(file(POD, None).diagnoses());
        std::fs::write(&path, baseline.text()).unwrap();
        assert_eq!(Baseline::load(&path).unwrap(), baseline);
        for (text, words) in [("{}", "no baseline"), ("{\"version\": 9, \"findings\": []}", "version 9")] {
            std::fs::write(&path, text).unwrap();
            let error = Baseline::load(&path).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}

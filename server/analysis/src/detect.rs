//! What the model sees, where it may speak. Rules decide where they can: a label that a rule covers is shown only
//! where no rule can judge, because a template hides the value, the text is not whole, or the kind is unknown.

use crate::File;
use crate::diagnosis::DocumentAnalysis;
use crate::suppression::Suppression;
use leastwise_manifest::Resource;
use leastwise_model::Tag;
use leastwise_rules::rule;
use leastwise_text::{TextRange, TextSize};
use leastwise_yaml::{Node, Path};

/// Something the model saw. A candidate, and shown as one.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// The model's name for it; a rule's id where it means the same.
    pub label: String,
    /// What is wrong, in words.
    pub message: String,
    /// How sure the model is, from 0 to 1.
    pub probability: f32,
    /// The zero-based index of the document.
    pub document: usize,
    /// The object it is about.
    pub resource: Resource,
    /// The field on the line, relative to its object.
    pub path: Path,
    /// The characters on the line, in the text.
    pub range: TextRange,
}

/// What of the model's tags on one document is shown, in order of lines.
pub fn sightings(file: &File, document: usize, tags: &[Tag]) -> Vec<Sighting> {
    let Some((_, offset, analysis)) = file.placed().nth(document) else { return Vec::new() };
    let today = file.environment().today;
    let is_suppressed = |label: &str, place: &Line| {
        let silences = |one: &Suppression| {
            one.is_in_force(today) && one.reaches(&place.object, place.range) && one.names(label)
        };
        analysis.suppressions.iter().any(silences) || file.file_wide_suppression(label).is_some()
    };
    let lines = line_starts(analysis.document.source());
    let mut seen: Vec<Sighting> = tags
        .iter()
        .filter_map(|tag| {
            let start = *lines.get(usize::try_from(tag.line).ok()?)?;
            let place = Line::read(analysis, start)?;
            let may_speak = rule(&tag.label).is_none() || place.is_beyond_rules || is_beyond_rules(analysis);
            (may_speak && !is_suppressed(&tag.label, &place)).then(|| Sighting {
                message: rule(&tag.label).map_or_else(|| words(&tag.label), |rule| rule.title.to_owned()),
                label: tag.label.clone(),
                probability: tag.probability,
                document,
                resource: analysis.resource(&place.object),
                path: place.path.relative_to(&place.object).unwrap_or(place.path),
                range: place.range + offset,
            })
        })
        .collect();
    seen.sort_by_key(|sighting| sighting.range.start());
    seen
}

/// What stands on a line.
struct Line {
    object: Path,
    path: Path,
    range: TextRange,
    /// A template hides the value, or the text is broken.
    is_beyond_rules: bool,
}

impl Line {
    /// The value on the line, or its key where the value goes on below, or its text where it is neither.
    fn read(analysis: &DocumentAnalysis, start: TextSize) -> Option<Self> {
        let document = &analysis.document;
        let rest = &document.source()[usize::from(start)..];
        let text = rest.split(['\n', '\r']).next().unwrap_or_default();
        let content = text.trim_start();
        let first = start + TextSize::of(&text[..text.len() - content.len()]);
        let line = TextRange::at(first, TextSize::of(content.trim_end()));
        if line.is_empty() {
            return None;
        }
        // Behind the dash of an item stands its first key.
        let name =
            first + TextSize::of(&content[..content.len() - content.trim_start_matches(['-', ' ']).len()]);
        let path = document.path_at(name.min(line.end()));
        let objects = analysis.resources.iter().map(|(object, _)| object);
        let object =
            objects.filter(|object| object.holds(&path)).max_by_key(|object| object.segments().len());
        let within = |range: TextRange| line.contains_range(range) && !range.is_empty();
        let value = document.at(&path).filter(|value| within(value.range()));
        let key = document.entry_at(&path).map(|entry| entry.key).filter(|key| within(key.range()));
        let in_template = document.templates().iter().any(|template| template.intersect(line).is_some());
        Some(Self {
            object: object.cloned().unwrap_or_default(),
            range: value.or(key).map_or(line, Node::range),
            is_beyond_rules: in_template || document.is_broken(line) || value.is_some_and(Node::is_unknown),
            path,
        })
    }
}

/// No object of the document is of a kind that rules know.
fn is_beyond_rules(analysis: &DocumentAnalysis) -> bool {
    analysis.pods.is_empty() && analysis.resources.iter().all(|(_, resource)| !resource.is_built_in())
}

fn line_starts(text: &str) -> Vec<TextSize> {
    let ends = text.match_indices('\n').map(|(at, _)| TextSize::of(&text[..=at]));
    std::iter::once(TextSize::new(0)).chain(ends).collect()
}

/// A label is a name in words with dashes.
fn words(label: &str) -> String {
    let mut words = label.replace('-', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Environment;

    fn seen(text: &str, label: &str, line: u32) -> Vec<(String, String)> {
        let file = File::new(text, &Environment::default());
        let tags = [Tag { label: label.to_owned(), line, probability: 0.9 }];
        let seen = sightings(&file, 0, &tags).into_iter();
        seen.map(|one| (one.path.to_string(), text[std::ops::Range::<usize>::from(one.range)].to_owned()))
            .collect()
    }

    const POD: &str = "\
apiVersion: v1
kind: Pod
spec:
  hostNetwork: true
  hostPID: {{ .Values.debug }}
  containers:
  - name: web
    args: [curl, evil]
";

    #[test]
    fn the_rule_s_verdict_stands_where_it_can_judge() {
        assert_eq!(seen(POD, "host-network", 3), []);
    }

    #[test]
    fn under_a_template_the_model_speaks() {
        assert_eq!(seen(POD, "host-pid", 4), [("spec.hostPID".into(), "{{ .Values.debug }}".into())]);
    }

    #[test]
    fn a_meaning_that_no_rule_knows_is_shown_on_its_value() {
        let at = [("spec.containers[0].args".into(), "[curl, evil]".into())];
        assert_eq!(seen(POD, "downloads-and-executes", 7), at);
        assert_eq!(
            seen(POD, "looks-like-another-image", 6),
            [("spec.containers[0].name".into(), "web".into())]
        );
    }

    #[test]
    fn a_kind_that_no_rule_knows_is_the_model_s() {
        let custom = "apiVersion: example.org/v1\nkind: Sandbox\nspec:\n  hostNetwork: true\n";
        assert_eq!(seen(custom, "host-network", 3), [("spec.hostNetwork".into(), "true".into())]);
    }

    #[test]
    fn a_comment_silences_it_and_a_line_that_is_not_there_says_nothing() {
        let silenced =
            POD.replace("evil]", "evil] # leastwise: ignore[downloads-and-executes] because a test");
        assert_eq!(seen(&silenced, "downloads-and-executes", 7), []);
        assert_eq!(seen(POD, "downloads-and-executes", 99), []);
    }
}

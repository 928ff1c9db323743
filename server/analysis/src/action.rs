//! What one can do about a finding: apply its fix, silence it with a reason, or apply every safe fix.

use crate::detect::suppression;
use crate::suppression::{Reach, comment};
use crate::{File, Located, Sighting, Standing, fix};
use leastwise_text::{Buffer, TextEdit, TextRange, TextSize, apply, edits_between};
use leastwise_yaml::{Path, PlacedDocument};

/// Something one can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it does, as an order.
    pub title: String,
    /// What it is.
    pub kind: ActionKind,
    /// The rule, or the model's label, that it is about; `None` for all.
    pub rule: Option<String>,
    /// The finding it is about, as an index into [`File::diagnoses`]; `None` for what the model saw, too.
    pub diagnosis: Option<usize>,
    /// It cannot change how a working program behaves.
    pub is_safe: bool,
    /// The change, in the text.
    pub edits: Vec<TextEdit>,
    /// What it does one by one, where it does several things, and what it leaves.
    pub details: Vec<String>,
}

/// What an action is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// Cures a finding.
    Fix,
    /// Silences a finding on its line.
    SuppressLine,
    /// Silences a rule on the object.
    SuppressObject,
    /// Silences a rule in the file.
    SuppressFile,
    /// Applies every safe fix.
    FixAll,
    /// Makes a workload meet the restricted profile.
    Harden,
}

/// The ways to silence something, the narrowest first.
const SUPPRESSING: [ActionKind; 3] =
    [ActionKind::SuppressLine, ActionKind::SuppressObject, ActionKind::SuppressFile];

/// What one can do about the findings that touch `range`, and about what the model has seen there.
pub fn actions(file: &File, seen: &[Sighting], range: TextRange) -> Vec<Action> {
    let is_touched = |own: TextRange| own.intersect(range).is_some();
    let mut actions = Vec::new();
    let found = file.diagnoses().enumerate();
    for (index, located) in found.filter(|(_, located)| located.is_shown() && is_touched(located.range())) {
        actions.extend(fix_action(file, index, &located));
        actions
            .extend(SUPPRESSING.into_iter().filter_map(|kind| suppress_action(file, index, &located, kind)));
    }
    for sighting in seen.iter().filter(|sighting| sighting.is_shown() && is_touched(sighting.range)) {
        actions.extend(known_name(sighting));
        actions.extend(SUPPRESSING.into_iter().filter_map(|kind| suppress_sighting(file, sighting, kind)));
    }
    // Fixes first, whatever finding they belong to.
    actions.sort_by_key(|action| action.kind != ActionKind::Fix);
    actions
}

/// The action of that kind for the finding of `rule` that stands at `range`, as the text is now.
pub fn resolve(file: &File, kind: ActionKind, rule: &str, range: TextRange) -> Option<Action> {
    let (index, located) = file.diagnoses().enumerate().find(|(_, located)| {
        located.is_shown() && located.diagnosis.rule() == rule && located.range() == range
    })?;
    match kind {
        ActionKind::Fix => fix_action(file, index, &located),
        ActionKind::SuppressLine | ActionKind::SuppressObject | ActionKind::SuppressFile => {
            suppress_action(file, index, &located, kind)
        }
        ActionKind::FixAll | ActionKind::Harden => None,
    }
}

/// Every safe fix at once; `None` when there is none.
pub fn fix_all(file: &File) -> Option<Action> {
    let text = file.buffer().text();
    let fixed = fix(&text, file.environment(), false);
    (!fixed.applied.is_empty()).then(|| Action {
        title: "Apply every safe least-privilege fix".to_owned(),
        kind: ActionKind::FixAll,
        rule: None,
        diagnosis: None,
        is_safe: true,
        edits: edits_between(&text, &fixed.text),
        details: fixed
            .applied
            .iter()
            .map(|applied| applied.title.clone())
            .chain(fixed.left.iter().map(|left| format!("Left: {} ({})", left.rule, left.why)))
            .collect(),
    })
}

fn fix_action(file: &File, index: usize, located: &Located<'_>) -> Option<Action> {
    let offer = file.offer(located).ok()?;
    let is_safe = offer.applicability == leastwise_rules::Applicability::Safe;
    let caution = if is_safe { "" } else { " (may change behaviour)" };
    Some(Action {
        title: format!("{}{caution}", offer.title),
        kind: ActionKind::Fix,
        rule: Some(located.diagnosis.rule().to_owned()),
        diagnosis: Some(index),
        is_safe,
        edits: offer.edits,
        details: Vec::new(),
    })
}

fn suppress_action(file: &File, index: usize, located: &Located<'_>, kind: ActionKind) -> Option<Action> {
    if located.diagnosis.removal.is_some() {
        return None;
    }
    let target = Target {
        rule: located.diagnosis.rule(),
        document: located.document,
        object: &located.diagnosis.finding.object,
        range: located.range(),
    };
    let action = target.suppress(file, kind)?;
    silences(file, located, &action.edits).then_some(Action { diagnosis: Some(index), ..action })
}

/// Writes the known name in the place of the one that is nearly it. Which of them was meant the user must say.
fn known_name(sighting: &Sighting) -> Option<Action> {
    let known = sighting.nearly?;
    Some(Action {
        title: format!("Write {known} (may change behaviour)"),
        kind: ActionKind::Fix,
        rule: Some(sighting.label.clone()),
        diagnosis: None,
        is_safe: false,
        edits: vec![TextEdit::replace(sighting.range, known)],
        details: Vec::new(),
    })
}

fn suppress_sighting(file: &File, sighting: &Sighting, kind: ActionKind) -> Option<Action> {
    let target = Target {
        rule: &sighting.label,
        document: sighting.document,
        object: &sighting.object,
        range: sighting.range,
    };
    let action = target.suppress(file, kind)?;
    silences_sighting(file, sighting, &action.edits).then_some(action)
}

/// What is to be silenced.
struct Target<'a> {
    rule: &'a str,
    document: usize,
    /// The object, as a path in its document.
    object: &'a Path,
    /// The characters, in the text.
    range: TextRange,
}

impl Target<'_> {
    /// The comment that silences it, as an action; whether it does so is still to be tried.
    fn suppress(&self, file: &File, kind: ActionKind) -> Option<Action> {
        let rule = self.rule;
        let (title, edit) = match kind {
            ActionKind::SuppressFile => {
                let edit = at_top(file, &comment(rule, Reach::File));
                (format!("Ignore {rule} in this file, with a reason"), edit)
            }
            ActionKind::SuppressObject => {
                let edit = self.above_object(file, &comment(rule, Reach::Object))?;
                (format!("Ignore {rule} on this object, with a reason"), edit)
            }
            ActionKind::SuppressLine => {
                let edit = self.on_line(file, &comment(rule, Reach::Line))?;
                (format!("Ignore {rule} on this line, with a reason"), edit)
            }
            ActionKind::Fix | ActionKind::FixAll | ActionKind::Harden => return None,
        };
        Some(Action {
            title,
            kind,
            rule: Some(rule.to_owned()),
            diagnosis: None,
            is_safe: true,
            edits: vec![edit],
            details: Vec::new(),
        })
    }

    /// After the last character of the finding's line, or above it where a comment stands there already.
    fn on_line(&self, file: &File, comment: &str) -> Option<TextEdit> {
        let PlacedDocument { document, offset } = file.stream().documents().get(self.document)?;
        let buffer = file.buffer();
        let line = buffer.line_range(buffer.line_of(self.range.start()));
        let text = buffer.text();
        let content = text.get(usize::from(line.start())..usize::from(line.end()))?;
        let comments = document.comments().iter();
        let is_taken =
            comments.map(|comment| comment.range + *offset).any(|range| line.contains_range(range));
        if is_taken {
            let indentation: String = content.chars().take_while(|char| *char == ' ').collect();
            let end = line_end(&text);
            return Some(TextEdit::replace(
                TextRange::empty(line.start()),
                format!("{indentation}{comment}{end}"),
            ));
        }
        let end = line.start() + TextSize::of(content.trim_end());
        Some(TextEdit::replace(TextRange::new(end, line.end()), format!(" {comment}")))
    }

    /// On a line of its own above the object's first key, indented like it.
    fn above_object(&self, file: &File, comment: &str) -> Option<TextEdit> {
        let PlacedDocument { document, offset } = file.stream().documents().get(self.document)?;
        let object = document.at(self.object)?;
        let buffer = file.buffer();
        let line = buffer.line_range(buffer.line_of(object.head().start() + *offset));
        let text = buffer.slice(line);
        let content = text.trim_start_matches([' ', '-']);
        let is_first = content.starts_with(document.text(object.head()));
        let indentation: String = text.chars().take_while(|char| *char == ' ').collect();
        let above = format!("{indentation}{comment}{}", line_end(&buffer.text()));
        is_first.then(|| TextEdit::replace(TextRange::empty(line.start()), above))
    }
}

fn at_top(file: &File, comment: &str) -> TextEdit {
    TextEdit::replace(TextRange::empty(0.into()), format!("{comment}{}", line_end(&file.buffer().text())))
}

fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// Whether the comment would be read as one and change nothing else: inside a block scalar it would be text.
fn silences(file: &File, located: &Located<'_>, edits: &[TextEdit]) -> bool {
    let Ok(text) = apply(&file.buffer().text(), edits) else { return false };
    let after = file.changed(Buffer::new(&text), None, file.environment());
    let same_shape = after.stream().documents().len() == file.stream().documents().len();
    let finding = &located.diagnosis.finding;
    let silenced = after.diagnoses().any(|other| {
        other.document == located.document
            && other.diagnosis.rule() == finding.rule.id
            && other.diagnosis.finding.path == finding.path
            && matches!(other.standing, Standing::Suppressed(_))
    });
    same_shape && silenced && after.diagnoses().count() <= file.diagnoses().count()
}

/// The same of what the model saw: it is not asked again, so that the comment must reach where that stands afterwards.
fn silences_sighting(file: &File, sighting: &Sighting, edits: &[TextEdit]) -> bool {
    let Ok(text) = apply(&file.buffer().text(), edits) else { return false };
    let after = file.changed(Buffer::new(&text), None, file.environment());
    let mut start = sighting.range.start();
    for edit in edits.iter().filter(|edit| edit.range.end() <= sighting.range.start()) {
        start = start + TextSize::of(edit.content.as_str()) - edit.range.len();
    }
    let Some((_, offset, analysis)) = after.placed().nth(sighting.document) else { return false };
    let same_shape = after.stream().documents().len() == file.stream().documents().len();
    same_shape
        && start >= offset
        && suppression(&after, analysis, &sighting.label, &sighting.object, TextRange::empty(start - offset))
            .is_some()
        && after.diagnoses().count() <= file.diagnoses().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Configuration, Environment, sightings};
    use leastwise_model::Tag;
    use std::sync::Arc;

    fn file(text: &str, select: &str) -> File {
        let select = Some(vec![select.parse().unwrap()]);
        let configuration = Arc::new(Configuration { select, ..Configuration::default() });
        File::new(text, &Environment { configuration, ..Environment::default() })
    }

    fn after(file: &File, kind: ActionKind) -> Vec<String> {
        let everywhere = TextRange::up_to(file.buffer().len());
        let actions = actions(file, &[], everywhere).into_iter().filter(|action| action.kind == kind);
        actions.map(|action| apply(&file.buffer().text(), &action.edits).unwrap()).collect()
    }

    const POD: &str = "apiVersion: v1\nkind: Pod\nspec:\n  hostPID: true\n  containers: []\n";

    #[test]
    fn a_fix_and_three_ways_to_silence() {
        let file = file(POD, "host-pid");
        assert_eq!(after(&file, ActionKind::Fix), ["apiVersion: v1\nkind: Pod\nspec:\n  containers: []\n"]);
        assert_eq!(
            after(&file, ActionKind::SuppressLine),
            [POD.replace("true", "true # leastwise: ignore[host-pid] because …")]
        );
        assert_eq!(
            after(&file, ActionKind::SuppressObject),
            [format!("# leastwise: ignore-object[host-pid] because …\n{POD}")]
        );
        assert_eq!(
            after(&file, ActionKind::SuppressFile),
            [format!("# leastwise: ignore-file[host-pid] because …\n{POD}")]
        );
    }

    #[test]
    fn a_line_with_a_comment_gets_another_above() {
        let file = file(&POD.replace("true", "true # debug"), "host-pid");
        let above = "  # leastwise: ignore[host-pid] because …\n  hostPID: true # debug";
        assert_eq!(after(&file, ActionKind::SuppressLine), [POD.replace("  hostPID: true", above)]);
    }

    #[test]
    fn line_ends_are_kept() {
        let file = file(&POD.replace('\n', "\r\n"), "host-pid");
        for kind in
            [ActionKind::Fix, ActionKind::SuppressLine, ActionKind::SuppressObject, ActionKind::SuppressFile]
        {
            let text = after(&file, kind).remove(0);
            assert_eq!(text.matches("\r\n").count(), text.matches('\n').count(), "{text:?}");
        }
    }

    #[test]
    fn nothing_is_offered_beside_the_finding() {
        let file = file(POD, "host-pid");
        assert_eq!(actions(&file, &[], TextRange::empty(0.into())), []);
    }

    #[test]
    fn an_item_of_a_list_gets_its_comment_above_its_dash() {
        let file = file(
            "apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Pod\n    spec: {hostPID: true, containers: []}\n",
            "host-pid",
        );
        let silenced = after(&file, ActionKind::SuppressObject).remove(0);
        assert!(
            silenced
                .contains("items:\n  # leastwise: ignore-object[host-pid] because …\n  - apiVersion: v1\n"),
            "{silenced}"
        );
    }

    #[test]
    fn a_suppression_that_silences_nothing_can_be_removed() {
        let before = POD.replace("true", "true # leastwise: ignore[host-ipc] because …");
        let file = file(&before, "all");
        let removed = after(&file, ActionKind::Fix);
        assert!(removed.contains(&POD.to_owned()), "{removed:?}");
    }

    #[test]
    fn what_the_model_saw_can_be_silenced_like_a_finding() {
        let text =
            POD.replace("  containers: []", "  containers:\n  - name: web # main\n    image: ngimx:1.2");
        let file = file(&text, "meanings");
        let see = |file: &File, line| {
            let label = "image-imitates-known-name".to_owned();
            sightings(file, 0, &[Tag { label, line, probability: 0.9 }])
        };
        for (line, range) in [(6, "ngimx:1.2"), (5, "web")] {
            let seen = see(&file, line);
            let mut actions = actions(&file, &seen, seen[0].range);
            actions.retain(|action| action.kind != ActionKind::Fix);
            let kinds: Vec<_> = actions.iter().map(|action| action.kind).collect();
            assert_eq!(kinds, SUPPRESSING);
            for action in actions {
                let after = apply(&text, &action.edits).unwrap();
                let line = u32::try_from(after[..after.find(range).unwrap()].matches('\n').count()).unwrap();
                let standing = see(&file.changed(Buffer::new(&after), None, file.environment()), line);
                assert_eq!(standing[0].standing(), Standing::Suppressed("…"), "{after}");
            }
        }
    }

    #[test]
    fn the_known_name_can_be_written_for_one_that_is_nearly_it() {
        let text = POD
            .replace("  containers: []", "  containers:\n  - name: web\n    image: quay.io/bitnamy/redis:7");
        let file = file(&text, "meanings");
        let label = "image-imitates-known-name".to_owned();
        let seen = sightings(&file, 0, &[Tag { label, line: 6, probability: 0.9 }]);
        let action = &actions(&file, &seen, seen[0].range)[0];
        assert_eq!(action.title, "Write bitnami (may change behaviour)");
        assert_eq!(apply(&text, &action.edits).unwrap(), text.replace("bitnamy", "bitnami"));
    }

    #[test]
    fn an_action_is_found_again_by_its_rule_and_place() {
        let file = file(POD, "host-pid");
        let range = file.shown().next().unwrap().range();
        let again = resolve(&file, ActionKind::Fix, "host-pid", range).unwrap();
        assert_eq!(actions(&file, &[], range).remove(0), again);
        assert_eq!(resolve(&file, ActionKind::Fix, "host-ipc", range), None);
    }
}

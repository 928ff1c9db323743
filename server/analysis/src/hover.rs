use crate::{File, Located, Standing};
use leastwise_rules::{FixKind, Rule, rules};
use leastwise_text::{TextRange, TextSize};
use leastwise_yaml::{Path, Segment};
use std::fmt::Write;

/// What is shown for a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The characters it is about, in the text.
    pub range: TextRange,
    /// The explanation.
    pub markdown: String,
}

/// Explains the findings at `offset`, or else the field that stands there, if a rule knows it.
pub fn hover(file: &File, offset: TextSize) -> Option<Hover> {
    let here: Vec<_> = findings_at(file, offset).collect();
    match here.first() {
        Some(first) => {
            let parts: Vec<_> = here.iter().map(|located| explain(file, located)).collect();
            Some(Hover { range: first.range(), markdown: parts.join("\n\n---\n\n") })
        }
        None => field(file, offset),
    }
}

/// The findings whose characters hold `offset`, the covered ones left out.
pub(crate) fn findings_at(file: &File, offset: TextSize) -> impl Iterator<Item = Located<'_>> {
    let here = move |located: &Located<'_>| located.range().contains_inclusive(offset);
    file.diagnoses().filter(|located| !matches!(located.standing, Standing::Covered(_))).filter(here)
}

fn explain(file: &File, located: &Located<'_>) -> String {
    let finding = &located.diagnosis.finding;
    let rule = finding.rule;
    let mut text = heading(rule, located.diagnosis.severity.name());
    // Writing to a string cannot fail.
    let _ = write!(text, "\n\n{}.", finding.message);
    if let Standing::Suppressed(reason) = located.standing {
        let _ = write!(text, "\n\n*Suppressed here: {reason}*");
    }
    for section in ["Why", "When it is fine"] {
        if let Some(words) = rule.section(section) {
            let _ = write!(text, "\n\n**{section}.** {words}");
        }
    }
    let fix = match (rule.section("Fix"), finding.fix.as_ref().map(|_| file.offer(located))) {
        (Some(words), Some(Ok(offer))) => format!("{words} *Offered here ({}).*", offer.applicability.name()),
        (Some(words), Some(Err(withheld))) => format!("{words} *Not offered here: {withheld}.*"),
        (words, _) => words.unwrap_or_default(),
    };
    let _ = write!(text, "\n\n**Fix.** {fix}");
    if let Some(references) = rule.section("References") {
        let _ = write!(text, "\n\n{references}");
    }
    text
}

fn heading(rule: &Rule, severity: &str) -> String {
    let profile =
        rule.profile.map(|profile| format!(" · forbidden by {}", profile.name())).unwrap_or_default();
    format!("**{}** · `{}` · {severity}{profile}", rule.title, rule.id)
}

fn field(file: &File, offset: TextSize) -> Option<Hover> {
    let (analysis, start, offset) = file.document_at(offset)?;
    let path = analysis.document.path_at(offset);
    let entry = analysis.document.entry_at(&path)?;
    if !entry.key.range().contains_inclusive(offset) || analysis.document.is_broken(entry.key.range()) {
        return None;
    }
    let objects = analysis.resources.iter().map(|(object, _)| object);
    let names: Vec<_> = (analysis.pods.iter().filter_map(|pod| Some(in_pod(&path.relative_to(pod)?))))
        .chain(objects.filter_map(|object| Some(pattern(&path.relative_to(object)?))))
        .collect();
    let known: Vec<_> = rules()
        .filter(|rule| rule.fields.iter().any(|field| names.iter().any(|name| name == field)))
        .collect();
    if known.is_empty() {
        return None;
    }
    let parts = known.iter().map(|rule| {
        let fix = if rule.fix == FixKind::Manual { "" } else { " A fix is offered where it is found." };
        format!("{}\n\n{}{fix}", heading(rule, rule.severity.name()), rule.summary())
    });
    Some(Hover { range: entry.key.range() + start, markdown: parts.collect::<Vec<_>>().join("\n\n") })
}

/// A path in a pod spec, as rules name their fields: `C[*].image`, `P.hostNetwork`.
fn in_pod(path: &Path) -> String {
    let name = pattern(path);
    for list in leastwise_manifest::ContainerList::ALL {
        if let Some(rest) = name.strip_prefix(list.key()).and_then(|rest| rest.strip_prefix("[*]")) {
            return format!("C[*]{rest}");
        }
    }
    format!("P.{name}")
}

/// A path with `[*]` for each item.
fn pattern(path: &Path) -> String {
    let mut name = String::new();
    for segment in path.segments() {
        match segment {
            Segment::Index(_) => name.push_str("[*]"),
            Segment::Key(_) => {
                let key = Path::root().child(segment.clone()).to_string();
                if !name.is_empty() && !key.starts_with('[') {
                    name.push('.');
                }
                name.push_str(&key);
            }
        }
    }
    name
}
